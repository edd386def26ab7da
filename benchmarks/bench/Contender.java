package bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A peer on a JDK, or without one: how to build and start it, and why it may be unavailable.
 *
 * <p><b>Threads:</b> immutable.
 */
record Contender(Peer peer, Jdk jdk) {
    private static final Path FOLDER = Path.of("target", "bench");
    private static final Path HELIDON = FOLDER.resolve("helidon");
    private static final Path GO = FOLDER.resolve("go-server").toAbsolutePath();
    private static final List<Path> NCHAN = Stream.of(
                    "/usr/lib/nginx/modules",
                    "/usr/lib64/nginx/modules",
                    "/usr/share/nginx/modules",
                    "/usr/local/nginx/modules")
            .map(folder -> Path.of(folder, "ngx_nchan_module.so"))
            .toList();

    String label() {
        return peer.isJava() ? peer.label + ", JDK " + jdk.version() : peer.label;
    }

    /** Returns whether it is measured on one JDK only, or on this one first. */
    boolean isOwn() {
        return !peer.isJava()
                || peer == Peer.HELIDON
                || jdk.version() == Jdk.own().version();
    }

    /** Returns the reason why it cannot be measured here, in words; empty if it can. */
    Optional<String> absent() {
        return Optional.ofNullable(
                switch (peer) {
                    case HELIDON -> jdk.version() < 21 ? "Helidon needs JDK 21 or newer" : null;
                    case GO -> Jdk.command("go").isEmpty() ? "there is no go (Debian: apt install golang-go)" : null;
                    case NODE -> Jdk.command("node").isEmpty() ? "there is no node (Debian: apt install nodejs)" : null;
                    case NCHAN ->
                        Jdk.command("nginx").isEmpty() || NCHAN.stream().noneMatch(Files::exists)
                                ? "there is no nginx with nchan (Debian: apt install libnginx-mod-nchan)"
                                : null;
                    case NAIVE ->
                        getClass().getClassLoader().getResource("given/NaiveServer.class") == null
                                ? "lesson 00 is not here"
                                : null;
                    default -> null;
                });
    }

    /** Compiles the sources that Maven does not. */
    void build() throws IOException {
        Files.createDirectories(FOLDER);
        if (peer == Peer.HELIDON) {
            compile(
                    List.of(
                            jdk.program("javac"),
                            "-d",
                            HELIDON.toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            "benchmarks/peers/HelidonServer.java"),
                    Path.of("."));
        } else if (peer == Peer.GO) {
            compile(List.of("go", "build", "-o", GO.toString(), "."), Path.of("benchmarks", "peers", "go"));
        }
    }

    private static void compile(List<String> command, Path folder) throws IOException {
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes());
        try {
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + "\n" + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns the settings of this server alone. */
    Map<String, String> settings() {
        return peer == Peer.KIT_BORINGSSL ? Map.of("PUSH_TLS", "openssl") : Map.of();
    }

    /** Returns the command that starts it; settings are environment variables, but nginx's file has the port. */
    List<String> command(Map<String, String> settings) throws IOException {
        return switch (peer) {
            case GO -> List.of(GO.toString());
            case NODE -> List.of("node", "benchmarks/peers/careful.mjs");
            case NCHAN ->
                List.of(
                        Jdk.command("nginx").orElseThrow().toString(),
                        "-c",
                        nchan(settings).toString());
            case KIT, KIT_BORINGSSL, KIT_SSE, KIT_SNAPSHOT -> java(List.of("-jar", peer.program));
            default -> {
                List<String> entries = new ArrayList<>(peer.classPath(
                        List.of(System.getProperty("java.class.path").split(File.pathSeparator))));
                entries.add(0, HELIDON.toString());
                List<String> rest =
                        new ArrayList<>(List.of("-cp", String.join(File.pathSeparator, entries), peer.program));
                if (peer == Peer.VERTX_BORINGSSL) {
                    rest.add("boringssl");
                }
                yield java(rest);
            }
        };
    }

    private List<String> java(List<String> rest) {
        List<String> command = new ArrayList<>(List.of(jdk.program("java")));
        command.addAll(flags());
        command.addAll(rest);
        return command;
    }

    /** Writes nginx's file, because nginx takes nothing from the environment. */
    private static Path nchan(Map<String, String> settings) throws IOException {
        Path folder = Files.createDirectories(FOLDER.resolve("nchan")).toAbsolutePath();
        String file = Files.readString(Path.of("benchmarks", "peers", "nchan.conf"))
                .replace(
                        "@MODULE",
                        NCHAN.stream()
                                .filter(Files::exists)
                                .findFirst()
                                .orElseThrow()
                                .toString())
                .replace("@FOLDER", folder.toString())
                .replace("@PORT", settings.get("PUSH_PORT"))
                .replace(
                        "@CERT",
                        Path.of(settings.get("PUSH_CERT")).toAbsolutePath().toString())
                .replace(
                        "@KEY",
                        Path.of(settings.get("PUSH_KEY")).toAbsolutePath().toString());
        return Files.writeString(folder.resolve("nginx.conf"), file);
    }

    /** Returns the JVM's flags, the same for every server in Java, to compare the servers and not their heaps. */
    static List<String> flags() {
        String flags = System.getProperty("bench.flags", "").strip();
        return flags.isEmpty() ? List.of() : List.of(flags.split(" +"));
    }
}
