package bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A JDK on this machine: servers in Java are measured on more than one.
 *
 * <p><b>Threads:</b> immutable.
 */
record Jdk(Path home, int version) {
    private static final List<Integer> MEASURED = List.of(17, 25);
    private static final List<Path> PLACES =
            List.of(Path.of("/usr/lib/jvm"), Path.of("/Library/Java/JavaVirtualMachines"));

    /** Returns the JDK that runs the bench. */
    static Jdk own() {
        return new Jdk(
                Path.of(System.getProperty("java.home")), Runtime.version().feature());
    }

    /** Returns the bench's own, and 17 and 25 if they are found; the oldest first. */
    static List<Jdk> measured() throws IOException {
        List<Jdk> all = new ArrayList<>(List.of(own()));
        for (int version : MEASURED) {
            if (all.stream().noneMatch(jdk -> jdk.version == version)) {
                found().stream()
                        .filter(jdk -> jdk.version == version)
                        .findFirst()
                        .ifPresent(all::add);
            }
        }
        return all.stream().sorted((a, b) -> a.version - b.version).toList();
    }

    /** Returns the versions to be measured that were not found. */
    static List<Integer> missing() throws IOException {
        List<Jdk> here = measured();
        return MEASURED.stream()
                .filter(version -> here.stream().noneMatch(jdk -> jdk.version == version))
                .toList();
    }

    private static List<Jdk> found() throws IOException {
        List<Jdk> all = new ArrayList<>();
        for (Path place : PLACES) {
            if (!Files.isDirectory(place)) {
                continue;
            }
            try (Stream<Path> homes = Files.list(place)) {
                for (Path home : homes.sorted().toList()) {
                    Path inner = home.resolve("Contents").resolve("Home");
                    of(Files.isDirectory(inner) ? inner : home).ifPresent(all::add);
                }
            }
        }
        return all;
    }

    private static Optional<Jdk> of(Path home) throws IOException {
        Path release = home.resolve("release");
        if (!Files.isExecutable(home.resolve("bin").resolve("javac")) || !Files.isReadable(release)) {
            return Optional.empty();
        }
        return Files.readAllLines(release).stream()
                .filter(line -> line.startsWith("JAVA_VERSION="))
                .map(line -> new Jdk(home, Integer.parseInt(line.replaceFirst("[^0-9]*(1\\.)?([0-9]+).*", "$2"))))
                .findFirst();
    }

    String program(String name) {
        return home.resolve("bin").resolve(name).toString();
    }

    /** Returns the place of a command on the PATH; empty if there is none. */
    static Optional<Path> command(String name) {
        return Stream.of((System.getenv("PATH") + File.pathSeparator + "/usr/sbin").split(File.pathSeparator))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
