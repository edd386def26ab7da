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

    /** Returns the server's root, {@code https://localhost:PORT/}; if there are several, that of each in turn. */
    HttpUrl root();

    /** Returns the roots of all servers that are judged as one. */
    default List<HttpUrl> roots() {
        return List.of(root());
    }

    /** Starts the drain that SIGTERM starts. The future completes when the server has gone. */
    CompletableFuture<?> drain();

    /** Stops the server if it is ours. */
    void close();

    /** Returns the process that serves, or -1 if it is unknown. */
    long pid();

    /** Marks the beginning of a test: the server's output from now on belongs to it. */
    default void mark() {}

    /** Returns the server's own words for a test that has failed: its last words, or its output; often nothing. */
    default String aside() {
        return "";
    }

    /** Returns where the server's threads are in its own code, for a wait that was in vain; empty if it is hidden. */
    default String standing() {
        return "";
    }

    /** Returns whether the server is ours to start, with the settings of a test, and to stop. */
    default boolean ours() {
        return true;
    }

    /**
     * Returns the server that the options ask for, with these settings where they are ours to choose.
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

    /** Returns the root that a URL names, with its path. An error says why a URL cannot be a root. */
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
     * A server started by its static method {@code start(Map)}.
     *
     * @param threads the threads that it has started, directly or indirectly
     */
    record InThisJvm(String className, RunningServer running, ThreadGroup threads) implements Launch {

        static InThisJvm start(String className, Map<String, String> settings, ClassLoader loader, Duration within) {
            var threads = new ThreadGroup("server");
            Printed.by(threads).mark(); // From now on, its output is kept for it.
            var started = CompletableFuture.supplyAsync(
                    () -> call(className, settings, loader), Threads.named("suite-start", threads));
            var server = "the server " + className + " with the settings " + settings;
            try {
                long ms = Deadline.extended(within).toMillis(); // A busy machine is not the server's fault.
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
