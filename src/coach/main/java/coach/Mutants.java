package coach;

import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code make mutants}: each plausible wrong answer must be caught by its lesson's tests, with the message that is promised.
 * A wrong answer that survives because of a race is retried once; the output says so.
 *
 * <p><b>Threads:</b> one at a time.
 */
final class Mutants {

    private static final int AT_LEAST = 3;
    private static final Path MAIN = Path.of("src", "server", "main");
    private static final Path JAVA = MAIN.resolve("java");
    private static final Path RESOURCES = MAIN.resolve("resources");

    private final Path root;
    private final Screen screen;
    private final Compiler compiler = new Compiler();

    Mutants(Path root, Screen screen) {
        this.root = root;
        this.screen = screen;
    }

    /** Tries the mutants of these lessons. Returns whether all were caught. */
    boolean run(List<Lesson> lessons) {
        long began = System.currentTimeMillis();
        int all = 0;
        int atSecondGo = 0;
        var uncaught = new ArrayList<String>();
        boolean enough = true;
        for (var one : lessons) {
            var lesson = one.byProof();
            var mutants = Mutant.read(root, lesson);
            if (mutants.size() < AT_LEAST) {
                screen.line(screen.red(
                        lesson + ": " + Text.count(mutants.size(), "mutant") + "; the least is " + AT_LEAST));
                enough = false;
            }
            for (var mutant : mutants) {
                all++;
                if (caughtOrWhyNot(lesson, mutant).isPresent()) {
                    screen.line("    retried:");
                    var why = caughtOrWhyNot(lesson, mutant);
                    why.ifPresent(uncaught::add);
                    atSecondGo += why.isEmpty() ? 1 : 0;
                }
            }
        }
        screen.line("");
        uncaught.forEach(screen::line); // Once more, for a reader who sees the end of the output only.
        var total = all - uncaught.size() + " of " + Text.count(all, "wrong answer") + " caught in "
                + Text.seconds(System.currentTimeMillis() - began)
                + (atSecondGo == 0 ? "" : ", " + atSecondGo + " of them when retried");
        boolean good = enough && all > 0 && uncaught.isEmpty();
        screen.line(good ? screen.green(total) : screen.red(total));
        return good;
    }

    /** Tries one and prints what came of it. Returns what it printed, if it was not caught. */
    private Optional<String> caughtOrWhyNot(Lesson lesson, Mutant mutant) {
        long began = System.currentTimeMillis();
        screen.passing(lesson.id() + "  " + mutant.name() + " …");
        var fault = tryOut(lesson, mutant);
        var line =
                String.format("%s  %-10s  %s", lesson.id(), fault.isEmpty() ? "caught" : "NOT CAUGHT", mutant.name());
        var took = "   " + screen.faint(Text.seconds(System.currentTimeMillis() - began));
        if (fault.isEmpty()) {
            screen.line(line + took);
            return Optional.empty();
        }
        var why = screen.red(line) + took + "\n" + Text.indent(fault, 4);
        screen.line(why);
        return Optional.of(why);
    }

    /** Returns why it was not caught, or nothing. */
    private String tryOut(Lesson lesson, Mutant mutant) {
        var work = Folders.temporary();
        try {
            var verdict = mutant.file().startsWith(MAIN) ? reference(lesson, mutant, work) : step(lesson, mutant, work);
            return Cell.kept(verdict, mutant.test(), mutant.promise());
        } catch (UserError e) {
            return e.getMessage();
        } finally {
            Folders.delete(work);
        }
    }

    /** A step is judged in this JVM, its classes before those that the coach itself knows. */
    private Verdict step(Lesson lesson, Mutant mutant, Path work) {
        var classes = work.resolve("classes");
        compile(lesson.folder(), lesson.folder(), mutant, work, classes);
        var thread = Thread.currentThread();
        var before = thread.getContextClassLoader();
        try (var loader = new Loader(classes.toUri().toURL(), before)) {
            thread.setContextClassLoader(loader);
            return judge(mutant).judge(lesson, new Subject.InThisJvm(lesson.step()));
        } catch (java.io.IOException e) {
            throw new UserError("the mutant's classes cannot be read: " + e, e);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** The reference is judged in a JVM of its own, which finds the mutant before the real thing. */
    private Verdict reference(Lesson lesson, Mutant mutant, Path work) {
        var classes = work.resolve("classes");
        if (mutant.file().startsWith(RESOURCES)) {
            var changed = mutant.apply(Text.read(root.resolve(mutant.file())));
            Text.write(classes.resolve(RESOURCES.relativize(mutant.file()).toString()), changed);
        } else {
            compile(JAVA, JAVA, mutant, work, classes);
        }
        return InOtherJvm.judge(
                lesson, mutant.test(), classes + File.pathSeparator + System.getProperty("java.class.path"));
    }

    static Judge judge(Mutant mutant) {
        return new Judge(mutant.test(), true, test -> {});
    }

    /** Compiles a folder's Java with the mutant in its place. A page that it serves is changed in a copy, and found there. */
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
        var faults = compiler.compile(sources, classes);
        if (!faults.isEmpty()) {
            throw new UserError("it does not compile: " + String.join("\n", faults));
        }
    }

    /** Looks into one folder before it asks its parent. */
    private static final class Loader extends URLClassLoader {
        Loader(URL folder, ClassLoader parent) {
            super(new URL[] {folder}, parent);
        }

        /** For what reads classes before they are loaded. */
        @Override
        public URL getResource(String name) {
            var own = findResource(name);
            return own == null ? super.getResource(name) : own;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                var loaded = findLoadedClass(name);
                if (loaded == null && findResource(name.replace('.', '/') + ".class") != null) {
                    loaded = findClass(name);
                }
                return loaded == null ? super.loadClass(name, resolve) : loaded;
            }
        }
    }
}
