package coach;

import coach.LearnerJvm.Refused;
import coach.Verdict.Outcome;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The learner's server: compiled in memory, and judged in another JVM, so that it cannot harm the coach. That JVM is
 * kept warm if the server has a static {@code start(Map)}; otherwise the server is started as a process, like one in
 * any language.
 *
 * <p><b>Threads:</b> one at a time, but {@link #callOff} on any.
 */
final class Learner {

    private static final Pattern START = Pattern.compile("\\bstart\\s*\\(\\s*(java\\.util\\.)?Map\\b");
    private static final Duration LONG = Duration.ofHours(1);

    private final Workshop workshop;
    private final String command;
    private final Path folder;
    private final Compiler compiler = new Compiler();
    private final WarmJvm warm;
    private Map<String, String> classes = Map.of();
    private Optional<Subject> process = Optional.empty();

    /**
     * @param command starts a server in any language, which is then judged instead of the workshop's Java; or empty
     * @param folder for the classes of a server that runs as a process
     */
    Learner(Workshop workshop, String command, Path folder) {
        this.workshop = workshop;
        this.command = command;
        this.folder = folder;
        warm = new WarmJvm(workshop.root());
    }

    /** Makes its JVM wait for a debugger on this port before it runs anything, and run one test after the other. */
    void waitForDebugger(int port) {
        warm.waitForDebugger(port);
    }

    /** Compiles the current sources. Returns the faults; none if there is something to run. */
    List<String> compile() {
        if (!command.isEmpty()) {
            process = Optional.of(new Subject.Command(command)); // It compiles itself.
            return List.of();
        }
        var sources = workshop.sources();
        if (!sources.contains(workshop.server())) {
            return List.of("there is no " + workshop.server() + ": make reset brings it back");
        }
        warm.start(); // It starts while this JVM compiles.
        var compiled = compiler.compile(sources);
        if (!compiled.faults().isEmpty()) {
            return compiled.faults();
        }
        if (!compiled.classes().containsKey(LearnerHost.SERVER)) {
            return List.of(
                    workshop.server() + " has no class workshop.Server: does it begin with \"package workshop;\"?");
        }
        boolean starts = START.matcher(Text.read(workshop.server())).find();
        process = starts ? Optional.empty() : Optional.of(process(sources));
        classes = new TreeMap<>();
        compiled.classes()
                .forEach((name, bytes) -> classes.put(name, Base64.getEncoder().encodeToString(bytes)));
        return List.of();
    }

    /** Returns the server as a separate process, which its {@code main} starts. */
    private Subject process(List<Path> sources) {
        compiler.compile(sources, folder);
        return new Subject.Command(JvmCommand.shell(
                System.getProperty("java.class.path") + File.pathSeparator + folder, LearnerHost.SERVER));
    }

    /** Returns the same for the current sources. */
    Subject process() {
        return process.orElseGet(() -> process(workshop.sources()));
    }

    /**
     * Judges the compiled classes.
     *
     * @param last its test runs before all others
     * @param started is told each test's name as it starts
     * @param soon is told the verdict without the tests that run long, and the names of those, if some follow
     */
    Verdict judge(Lesson lesson, LastRed last, Consumer<String> started, BiConsumer<Verdict, List<String>> soon) {
        long began = System.nanoTime();
        if (process.isPresent()) {
            return new Judge(last.test(), true, started).judge(lesson, process.get());
        }
        var tests = new ArrayList<Verdict.Test>();
        var later = new ArrayList<String>();
        try {
            var said = warm.jvm()
                    .ask(
                            "judge",
                            Map.of(
                                    "tests",
                                    lesson.tests(),
                                    "first",
                                    last.test(),
                                    "said",
                                    last.said(),
                                    "classes",
                                    classes),
                            (about, says) -> {
                                switch (about) {
                                    case "started" -> started.accept(says.asString());
                                    case "later" -> says.forEach(name -> later.add(name.asString()));
                                    default -> {
                                        tests.addAll(tests(says));
                                        var verdict = verdict(lesson, tests, began);
                                        soon.accept(verdict, verdict.isGood() ? later : List.of());
                                    }
                                }
                            },
                            LONG);
            tests.addAll(tests(said));
        } catch (Refused e) {
            tests.add(0, new Verdict.Test(LearnerHost.SERVER, Outcome.RED, e.getMessage(), "", Map.of(), 0));
        }
        return verdict(lesson, tests, began);
    }

    private static Verdict verdict(Lesson lesson, List<Verdict.Test> tests, long began) {
        return new Verdict(lesson, List.copyOf(tests), (System.nanoTime() - began) / 1_000_000);
    }

    private static List<Verdict.Test> tests(JsonNode said) {
        return List.of(JsonMapper.shared().treeToValue(said, Verdict.Test[].class));
    }

    /** Returns the frames of one client of the compiled server. */
    List<String> frames(int width) {
        if (process.isPresent()) {
            return suite.Wire.sample(process.get().options(), width);
        }
        try {
            var lines = warm.jvm()
                    .ask(
                            "frames",
                            Map.of("classes", classes, "width", width),
                            (about, says) -> {},
                            Duration.ofSeconds(20));
            return lines.valueStream().map(JsonNode::asString).toList();
        } catch (Refused e) {
            return List.of(e.getMessage());
        }
    }

    /**
     * Prepares a JVM for the next run; it replaces the last run's JVM if that run has left something running.
     *
     * @param hurried whether the next run is waiting
     */
    void makeReady(BooleanSupplier hurried) {
        if (process.isEmpty()) {
            warm.makeReady(hurried);
        }
    }

    /** Starts no further test of a run, and ends the judged processes. */
    void callOff() {
        StopAtRed.callOff();
        ProcessHandle.current().descendants().filter(one -> !warm.owns(one)).forEach(ProcessHandle::destroyForcibly);
        if (process.isEmpty()) {
            warm.stop();
        }
    }

    /** Discards a JVM in which a run does not finish. */
    void kill() {
        warm.kill();
    }
}
