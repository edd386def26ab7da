package bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/**
 * The load client in its own JVM, controlled by commands. It stays for all servers of a run, so that each meets a warm
 * one, and uses the newest measured JDK, whose handshakes take it the least time.
 *
 * <p><b>Threads:</b> confined to one.
 */
final class LoadProcess implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();

    private Process process;
    private BufferedWriter commands;
    private BufferedReader answers;

    LoadProcess() throws IOException {
        start();
    }

    private void start() throws IOException {
        List<Jdk> jdks = Jdk.measured();
        process = new ProcessBuilder(List.of(
                        jdks.get(jdks.size() - 1).program("java"),
                        "-XX:+UseSerialGC",
                        "-Xmx2g",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "bench.LoadClient"))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        commands = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Drops everything open, and turns to this server. */
    void serve(Server server) throws IOException {
        if (!process.isAlive()) { // It ends when it fails.
            start();
        }
        ask("serve " + server.port + " " + server.pid() + " " + server.takesRecords());
    }

    /** Opens further streams on this server too, whose CPU counts as well. */
    void also(Server server) throws IOException {
        ask("also " + server.port + " " + server.pid());
    }

    void open(int connections, int streams, String accept) throws IOException {
        opened(ask("open " + connections + " " + streams + " " + accept));
    }

    Experiment.Run post(int inFlight, double seconds, int frozenPercent) throws IOException {
        return JSON.readValue(ask("post " + inFlight + " " + seconds + " " + frozenPercent), Experiment.Run.class);
    }

    /** Posts this many a second, however fast they are delivered. */
    Experiment.Run rate(int perSecond, double seconds) throws IOException {
        return JSON.readValue(ask("rate " + perSecond + " " + seconds), Experiment.Run.class);
    }

    /** Opens them on all connections in turn. */
    void openInTurns(int connections, int streams, String accept) throws IOException {
        opened(ask("turns " + connections + " " + streams + " " + accept));
    }

    /** Opens this many further streams on each connection. */
    void openMore(int streams, String accept) throws IOException {
        opened(ask("more " + streams + " " + accept));
    }

    Experiment.Run join(int connections, String accept) throws IOException {
        return JSON.readValue(ask("join " + connections + " " + accept), Experiment.Run.class);
    }

    void closeStreams() throws IOException {
        ask("close");
    }

    private static void opened(String answer) throws IOException {
        if (!answer.equals("\"done\"")) {
            throw new IOException(answer);
        }
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
