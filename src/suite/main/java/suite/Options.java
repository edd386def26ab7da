package suite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Selects the judged server and the patience of the checks. A program that runs checks sets them with {@link #use}; a
 * run by Maven or an editor takes them from the system properties {@code suite.url}, {@code suite.pid}, and so on.
 *
 * <p><b>Threads:</b> immutable; the ones in use may be asked for and set on any thread, but not while checks run.
 *
 * @param url a server that is already running, or empty
 * @param also another server of the same cluster, to which every second request goes; or empty
 * @param pid its process, for SIGTERM, or -1
 * @param command starts a server in a separate process for each class of checks; or empty
 * @param server a class with a static {@code start(Map)}, started in this JVM
 * @param certificate the server's, or the one that signed it
 * @param start the time that a command may take until its server serves
 * @param patience the time that a check waits for something that should come immediately
 */
public record Options(
        String url,
        String also,
        long pid,
        String command,
        String server,
        Path certificate,
        Duration start,
        Duration patience) {

    /** In this file a module names the class of the server that its tests judge by default. */
    private static final String OURS = "/META-INF/push-suite/server";

    private static final Duration START = Duration.ofSeconds(20);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** Set by a program and read by checks, which run on other threads. */
    private static volatile Options used;

    /** Returns the options for a class in this JVM. */
    public static Options server(String className) {
        var defaults = defaults();
        return new Options("", "", -1, "", className, defaults.certificate, defaults.start, defaults.patience);
    }

    /** Returns the options for a command. */
    public static Options command(String command) {
        var defaults = defaults();
        return new Options("", "", -1, command, "", defaults.certificate, defaults.start, defaults.patience);
    }

    /** Returns the options for a server that is already running. */
    public static Options url(String url, long pid) {
        var defaults = defaults();
        return new Options(url, "", pid, "", "", defaults.certificate, defaults.start, defaults.patience);
    }

    /** Returns the same with the certificate in this file. */
    public Options withCertificate(Path file) {
        return new Options(url, also, pid, command, server, file, start, patience);
    }

    /** Returns the same with another server of its cluster, or "" for none. */
    public Options withAlso(String url) {
        return new Options(this.url, url, pid, command, server, certificate, start, patience);
    }

    /** Makes all checks that begin from now on judge this server. */
    public static void use(Options options) {
        used = options;
    }

    /** Lets the system properties decide again. */
    public static void forget() {
        used = null;
    }

    /** Returns the options in use. */
    public static Options current() {
        var options = used;
        return options == null ? defaults() : options;
    }

    /** Returns the class that this module's own tests judge, or empty if it names none. */
    public static String ours() {
        try (var in = Options.class.getResourceAsStream(OURS)) {
            return in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Options defaults() {
        return new Options(
                System.getProperty("suite.url", ""),
                System.getProperty("suite.also", ""),
                Long.getLong("suite.pid", -1),
                System.getProperty("suite.command", ""),
                System.getProperty("suite.server", ours()),
                Path.of(System.getProperty("suite.cert", "certs/server.crt")),
                Duration.ofMillis(Long.getLong("suite.startMs", START.toMillis())),
                Duration.ofMillis(Long.getLong("suite.patienceMs", PATIENCE.toMillis())));
    }
}
