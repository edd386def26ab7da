package suite;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.opentest4j.TestAbortedException;

/**
 * Starts a server before the checks of a class, stops it after them, and verifies after each check that every stream is
 * accounted for.
 *
 * <p><b>Length:</b> JUnit's callbacks before and after a check share a few fields.
 *
 * <p><b>Threads:</b> JUnit's; tests of one class must not run at the same time.
 */
abstract class Lifecycle
        implements BeforeAllCallback,
                BeforeEachCallback,
                TestExecutionExceptionHandler,
                AfterEachCallback,
                AfterAllCallback {

    private static final Pattern WAITED = Pattern.compile("\\bwithin\\b|no answer");
    /** What exceptions mean that a server prints; beside them every other cause is a guess. */
    private static final Map<String, String> PRINTED = Map.of(
            "java.util.ConcurrentModificationException",
            "A collection is changed while a loop walks through it, by the loop itself or by another thread. Hold the lock under which it is changed during the whole walk, also where the loop is over a subList or a stream of it. A set, where order does not matter, may instead be one that is made for several threads: ConcurrentHashMap.newKeySet().",
            "a response with a listener is used on its IO thread alone", // As the lessons' OpenResponse says.
            "After `whenRoom` a response is used on its IO thread alone, and here another thread writes to it. Hand that over: `response.execute(this::drain)`.");

    private final Map<String, String> settings = new HashMap<>();
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private Optional<Launch> launch = Optional.empty();
    private Optional<OkHttpClient> client = Optional.empty();
    private int depth;
    private boolean drained;
    private boolean scheduled;
    private Optional<PausePoints> points = Optional.empty();

    Lifecycle(String... settings) {
        if (settings.length % 2 != 0) {
            throw new IllegalArgumentException(
                    "settings come in pairs of a name and a value: " + String.join(" ", settings));
        }
        this.settings.put("PUSH_PORT", "0");
        for (int i = 0; i < settings.length; i += 2) {
            this.settings.put(settings[i], settings[i + 1]);
        }
    }

    abstract Answer get(String path);

    abstract void requires(String... settings);

    /** Enables choosing which of the server's threads goes first, see {@link Schedule}. */
    final void schedule() {
        scheduled = true;
    }

    /** Returns the places at which the server's threads can be held; none if it is in another process. */
    final Optional<PausePoints> points() {
        return launch() instanceof Launch.InThisJvm ? points : Optional.empty();
    }

    final Launch launch() {
        return launch.orElseThrow(() -> new AssertionError("no server runs: it was not started again after a stop, or a"
                + " JudgedServer is no static field with @RegisterExtension, or was asked while no check runs"));
    }

    final OkHttpClient client() {
        return client.orElseThrow();
    }

    final Map<String, String> settings() {
        return Map.copyOf(settings);
    }

    /** Closes this resource after the test. */
    final synchronized <T extends AutoCloseable> T closing(T resource) {
        opened.push(resource);
        return resource;
    }

    /** Starts the drain of a SIGTERM. If the server is ours, it is started again for the next test. */
    final CompletableFuture<?> drain() {
        var gone = launch().drain();
        drained = true;
        return gone;
    }

    /** Returns whether the server still answers when its streams are gone: a separate process ends with them. */
    final boolean outlivesItsDrain() {
        return launch() instanceof Launch.InThisJvm;
    }

    /** Stops the server, if it is ours, and starts it again with an empty log on another port. */
    final void restart() {
        if (!ours()) {
            throw JudgedServer.notJudged("it needs to stop and start the server, which is not ours");
        }
        stopServer();
        start();
    }

    final boolean ours() {
        return launch().ours();
    }

    @Override
    public final void beforeAll(ExtensionContext context) {
        // Also called for each nested class.
        if (depth++ == 0) {
            start();
        }
    }

    @Override
    public final void beforeEach(ExtensionContext context) {
        if (drained && !ours()) {
            throw JudgedServer.notJudged("the server has gone, because an earlier test has sent it a SIGTERM");
        }
        if (!ours() && context.getRequiredTestClass().isAnnotationPresent(Area.class)) {
            requires(own());
        }
        if (drained) {
            restart();
        }
        launch().mark();
    }

    /** Returns the settings that a class relies on, except those that lift a rate, because a 429 can be waited out. */
    private String[] own() {
        return settings.entrySet().stream()
                .filter(one -> !one.getKey().equals("PUSH_PORT"))
                .filter(one ->
                        !(one.getKey().endsWith("_PER_SECOND") && one.getValue().equals("0")))
                .map(Map.Entry::getKey)
                .sorted()
                .toArray(String[]::new);
    }

    /** Adds the server's own words, and where its threads are if a wait timed out: otherwise that explains nothing. */
    @Override
    public final void handleTestExecutionException(ExtensionContext context, Throwable thrown) throws Throwable {
        if (thrown instanceof TestAbortedException) {
            throw thrown;
        }
        var printed = launch.map(Launch::aside).orElse("");
        var failed = withPrintedCause(CheckFailed.withAside(thrown, printed), printed);
        boolean waited = WAITED.matcher(failed.fault()).find();
        throw CheckFailed.withAside(
                failed, waited ? launch.map(Launch::standing).orElse("") : "");
    }

    private static CheckFailed withPrintedCause(CheckFailed failed, String printed) {
        return PRINTED.keySet().stream()
                .filter(printed::contains)
                .findFirst()
                .map(said -> CheckFailed.withKnownCause(failed, PRINTED.get(said)))
                .orElse(failed);
    }

    @Override
    public final void afterEach(ExtensionContext context) {
        closeOpened();
        if (!drained && context.getExecutionException().isEmpty()) {
            account();
        }
    }

    /** JUnit calls this for each server of a class, even if an earlier one did not start and this one was not tried. */
    @Override
    public final void afterAll(ExtensionContext context) {
        if (depth > 0 && --depth == 0) {
            try {
                closeOpened();
            } finally {
                stopServer();
            }
        }
    }

    private void start() {
        drained = false;
        var loader = Thread.currentThread().getContextClassLoader();
        var options = Options.current();
        boolean hasPlaces =
                !options.server().isEmpty() && !options.server().startsWith("suite."); // Its classes are ours.
        points = scheduled && hasPlaces ? Optional.of(new PausePoints(options.server(), loader)) : Optional.empty();
        launch = Optional.of(Launch.of(options, settings(), points.isPresent() ? points.get() : loader));
        client = Optional.of(Clients.http2());
    }

    private void stopServer() {
        client.ifPresent(Clients::close);
        client = Optional.empty();
        var stopped = launch;
        launch = Optional.empty();
        stopped.ifPresent(Launch::close);
    }

    private synchronized void closeOpened() {
        var failed = Optional.<Exception>empty();
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                failed = Optional.of(e);
            }
        }
        if (failed.isPresent()) {
            throw new AssertionError("could not close what the test had opened", failed.get());
        }
    }

    /**
     * Checks that the server holds no stream once the last one of a test is closed, and that its sums agree. A step of
     * the ladder is held to this as soon as it counts the streams it has opened; a server that others may be using is
     * not.
     */
    private void account() {
        if (!ours() || !(isReference() || get("/status").status() == 200 && status().counts())) {
            return;
        }
        var patience = Options.current().patience();
        boolean settled = Deadline.in(patience).poll(() -> status().open() == 0 && status().balanced());
        if (!settled) {
            var status = status();
            throw new AssertionError("after this test the server's account is wrong: " + status
                    + (status.open() > 0
                            ? "; every stream has been closed by the client, so open must be 0 within "
                                    + Deadline.say(patience)
                            : "; opened must be open plus the sum of closed"));
        }
    }

    abstract Status status();

    private boolean isReference() {
        return launch() instanceof Launch.InThisJvm here && here.className().equals(Options.ours());
    }
}
