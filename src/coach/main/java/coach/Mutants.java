package coach;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import suite.Options;

/**
 * {@code make mutants}: each plausible wrong answer must be caught by its lesson's tests, with the promised message. A
 * wrong answer that survives because of a race is retried once; the output says so.
 *
 * <p><b>Threads:</b> one at a time; each try runs in a lane of its bench, and the compiler is guarded by its lock.
 */
final class Mutants {

    private static final int AT_LEAST = 3;
    private static final Path MAIN = Path.of("src", "server", "main");
    private static final Path JAVA = MAIN.resolve("java");
    private static final Path RESOURCES = MAIN.resolve("resources");

    private final Path root;
    private final Screen screen;
    private final Bench bench;
    private final Compiler compiler = new Compiler();

    Mutants(Path root, Screen screen, Bench bench) {
        this.root = root;
        this.screen = screen;
        this.bench = bench;
    }

    /** The result of one as printed, with any retry, and the reason why it was not caught in the end, or nothing. */
    private record Tried(String printed, Optional<String> uncaught, boolean again) {}

    /** Tries the mutants of these lessons. Returns whether all were caught. */
    boolean run(List<Lesson> lessons) {
        long began = System.currentTimeMillis();
        int all = 0;
        int atSecondGo = 0;
        var uncaught = new ArrayList<String>();
        boolean enough = true;
        var tries = new ArrayList<Future<Tried>>();
        for (var one : lessons) {
            var lesson = one.byProof();
            var mutants = Mutant.read(root, lesson);
            if (mutants.size() < AT_LEAST) {
                screen.line(screen.red(
                        lesson + ": " + Text.count(mutants.size(), "mutant") + "; the least is " + AT_LEAST));
                enough = false;
            }
            mutants.forEach(mutant -> tries.add(bench.begin(() -> tryTwice(lesson, mutant))));
        }
        for (var each : tries) {
            screen.passing(all + " of " + tries.size() + " …");
            var tried = Tasks.end(each);
            screen.line(tried.printed);
            all++;
            atSecondGo += tried.again && tried.uncaught.isEmpty() ? 1 : 0;
            tried.uncaught.ifPresent(uncaught::add);
        }
        screen.line("");
        uncaught.forEach(screen::line); // Once more, for a reader who sees only the end of the output.
        var total = all - uncaught.size() + " of " + Text.count(all, "wrong answer") + " caught in "
                + Text.seconds(System.currentTimeMillis() - began)
                + (atSecondGo == 0 ? "" : ", " + atSecondGo + " of them when retried");
        boolean good = enough && all > 0 && uncaught.isEmpty();
        screen.line(good ? screen.green(total) : screen.red(total));
        return good;
    }

    private Tried tryTwice(Lesson lesson, Mutant mutant) {
        var one = tryOnce(lesson, mutant);
        if (one.uncaught.isEmpty()) {
            return one;
        }
        var other = tryOnce(lesson, mutant);
        return new Tried(one.printed + "\n    retried:\n" + other.printed, other.uncaught, true);
    }

    private Tried tryOnce(Lesson lesson, Mutant mutant) {
        long began = System.currentTimeMillis();
        var fault = tryOut(lesson, mutant);
        var line =
                String.format("%s  %-10s  %s", lesson.id(), fault.isEmpty() ? "caught" : "NOT CAUGHT", mutant.name());
        var took = "   " + screen.faint(Text.seconds(System.currentTimeMillis() - began));
        if (fault.isEmpty()) {
            return new Tried(line + took, Optional.empty(), false);
        }
        var why = screen.red(line) + took + "\n" + Text.indent(fault, 4);
        return new Tried(why, Optional.of(why), false);
    }

    /** Returns why it was not caught, or nothing. */
    private String tryOut(Lesson lesson, Mutant mutant) {
        var work = Folders.temporary();
        try {
            var tests = mutant.file().startsWith(MAIN) ? reference(lesson, mutant, work) : step(lesson, mutant, work);
            return Cell.kept(new Verdict(lesson, tests, 0), mutant.test(), mutant.promise());
        } catch (UserError e) {
            return e.getMessage();
        } finally {
            Folders.delete(work);
        }
    }

    /** Judges a step, whose classes are found before those that the coach itself knows. */
    private List<Verdict.Test> step(Lesson lesson, Mutant mutant, Path work) {
        var classes = work.resolve("classes");
        compile(lesson.folder(), lesson.folder(), mutant, work, classes);
        return bench.judge(new Trial(lesson.tests(), lesson.step(), mutant.test(), classes.toString()));
    }

    /** Judges the reference in a separate JVM, which finds the mutant before the real class. */
    private List<Verdict.Test> reference(Lesson lesson, Mutant mutant, Path work) {
        var classes = work.resolve("classes");
        if (mutant.file().startsWith(RESOURCES)) {
            var changed = mutant.apply(Text.read(root.resolve(mutant.file())));
            Text.write(classes.resolve(RESOURCES.relativize(mutant.file()).toString()), changed);
        } else {
            compile(JAVA, JAVA, mutant, work, classes);
        }
        var path = classes + File.pathSeparator + System.getProperty("java.class.path");
        try (var jvm = InOtherJvm.start(path, Options.current().patience().toMillis())) {
            return jvm.judge(new Trial(lesson.tests(), "push.http.PushServer", mutant.test(), ""));
        }
    }

    /** Compiles a folder's Java with the mutant in its place. A page is changed in a copy, and served from there. */
    private void compile(Path folder, Path base, Mutant mutant, Path work, Path classes) {
        if (!mutant.file().startsWith(folder) || !Files.exists(root.resolve(mutant.file()))) {
            throw new UserError("it changes " + mutant.file() + ", which is neither in " + folder + " nor in " + MAIN);
        }
        var copy = work.resolve("sources");
        boolean isPage = !mutant.file().toString().endsWith(".java");
        var sources = new ArrayList<Path>();
        for (var file : Lesson.files(root.resolve(folder))) {
            boolean isJava = file.toString().endsWith(".java");
            var changed = copy.resolve(base.relativize(root.relativize(file)).toString());
            if (root.relativize(file).equals(mutant.file())) {
                Text.write(changed, mutant.apply(Text.read(file)));
            } else if (isPage) {
                var text = Text.read(file);
                Text.write(changed, isJava ? text.replace("\"" + folder + "\"", "\"" + copy + "\"") : text);
            } else {
                changed = file;
            }
            if (isJava) {
                sources.add(changed);
            }
        }
        List<String> faults;
        synchronized (compiler) {
            faults = compiler.compile(sources, classes);
        }
        if (!faults.isEmpty()) {
            throw new UserError("it does not compile: " + String.join("\n", faults));
        }
    }
}
