package coach;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import suite.Options;

/**
 * A server with a mutant in it: compiled once, and then judged as often as needed, each time by the promised test
 * alone.
 *
 * <p><b>Threads:</b> one at a time; the compiler is guarded by its lock.
 */
final class MutantServer implements AutoCloseable {

    private static final Path MAIN = Path.of("src", "server", "main");
    private static final Path JAVA = MAIN.resolve("java");
    private static final Path RESOURCES = MAIN.resolve("resources");

    private final Path root;
    private final Lesson lesson;
    private final Mutant mutant;
    private final Bench bench;
    private final Path work = Folders.temporary();
    private final Path classes = work.resolve("classes");
    /** For the reference, whose classes the coach itself knows: this JVM finds the mutant before the real class. */
    private Optional<InOtherJvm> jvm = Optional.empty();

    /** @throws UserError if the mutant cannot be put in its place, or does not compile there */
    MutantServer(Path root, Lesson lesson, Mutant mutant, Compiler compiler, Bench bench) {
        this.root = root;
        this.lesson = lesson;
        this.mutant = mutant;
        this.bench = bench;
        try {
            make(compiler);
        } catch (UserError e) {
            close();
            throw e;
        }
    }

    private void make(Compiler compiler) {
        if (mutant.file().startsWith(RESOURCES)) {
            var changed = mutant.apply(Text.read(root.resolve(mutant.file())));
            Text.write(classes.resolve(RESOURCES.relativize(mutant.file()).toString()), changed);
        } else if (ofReference()) {
            compile(JAVA, JAVA, compiler);
        } else {
            compile(lesson.folder(), lesson.folder(), compiler);
        }
    }

    private boolean ofReference() {
        return mutant.file().startsWith(MAIN);
    }

    /** Judges it. Returns why it was not caught, or an empty string. */
    String fault() {
        try {
            var tests = ofReference() ? judgeReference() : bench.judge(trial(lesson.step(), classes.toString()));
            return Cell.kept(new Verdict(lesson, tests, 0), mutant.test(), mutant.promise());
        } catch (UserError e) {
            endJvm();
            return e.getMessage();
        }
    }

    private List<Verdict.Test> judgeReference() {
        if (jvm.isEmpty()) {
            var path = classes + File.pathSeparator + System.getProperty("java.class.path");
            jvm = Optional.of(
                    InOtherJvm.start(path, Options.current().patience().toMillis()));
        }
        var tests = jvm.orElseThrow().judge(trial("push.http.PushServer", ""));
        if (!jvm.orElseThrow().isClean()) {
            endJvm();
        }
        return tests;
    }

    private Trial trial(String server, String classes) {
        return new Trial(lesson.tests(), server, mutant.test(), true, classes);
    }

    /** Compiles a folder's Java with the mutant in its place. A page is changed in a copy, and served from there. */
    private void compile(Path folder, Path base, Compiler compiler) {
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

    private void endJvm() {
        jvm.ifPresent(InOtherJvm::close);
        jvm = Optional.empty();
    }

    @Override
    public void close() {
        endJvm();
        Folders.delete(work);
    }
}
