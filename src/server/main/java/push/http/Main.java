package push.http;

import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The command: starts the server, and drains it on a signal.
 *
 * <p>SIGTERM, SIGINT and SIGHUP drain the server; a second signal ends it immediately. Exit codes: 0 after a drain; 2
 * if a setting is invalid or an argument is given; 3 if an IO thread has died ({@link LostThread}); after a second
 * signal, 128 plus its number: 129 (HUP), 130 (INT) or 143 (TERM). A signal that the parent ignores, as {@code nohup}
 * ignores SIGHUP, stays ignored, because the JVM installs no handler for it.
 *
 * <p><b>Threads:</b> the main thread, and the JVM's signal threads.
 */
public final class Main {
    private static final Logger XNIO = Logger.getLogger("org.xnio"); // Held: unreferenced loggers lose their level.

    private Main() {}

    /** Serves until a signal arrives. Takes no arguments, because the settings are environment variables. */
    public static void main(String[] args) throws InterruptedException {
        XNIO.setLevel(Level.WARNING);
        LogLimit.install();
        LostThread.install();
        System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true"); // RFC 9113, 9.2.1.
        Map<String, String> env = System.getenv();
        RunningServer server;
        try {
            if (args.length > 0) {
                throw new BadConfig(args[0] + ": there are no arguments; see Settings in DESIGN.md");
            }
            for (String name : Config.from(env).unknown()) {
                System.err.println("push: " + name + " is not a setting and is ignored; see Settings in DESIGN.md");
            }
            server = PushServer.start(env);
        } catch (BadConfig e) {
            System.err.println("push: " + e.getMessage());
            System.exit(2);
            return;
        }
        CountDownLatch told = new CountDownLatch(1);
        onSignal("HUP", 129, told);
        onSignal("INT", 130, told);
        onSignal("TERM", 143, told);
        System.out.println("Serving " + address(Config.from(env).host(), server.port()) + " (Ctrl-C drains and ends)");
        told.await();
        System.out.println("Going down: saying goodbye to every stream (a second signal ends the process immediately)");
        server.drain();
        server.close();
        System.exit(0);
    }

    /** Returns the URL of the server for a browser on this machine. A wildcard address becomes localhost. */
    static String address(String host, int port) {
        String name = host.matches("0(\\.0){0,3}|\\[?[0:]*:[0:]*(0\\.0\\.0\\.0)?]?") ? "localhost" : host;
        return "https://" + (name.indexOf(':') >= 0 && !name.startsWith("[") ? '[' + name + ']' : name) + ':' + port
                + '/';
    }

    /**
     * Starts the drain at the first signal and ends the process at the second. A shutdown hook would see only the
     * first. The JDK's signal class is accessed by reflection, because its name causes a compiler warning that cannot
     * be suppressed.
     */
    private static void onSignal(String name, int exitCode, CountDownLatch told) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object handle = Proxy.newProxyInstance(Main.class.getClassLoader(), new Class<?>[] {handler}, (p, m, a) -> {
                if (told.getCount() == 0) {
                    Runtime.getRuntime().halt(exitCode);
                }
                told.countDown();
                return null;
            });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), handle);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("This JVM has no signals", e);
        }
    }
}
