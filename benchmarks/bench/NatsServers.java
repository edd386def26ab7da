package bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * NATS servers on this machine, with JetStream on disk: one, or several that replicate each message.
 *
 * <p><b>Threads:</b> confined to one.
 */
final class NatsServers implements AutoCloseable {
    private final List<Process> processes = new ArrayList<>();
    private final List<Integer> ports = new ArrayList<>();

    NatsServers(String program, int count) throws IOException {
        Path folder = Files.createTempDirectory(Files.createDirectories(Path.of("target", "bench")), "nats")
                .toAbsolutePath();
        List<Integer> routes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ports.add(Server.freePort());
            routes.add(Server.freePort());
        }
        for (int i = 0; i < count; i++) {
            String text = "server_name: n" + i + "\nlisten: 127.0.0.1:" + ports.get(i) + "\njetstream { store_dir: \""
                    + folder.resolve("n" + i) + "\", max_file: 1G }\n";
            if (count > 1) {
                text += "cluster { name: push, listen: 127.0.0.1:" + routes.get(i) + ", routes: ["
                        + routes.stream()
                                .map(port -> "nats-route://127.0.0.1:" + port)
                                .collect(Collectors.joining(","))
                        + "] }\n";
            }
            Path file = Files.writeString(folder.resolve("n" + i + ".conf"), text);
            processes.add(new ProcessBuilder(program, "-c", file.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("n" + i + ".log").toFile())
                    .start());
        }
        for (int i = 0; i < count; i++) {
            Server.awaitListening(processes.get(i), ports.get(i), "nats-server");
        }
    }

    /** Returns the value for PUSH_NATS_URL. */
    String urls() {
        return ports.stream().map(port -> "nats://127.0.0.1:" + port).collect(Collectors.joining(","));
    }

    double cpuMicros() {
        return processes.stream()
                .mapToDouble(process -> Experiment.cpuMicros(process.toHandle()))
                .sum();
    }

    @Override
    public void close() {
        processes.forEach(process -> process.destroyForcibly().onExit().join());
    }
}
