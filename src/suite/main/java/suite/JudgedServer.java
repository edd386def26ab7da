package suite;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import org.opentest4j.TestAbortedException;

/**
 * The server under test, with the common requests to it. A class of checks registers one, {@code @RegisterExtension
 * static final JudgedServer server = JudgedServer.with("PUSH_HEARTBEAT_MS", "500");}, and everything that a check opens
 * through it is closed after that check.
 *
 * <p>{@link Options} select the server: a class with a static {@code start(Map)}, started in this JVM; one in any
 * language that a command starts in a separate process, see {@link StartedByCommand}; or one that is already running
 * with its own settings; hence {@link #heartbeat} and {@link #requires}.
 *
 * <p><b>Length:</b> many operations on a server, each in a few lines.
 *
 * <p><b>Threads:</b> any thread.
 */
final class JudgedServer extends Lifecycle {
    /** The start of the reason why a test says nothing of this server, neither good nor bad. */
    static final String NOT_JUDGED = "not judged: ";
    /** Distinguishes our messages from those of an earlier run, which a running server still has. */
    static final String LIFE = Long.toString(System.currentTimeMillis(), 36);

    private static final String HIDDEN = "it needs to see the server's threads, and they are in another process";
    private static final MediaType JSON = MediaType.get("application/json");
    private static final AtomicInteger MARKS = new AtomicInteger();
    /** Each goes to an IO thread by chance: all of them to one of two, once in 65,536 times. */
    private static final int CONNECTIONS = 16;

    private static final Duration LONGEST_429 = Duration.ofSeconds(30);
    private static final Duration LONGEST_REST = Duration.ofMillis(200);
    private static final String IO_WAITS =
            "An IO thread waits, and with it all connections that it serves. Perhaps it waits for a lock whose owner waits in `flush` for that IO thread: hold no lock during a flush that /status takes.";

    /** The id of the newest message that a POST was answered with. */
    private final AtomicReference<String> newest = new AtomicReference<>("");

    private JudgedServer(String... settings) {
        super(settings);
    }

    /** Returns a server with these settings, as alternating names and values; the rest are the contract's defaults. */
    static JudgedServer with(String... settings) {
        return new JudgedServer(settings);
    }

    /** Returns the same for a class that chooses which of the server's threads goes first: see {@link #explore}. */
    static JudgedServer scheduled(String... settings) {
        var target = new JudgedServer(settings);
        target.schedule();
        return target;
    }

    /** Runs {@link Schedule#explore} if the server is in this JVM; otherwise the test ends as not judged. */
    int explore(Runnable first, Runnable second, Consumer<String> check) {
        return Schedule.explore(this::visiblePoints, first, second, check);
    }

    /**
     * Does the same with the IO thread of one connection, while another IO thread brings the requests. Returns 0 if the first
     * has no place in the server's own code, or serves all connections.
     *
     * @param held the client of that connection
     * @param first is given a client of the other IO thread, as is the second; it ends when the held thread has done its work
     */
    int exploreIo(
            OkHttpClient held, Consumer<OkHttpClient> first, Consumer<OkHttpClient> second, Consumer<String> check) {
        var points = visiblePoints();
        var threads = ioThread(points, held);
        Consumer<String> atRest = place -> {
            check.accept(place);
            request(held, at("/status")); // Before its answer, the thread does what it was handed for the last turn.
        };
        return Stream.generate(this::newClient)
                .limit(CONNECTIONS)
                .filter(other -> Collections.disjoint(threads, ioThread(points, other)))
                .findFirst()
                .map(other -> Schedule.explore(
                        () -> points, threads::contains, () -> first.accept(other), () -> second.accept(other), atRest))
                .orElse(0);
    }

    /** Runs {@link Schedule#passes} if the server is in this JVM; otherwise the test ends as not judged. */
    long passes(Runnable during) {
        return Schedule.passes(visiblePoints(), during);
    }

    private PausePoints visiblePoints() {
        return points().orElseThrow(() -> notJudged(HIDDEN));
    }

    /** Returns the thread that serves a client. Another one may pass at the same time, but not each time. */
    private Set<Thread> ioThread(PausePoints points, OkHttpClient client) {
        Supplier<Set<Thread>> passed = () -> Schedule.ioThreads(points, () -> request(client, at("/status")));
        var threads = passed.get();
        for (int again = 0; threads.size() > 1 && again < CONNECTIONS; again++) {
            threads.retainAll(passed.get());
        }
        return threads;
    }

