package coach;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The learner's server: compiled, and the command that starts it. It runs in a JVM of its own, so that whatever it does, the coach
 * lives.
 *
 * <p><b>Threads:</b> one at a time.
 */
final class Learner {

    /** A small server that starts often: quick to start matters, quick in the long run does not. */
    private static final List<String> FLAGS =
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-Xmx512m", "-Dfile.encoding=UTF-8");

    private final Workshop workshop;
    private final Path classes;
    private final Compiler compiler = new Compiler();

    Learner(Workshop workshop, Path classes) {
        this.workshop = workshop;
        this.classes = classes;
    }

    /** Compiles what stands there now. Returns the faults; none if there is something to run. */
    List<String> compile() {
        var sources = workshop.sources();
        if (!sources.contains(workshop.server())) {
            Folders.delete(classes);
            return List.of("there is no " + workshop.server() + ": make reset brings it back");
        }
        var faults = compiler.compile(sources, classes);
        if (faults.isEmpty() && !Files.exists(classes.resolve(Path.of("workshop", "Server.class")))) {
            return List.of(
                    workshop.server() + " has no class workshop.Server: does it begin with \"package workshop;\"?");
        }
        return faults;
    }

    Subject subject() {
        return new Subject.Command(
                java(System.getProperty("java.class.path") + File.pathSeparator + classes, "workshop.Server"));
    }

    /** The libraries' classes, archived by {@code coach.sh} for this version of Java; or nothing. */
    private static String archive() {
        var archive = Path.of("target", "coach-" + Runtime.version().feature() + ".jsa");
        return Files.exists(archive) ? " -XX:SharedArchiveFile=" + quoted(archive.toString()) : "";
    }

    /** A shell's command that becomes a JVM. */
    static String java(String classPath, String main) {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return "exec " + quoted(java) + " " + String.join(" ", FLAGS) + archive() + " -cp " + quoted(classPath) + " "
                + main;
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }
}
