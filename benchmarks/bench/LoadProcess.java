package bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/**
 * The load client in its own JVM, told what to do.
 *
 * <p><b>Threads:</b> confined to one.
 */
final class LoadProcess implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();

    private final Process process;
    private final BufferedWriter commands;
    private final BufferedReader answers;

    LoadProcess(Server server) throws IOException {
        process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-Xmx2g",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "bench.LoadClient",
                        Integer.toString(server.port),
                        Long.toString(server.pid()),
                        Boolean.toString(server.takesRecords())))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        commands = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    void open(int connections, int streams, String accept) throws IOException {
        ask("open " + connections + " " + streams + " " + accept);
    }

    Experiment.Run post(int inFlight, double seconds, int frozenPercent) throws IOException {
        return JSON.readValue(ask("post " + inFlight + " " + seconds + " " + frozenPercent), Experiment.Run.class);
    }

    /** So many a second, however fast they are delivered. */
    Experiment.Run rate(int perSecond, double seconds) throws IOException {
        return JSON.readValue(ask("rate " + perSecond + " " + seconds), Experiment.Run.class);
    }

    /** Opens them on all connections in turn. */
    void openInTurns(int connections, int streams, String accept) throws IOException {
        ask("turns " + connections + " " + streams + " " + accept);
    }

    Experiment.Run join(int connections, String accept) throws IOException {
        return JSON.readValue(ask("join " + connections + " " + accept), Experiment.Run.class);
    }

    void closeStreams() throws IOException {
        ask("close");
    }

    private String ask(String command) throws IOException {
        commands.write(command);
        commands.newLine();
        commands.flush();
        String answer = answers.readLine();
        if (answer == null) {
            throw new IOException("The load client has ended at: " + command);
        }
        return answer;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