    /**
     * Holds a client at each place on its way in while a message is posted, and checks that it gets an older one.
     *
     * @param check then looks at the stream, and is told the place
     */
    void exploreHistory(BiConsumer<Recorder, String> check) {
        var client = newClient();
        var opened = new AtomicReference<Recorder>();
        var count = new AtomicInteger();
        post("ann", "before 1");
        explore(
                () -> opened.set(open(client, Format.NDJSON)),
                () -> post("bob", "before " + (count.incrementAndGet() + 1)),
                held -> {
                    opened.get().awaitText("\"before " + count.get() + "\"");
                    check.accept(opened.get(), held);
                    opened.get().cancel();
                });
    }

    /**
     * Holds a client at each place on its way in, and then a POST that is sent on to it, while GET /status is asked for on the same
     * connection.
     */
    void exploreStatus() {
        var client = newClient();
        var opened = new AtomicReference<Recorder>();
        Runnable status = () -> request(client, at("/status"));
        explore(
                () -> opened.set(open(client, Format.NDJSON)),
                status,
                held -> opened.get().cancel());
        open(client, Format.NDJSON);
        explore(() -> post(client, "ann", "while its status is asked for"), status, held -> {});
    }

    /**
     * Runs this while the server's clock stands at this time in milliseconds. A server in another process, or one that
     * reads another clock than {@link System#currentTimeMillis}, keeps its own time.
     */
    void whileClockStands(long ms, Runnable action) {
        points().ifPresent(points -> points.setClock(() -> ms));
        try {
            action.run();
        } finally {
            points().ifPresent(points -> points.setClock(System::currentTimeMillis));
        }
    }

    /** Returns whether the server's threads can be held and inspected, because it is in this JVM. */
    boolean showsThreads() {
        return points().isPresent();
    }

    /**
     * Returns the percentage of one processor that the server uses during this time: its threads in its own code, or
     * its whole process if it has a separate one. If that is unknown, the test ends as not judged.
     */
    long busy(Duration time) {
        if (launch() instanceof Launch.InThisJvm) {
            return ownThreads().busy(time);
        }
        return ProcessTime.of(launch().pid())
                .orElseThrow(() -> notJudged("it needs to see the server's process"))
                .busy(time);
    }

    /** Returns one of the server's threads that its own code put to sleep, as seen during this time; empty if none. */
    String threadsAsleep(Duration time) {
        return launch() instanceof Launch.InThisJvm ? ownThreads().asleep(time) : "";
    }

    /** Returns the threads in the server's own code. If it is in another process, the test ends as not judged. */
    OwnThreads ownThreads() {
        if (launch() instanceof Launch.InThisJvm here) {
            return OwnThreads.of(here.className(), here.threads());
        }
        throw notJudged(HIDDEN);
    }

    /** Returns where the server's threads currently are in its own code; empty if none is there, or if it is hidden. */
    String threadsInside() {
        return launch() instanceof Launch.InThisJvm here
                ? OwnThreads.of(here.className(), here.threads()).places()
                : "";
    }

    /** Returns whether the server has printed or logged this since the test began. */
    boolean hasPrinted(String text) {
        return launch().aside().contains(text);
    }

    /** Returns the number of servers that are judged in turn: one, unless it is a cluster. */
    int servers() {
        return launch().roots().size();
    }

    int port() {
        return launch().root().port();
    }

    /** Returns the address of a path, which may have a query. */
    String url(String path) {
        var root = launch().root(); // Which may have a path of its own, behind a proxy.
        return path.startsWith("/") ? root + path.substring(1) : String.valueOf(root.resolve(path));
    }

    /** Returns a request to complete: a GET of this path, unless changed. */
    Request.Builder at(String path) {
        return new Request.Builder().url(url(path));
    }

    /** Declares the settings that the test relies on: it ends as not judged if they are not ours to choose. */
    @Override
    void requires(String... settings) {
        if (!ours() && settings.length > 0) {
            throw notJudged("it needs a server started with "
                    + Arrays.stream(settings)
                            .map(name -> name + "=" + settings().getOrDefault(name, "its default"))
                            .collect(Collectors.joining(", "))
                    + ", and this one has settings of its own");
        }
    }

    /** Returns the exception for a test that can say nothing of this server. */
    static TestAbortedException notJudged(String why) {
        return new TestAbortedException(NOT_JUDGED + why);
    }

    /** Returns the silence after which the server sends a heartbeat, according to the server. */
    Duration heartbeat() {
        return Duration.ofMillis(status().heartbeatMs());
    }

    @Override
    Status status() {
        return statuses().reduce(Status::plus).orElseThrow();
    }

