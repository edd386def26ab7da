package bench;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A server to be measured, and the form in which its streams are read.
 *
 * <p><b>Threads:</b> immutable.
 */
enum Peer {
    KIT_NDJSON("kit, NDJSON", "application/x-ndjson", "push.http.Main"),
    KIT_SSE("kit, SSE", "text/event-stream", "push.http.Main"),
    KIT_SNAPSHOT("kit, snapshots", "text/plain", "push.http.Main"),
    UNDERTOW_SSE("Undertow's SSE", "text/event-stream", "bench.UndertowSse"),
    NODE("careful Node", "application/x-ndjson", "benchmarks/peers/careful.mjs"),
    NAIVE("naive (the seed)", "text/plain", "lesson00_seed.Server");

    final String label;
    final String accept;
    private final String program;

    Peer(String label, String accept, String program) {
        this.label = label;
        this.accept = accept;
        this.program = program;
    }

    boolean isKit() {
        return program.equals("push.http.Main");
    }

    boolean isJava() {
        return this != NODE;
    }

    /** Whether it can run here: Node may be missing. */
    boolean isHere() {
        if (isJava()) {
            return getClass().getClassLoader().getResource(program.replace('.', '/') + ".class") != null;
        }
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "node")));
    }

    List<String> command() {
        if (!isJava()) {
            return List.of("node", program);
        }
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(flags());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program));
        return command;
    }

    /** The JVM's flags, the same for every server in Java, so that they are compared and not their heaps. */
    static List<String> flags() {
        String flags = System.getProperty("bench.flags", "").strip();
        return flags.isEmpty() ? List.of() : List.of(flags.split(" +"));
    }
}
