package push.http;

import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The command: starts the server, and ends it when a signal comes.
 *
 * <p>SIGTERM, SIGINT and SIGHUP drain it; a second one, of any of them, ends it immediately. Exit codes: 0 after a drain, 2
 * if a setting cannot be used or an argument is given, 3 if an IO thread has died ({@link LostThread}), and after a second signal 128 and its number: 129 (HUP), 130 (INT) or
 * 143 (TERM). A signal that the parent ignores, as {@code nohup} does SIGHUP, stays ignored: the JVM takes no handler for it.
 *
 * <p><b>Threads:</b> the main thread, and the JVM's for signals.
 */
public final class Main {
    private static final Logger XNIO = Logger.getLogger("org.xnio"); // Kept, for a logger that is not is forgotten.

    private Main() {}

    /** Serves until a signal comes; takes no arguments, for the settings are environment variables. */
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

    /** Where a browser on this machine finds the server; an address that stands for all is found as localhost. */
    static String address(String host, int port) {
        String name = host.matches("0(\\.0){0,3}|\\[?[0:]*:[0:]*(0\\.0\\.0\\.0)?]?") ? "localhost" : host;
        return "https://" + (name.indexOf(':') >= 0 && !name.startsWith("[") ? '[' + name + ']' : name) + ':' + port
                + '/';
    }

    /**
     * The first signal counts down, the second ends the process. A shutdown hook would see the first alone; the JDK's
     * class for signals is reached by reflection, for the compiler warns of its name and cannot be told not to.
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