    private Stream<Status> statuses() {
        return launch().roots().stream().map(root -> status(new Request.Builder().url(root + "status")));
    }

    /**
     * Waits until all servers of a cluster have the message of this id. Only the one that has named it is certain to, and the
     * next request may go to another. A server that does not say how far its log reaches is not waited for.
     */
    void awaitEverywhere(String id) {
        if (servers() > 1
                && !Deadline.in(Deadline.PATIENCE).poll(() -> statuses().allMatch(status -> status.reaches(id)))) {
            throw new AssertionError("what one server of a cluster has acknowledged must reach the others within "
                    + Deadline.say(Deadline.PATIENCE) + ", but one of them has not got " + id);
        }
    }

    private Status status(Request.Builder request) {
        var answer = request(request);
        if (answer.status() != 200) {
            throw new AssertionError("GET /status must answer 200, but it answered " + answer);
        }
        return Status.of(answer.json());
    }

    /** Asks for the status until the condition holds, and returns that status. */
    Status awaitStatus(Predicate<Status> condition, String expected, Duration within) {
        var last = new Status[1];
        if (!Deadline.in(within).poll(() -> condition.test(last[0] = status()))) {
            throw new AssertionError(
                    "expected " + expected + " within " + Deadline.say(within) + ", but GET /status says " + last[0]);
        }
        return last[0];
    }

    /** Waits until the server holds this number of streams. */
    Status awaitOpen(long streams) {
        return awaitStatus(status -> status.open() == streams, streams + " open streams", Deadline.PATIENCE);
    }

    /** Posts a message and returns its id, or "" if the server gives none. After a 429 it waits as the server asks. */
    String post(String user, String text) {
        return post(client(), user, text);
    }

    String post(OkHttpClient client, String user, String text) {
        var json = WireRecord.JSON.createObjectNode().put("user", user).put("text", text);
        var deadline = Deadline.in(LONGEST_429);
        var answer = request(client, at("/messages").post(json(json.toString())));
        while (answer.status() == 429 && waited(answer.header("retry-after"), deadline)) {
            answer = request(client, at("/messages").post(json(json.toString())));
        }
        if (answer.status() / 100 != 2) {
            throw new AssertionError("POST /messages must take " + MalformedRecord.quote(json.toString())
                    + ", but it answered " + answer);
        }
        var id = answer.body().startsWith("{") ? answer.json().path("id").asString("") : "";
        newest.accumulateAndGet(id, (old, now) -> Status.sequence(old) < Status.sequence(now) ? now : old);
        return id;
    }

    @Override
    Answer get(String path) {
        return request(at(path));
    }

    /** Sends any request and returns the whole answer, whatever its status. */
    Answer request(Request.Builder request) {
        return request(client(), request);
    }

    Answer request(OkHttpClient client, Request.Builder request) {
        var hasty = Clients.hasty(client);
        var built = request.build();
        try (var response = Clients.execute(hasty, built)) {
            return new Answer(
                    response.code(),
                    response.protocol(),
                    response.headers(),
                    response.body().string());
        } catch (InterruptedIOException e) {
            throw withIoThread(new AssertionError(
                    built.method() + " " + built.url() + " must be answered whole within "
                            + Deadline.say(Clients.patience(client)) + ", but it was not",
                    e));
        } catch (IOException e) {
            throw new AssertionError(
                    built.method() + " " + built.url() + " must be answered whole within "
                            + Deadline.say(Clients.patience(client)) + ", but: " + e,
                    e);
        }
    }

    /** Names a waiting IO thread as the cause of a missing answer, whatever was requested. */
    private AssertionError withIoThread(AssertionError noAnswer) {
        return launch() instanceof Launch.InThisJvm here
                        && OwnThreads.of(here.className(), here.threads()).hasWaitingIoThread()
                ? CheckFailed.withLikelyCause(noAnswer, IO_WAITS)
                : noAnswer;
    }

    /** Returns a body of type {@code application/json}, exactly, without a charset. */
    static RequestBody json(String json) {
        return RequestBody.create(json.getBytes(UTF_8), JSON);
    }

    /** Opens {@code GET /messages}; the answer must be 200. After a 429 it waits as the server asks. */
    Recorder open(Format format) {
        return open(client(), at("/messages"), format);
    }

    /** Reconnects with the last id that was seen. */
    Recorder open(Format format, String lastEventId) {
        return open(client(), at("/messages").header("last-event-id", lastEventId), format);
    }

    Recorder open(OkHttpClient client, Format format) {
        return open(client, at("/messages"), format);
    }

