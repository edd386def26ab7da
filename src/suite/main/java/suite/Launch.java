package suite;

import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import okhttp3.HttpUrl;

/**
 * The server under test as a process: started in this JVM, started by a command, or already running.
 *
 * <p><b>Threads:</b> any thread.
 */
sealed interface Launch permits Launch.InThisJvm, AtUrl, StartedByCommand {

    /** The server's root, {@code https://localhost:PORT/}; that of each in turn, if there are several. */
    HttpUrl root();

    /** The roots of all servers that are judged as one. */
    default List<HttpUrl> roots() {
        return List.of(root());
    }

    /** Starts what SIGTERM starts; the future is done when the server has gone. */
    CompletableFuture<?> drain();

    /** Stops a server that is ours. */
    void close();

    /** The process that serves, or -1 if it is not known. */
    long pid();

    /** A test begins, so what the server prints from now on belongs to it. */
    default void mark() {}

    /** What the server itself has to say to a test that has failed: its last words, or what it printed; often nothing. */
    default String aside() {
        return "";
    }

    /** Where the server's threads stand in its own code, for what was waited for in vain; empty if it is hidden. */
    default String standing() {
        return "";
    }

    /** Whether the server is ours to start, with the settings of a test, and to stop. */
    default boolean ours() {
        return true;
    }

    /**
     * What the options ask for, with these settings where they are ours to choose.
     *
     * @param loader for a server in this JVM
     */
    static Launch of(Options options, Map<String, String> settings, ClassLoader loader) {
        if (!options.url().isEmpty()) {
            var roots = Stream.of(options.url(), options.also())
                    .filter(url -> !url.isEmpty())
                    .map(Launch::root)
                    .toList();
            return new AtUrl(roots, new AtomicInteger(), options.pid());
        }
        if (!options.command().isEmpty()) {
            return StartedByCommand.start(options.command(), settings, options.start());
        }
        if (options.server().isEmpty()) {
            throw new AssertionError(
                    "there is no server to judge: name one by the system property suite.url, suite.command"
                            + " or suite.server");
        }
        return InThisJvm.start(options.server(), settings, loader, options.start());
    }

    /** The root that a URL names, with its path; an error that says what is wrong with it if it cannot be one. */
    static HttpUrl root(String url) {
        var root = HttpUrl.parse(url);
        if (root == null
                || !root.isHttps()
                || root.query() != null
                || root.fragment() != null
                || !root.username().isEmpty()) {
            throw new AssertionError("cannot judge " + url + ": give https, a host, and at most a port and a path,"
                    + " as in https://localhost:9000 or https://localhost/push/");
        }
        return root.encodedPath().endsWith("/")
                ? root
                : root.newBuilder().addPathSegment("").build();
    }

    /**
     * Started by its static method {@code start(Map)}.
     *
     * @param threads those that it has started, and those that these have started
     */
    record InThisJvm(String className, RunningServer running, ThreadGroup threads) implements Launch {

        static InThisJvm start(String className, Map<String, String> settings, ClassLoader loader, Duration within) {
            var threads = new ThreadGroup("server");
            Printed.by(threads).mark(); // What it prints from now on is kept for it.
            var started = CompletableFuture.supplyAsync(
                    () -> call(className, settings, loader), Threads.named("suite-start", threads));
            var server = "the server " + className + " with the settings " + settings;
            try {
                long ms = Deadline.extended(within).toMillis(); // A busy machine is no fault of the server's.
                return new InThisJvm(className, started.get(ms, TimeUnit.MILLISECONDS), threads);
            } catch (TimeoutException e) {
                throw new AssertionError(
                        server + " did not return from start(Map) within " + Deadline.say(within)
                                + Printed.aside(threads) + Printed.standing(className, threads),
                        e);
            } catch (ExecutionException e) {
                throw new AssertionError(
                        server + " did not start: " + e.getCause().getMessage()
                                + Printed.place(className, e.getCause())
                                + Printed.aside(threads),
                        e.getCause());
            } catch (InterruptedException e) {
                throw Deadline.interrupted();
            }
        }

        private static RunningServer call(String className, Map<String, String> settings, ClassLoader loader) {
            try {
                var start = Class.forName(className, true, loader).getMethod("start", Map.class);
                start.setAccessible(true);
                return RunningServer.of(start.getReturnType(), start.invoke(null, settings));
            } catch (InvocationTargetException e) {
                throw new IllegalStateException("start(Map) failed: " + e.getCause(), e.getCause());
            } catch (ClassNotFoundException e) {
                throw new IllegalStateException("there is no class of that name", e);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(
                        "it has no public static start(Map) that returns what has port(), drain() and close()", e);
            }
        }

        @Override
        public HttpUrl root() {
            return HttpUrl.get("https://localhost:" + running.port() + "/");
        }

        @Override
        public CompletableFuture<?> drain() {
            return CompletableFuture.runAsync(running::drain, Threads.named("suite-drain"));
        }

        @Override
        public void close() {
            running.close();
        }

        @Override
        public long pid() {
            return ProcessHandle.current().pid();
        }

        @Override
        public void mark() {
            Printed.by(threads).mark();
        }

        @Override
        public String aside() {
            return Printed.aside(threads).strip();
        }

        @Override
        public String standing() {
            return Printed.standing(className, threads).strip();
        }
    }
}
