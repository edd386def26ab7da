package machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A machine of a few commands: a folder that is its whole PATH, another that is its root, and a home.
 *
 * <p>It exists so that the set-up can be tried on systems that no test runs on. What a shell script needs of any system is
 * linked from this one; everything else is a script that the test writes.
 *
 * <p><b>Threads:</b> confined to the test's.
 */
final class FakeMachine {
    private static final List<String> ANY_SYSTEM_HAS = List.of(
            "sh",
            "awk",
            "basename",
            "cat",
            "chmod",
            "cksum",
            "cp",
            "cut",
            "date",
            "df",
            "dirname",
            "env",
            "find",
            "grep",
            "head",
            "id",
            "locale",
            "ls",
            "mkdir",
            "mktemp",
            "mv",
            "paste",
            "readlink",
            "rm",
            "sed",
            "sleep",
            "sort",
            "tail",
            "tee",
            "touch",
            "tr",
            "uname",
            "wc");

    final Path root;
    final Map<String, String> environment = new TreeMap<>();
    private final Path bin;

    FakeMachine(Path folder, String osRelease) throws IOException {
        root = Files.createDirectories(folder.resolve("root"));
        bin = Files.createDirectories(folder.resolve("bin"));
        for (String name : ANY_SYSTEM_HAS) {
            link(name);
        }
        Files.createDirectories(root.resolve("etc"));
        Files.writeString(root.resolve("etc/os-release"), osRelease);
        environment.put("PATH", bin.toString());
        environment.put("HOME", Files.createDirectories(folder.resolve("home")).toString());
        environment.put("SETUP_ROOT", root.toString());
        environment.put("CI", "true");
        script("id", "echo 0");
    }

    /** A command of the real machine's. */
    void link(String... names) {
        for (String name : names) {
            for (String folder : System.getenv("PATH").split(":")) {
                Path real = Path.of(folder, name);
                if (Files.isExecutable(real)) {
                    try {
                        Files.deleteIfExists(bin.resolve(name));
                        Files.createSymbolicLink(bin.resolve(name), real);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                    break;
                }
            }
        }
    }

    /** A command that does what these lines of sh say. */
    void script(String name, String lines) throws IOException {
        script(bin.resolve(name), lines);
    }

    static Path script(Path file, String lines) throws IOException {
        Files.createDirectories(file.getParent());
        Files.deleteIfExists(file);
        Files.writeString(file, "#!/bin/sh\n" + lines + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** A folder that looks like a JDK's home; its programs tell of it what the real ones tell. */
    static Path jdk(Path home, int version) throws IOException {
        var tells = "case \"$*\" in *properties*) echo '    java.home = " + home + "' >&2 ;; esac";
        script(home.resolve("bin/java"), tells);
        script(home.resolve("bin/javac"), tells);
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + ".0.1\"\n");
        return home;
    }

    /** What the machine said to a command, on both outputs, and last its exit code. */
    record Said(String text, int code) {}

    Said run(String... words) throws IOException, InterruptedException {
        var output = Files.createTempFile("machine", ".out");
        var builder = new ProcessBuilder(new ArrayList<>(List.of(words)));
        builder.environment().clear();
        builder.environment().putAll(environment);
        var process = builder.redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(List.of(words) + " does not end: " + Files.readString(output));
        }
        var said = Files.readString(output);
        Files.delete(output);
        return new Said(said, process.exitValue());
    }
}