    /** Opens any request as a stream, with {@code Accept} set to the form's type. */
    Recorder open(OkHttpClient client, Request.Builder request, Format format) {
        var asked = request.header("accept", format.mediaType).build();
        if (asked.header("accept-encoding") == null) {
            // We say it ourselves, so that OkHttp does not ask for gzip and unpack it silently.
            asked = asked.newBuilder().header("accept-encoding", "identity").build();
        }
        awaitEverywhere(newest.get());
        var deadline = Deadline.in(LONGEST_429);
        var recorder = begun(client, asked, format);
        while (recorder.status() == 429 && waited(recorder.header("retry-after"), deadline)) {
            recorder.cancel();
            recorder = begun(client, asked, format);
        }
        if (recorder.status() != 200) {
            throw new AssertionError("GET " + asked.url() + format.said()
                    + " must be answered 200, but it was answered " + recorder.status() + " " + recorder.closed() + ": "
                    + MalformedRecord.quote(recorder.text()));
        }
        return recorder;
    }

    private Recorder begun(OkHttpClient client, Request asked, Format format) {
        try {
            return closing(Recorder.open(client, asked, format));
        } catch (AssertionError e) {
            throw withIoThread(e);
        }
    }

    /** Opens a stream and reads past all history, which other tests may have left. The next message is new. */
    Recorder live(Format format) {
        return live(client(), format);
    }

    Recorder live(OkHttpClient client, Format format) {
        return live(open(client, format));
    }

    /** Does the same for a stream that is already open. */
    Recorder live(Recorder recorder) {
        var mark = joined(recorder);
        recorder.messagesUpTo(mark);
        recorder.passOver(mark);
        return recorder;
    }

    /** Opens two streams on separate connections. The next message of each is the next one posted. */
    List<Recorder> two() {
        var two = List.of(live(Format.NDJSON), live(newClient(), Format.NDJSON));
        var mark = mark();
        post("suite", mark);
        two.forEach(recorder -> {
            recorder.messagesUpTo(mark);
            recorder.passOver(mark);
        });
        return two;
    }

    private static String mark() {
        return "from here on " + LIFE + "." + MARKS.incrementAndGet();
    }

    /**
     * Posts a mark until the stream brings it, and returns the mark. A server that does not yet join without a gap may
     * lose the first one or send it twice; only lesson 06 judges that.
     */
    String joined(Recorder recorder) {
        var mark = mark();
        rest();
        post("suite", mark);
        recorder.await(Duration.ofSeconds(1), () -> recorder.text().contains(mark) || recorder.ended());
        if (!recorder.text().contains(mark)) {
            post("suite", mark);
        }
        return mark;
    }

    /** Waits for a moment until the server has done what was asked of it, as far as that can be seen. */
    void rest() {
        if (launch() instanceof Launch.InThisJvm here) {
            OwnThreads.of(here.className(), here.threads()).awaitRest(LONGEST_REST);
        }
    }

    /**
     * Returns the messages that a stream brings before those posted after it has joined.
     *
     * @param newest the text of the last message posted before it was opened
     */
    List<Message> history(Recorder recorder, String newest) {
        recorder.await(Duration.ofSeconds(1), () -> recorder.text().contains(newest) || recorder.ended());
        var mark = joined(recorder);
        var messages = recorder.messagesUpTo(mark);
        recorder.passOver(mark);
        return messages.subList(0, messages.size() - 1);
    }

    /** Returns the memory of the server's process. If it cannot be inspected, the test ends as not judged. */
    Memory memory() {
        return closing(Memory.of(launch().pid()));
    }

    /** Returns a relay on its own port, through which clients reach this server. */
    FaultyProxy relay() {
        return closing(FaultyProxy.to(port()));
    }

    /** Opens a raw HTTP/2 connection. */
    RawClient raw() {
        return raw(RawClient.Options.PLAIN);
    }

    RawClient raw(RawClient.Options options) {
        try {
            return closing(RawClient.connect(launch().root(), options));
        } catch (AssertionError e) {
            throw withIoThread(e);
        }
    }

    /** Returns a client with its own connection. */
    OkHttpClient newClient() {
        var client = Clients.http2();
        closing(() -> Clients.close(client));
        return client;
    }

    /** Waits as a 429 asks, and returns whether that is still in time. */
    private static boolean waited(String retryAfter, Deadline deadline) {
        long seconds = retryAfter.matches("[0-9]{1,4}") ? Long.parseLong(retryAfter) : 1;
        if (deadline.leftNanos() < seconds * 1_000_000_000) {
            return false;
        }
        Deadline.pause(Duration.ofSeconds(seconds));
        return true;
    }
}
