package coach;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Builds the command that starts a JVM for the learner's server, be it the warm one or a separate process: both have
 * the same flags.
 *
 * <p><b>Threads:</b> any thread.
 */
final class JvmCommand {

    static final int MEMORY_MB = 512;

    /** For a small server that starts often: a quick start matters, long-run speed does not. */
    private static final List<String> FLAGS = List.of(
            "-ea",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-XX:+ExitOnOutOfMemoryError",
            "-Xshare:auto",
            "-Xmx" + MEMORY_MB + "m",
            "-Dsuite.keepBrowser=true",
            "-Dfile.encoding=UTF-8");

    private JvmCommand() {}

    /** @param flags of the JVM, in addition to its usual ones */
    static List<String> words(List<String> flags, String classPath, String main) {
        var words = new ArrayList<String>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(FLAGS);
        words.addAll(archive());
        words.addAll(flags);
        words.addAll(List.of("-cp", classPath, main));
        return words;
    }

    /** Returns a shell command that becomes a JVM. */
    static String shell(String classPath, String main) {
        return "exec "
                + words(List.of(), classPath, main).stream()
                        .map(word -> "'" + word.replace("'", "'\\''") + "'")
                        .collect(Collectors.joining(" "));
    }

    /** Returns this JVM's class path, from wherever the other one runs. */
    static String classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** Returns the flags for the classes that {@code coach.sh} archived for this version of Java; or nothing. */
    private static List<String> archive() {
        var archive = Path.of("target", "coach-" + Runtime.version().feature() + ".jsa");
        return Files.exists(archive) ? List.of("-XX:SharedArchiveFile=" + archive.toAbsolutePath()) : List.of();
    }
}
