package suite;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import okhttp3.OkHttpClient;
import okhttp3.Request;

/**
 * One open response and the questions that a test asks of it. Each question waits with a deadline; each failure says what was
 * expected and what came instead.
 *
 * <p><b>Length:</b> many questions, each in a few lines.
 *
 * <p><b>Threads:</b> any thread, though only one should ask for records, because each record is handed out once.
 */
final class Recorder extends Intake implements AutoCloseable {

    private final Runnable leave;
    private final Set<String> passedOver = ConcurrentHashMap.newKeySet();
    private int taken;

    /**
     * @param what names the request in failure messages
     * @param leave cancels the response
     */
    Recorder(String what, Format format, Runnable leave) {
        super(what, format);
        this.leave = leave;
    }

    /**
     * Sends the request and returns when the head of a response has arrived, whatever its status.
     *
     * @throws AssertionError if there is none within {@link Deadline#PATIENCE}
     */
    static Recorder open(OkHttpClient client, Request request, Format format) {
        return HttpReader.open(client, request, format).awaitHead();
    }

    /** Waits for the head of the response. */
    synchronized Recorder awaitHead() {
        await(Deadline.PATIENCE, () -> answered() || ended());
        if (head.isEmpty()) {
            leave.run();
            throw missed("a response", Deadline.PATIENCE);
        }
        return this;
    }

    /** Returns the next record of any type. */
    WireRecord next() {
        return next(Deadline.PATIENCE);
    }

    WireRecord next(Duration within) {
        return next(record -> true, "a record", within);
    }

    /** Returns the next record, which must be of this type; heartbeats before it are skipped. */
    WireRecord next(String type) {
        return next(type, Deadline.PATIENCE);
    }

    WireRecord next(String type, Duration within) {
        var record = next(candidate -> candidate.is(type) || !candidate.is("heartbeat"), "a " + type, within);
        if (!record.is(type)) {
            throw failed("expected a " + type + ", but there came " + record);
        }
        return record;
    }

    /** Returns the next record that meets the condition; those before it are skipped. */
    synchronized WireRecord next(Predicate<WireRecord> condition, String expected, Duration within) {
        var deadline = Deadline.in(within);
        while (deadline.await(this, this::moreOrOver) && taken < arrivals.size()) {
            var record = arrivals.get(taken++).record();
            if (!passedOver.contains(record.fields().path("text").asString("")) && condition.test(record)) {
                return record;
            }
        }
        throw missed(expected, within);
    }

    /**
     * Returns the first record of the whole response that meets the condition, whether requested before or not; none is
     * used up. It waits as long as something comes within {@link Deadline#PATIENCE} of the previous arrival.
     */
    synchronized WireRecord awaitArrival(Predicate<WireRecord> condition, String expected) {
        for (int i = 0; ; i++) {
            int place = i;
            await(Deadline.PATIENCE, () -> arrived() > place || over());
            if (arrived() <= place) {
                throw missed(expected, Deadline.PATIENCE);
            }
            if (condition.test(arrivals.get(place).record())) {
                return arrivals.get(place).record();
            }
        }
    }

    /**
     * Returns the next message. It skips heartbeats and the {@code start} that opens the response; a later
     * {@code start} or a {@code bye} is a failure, because then messages may be missing.
     */
    Message nextMessage() {
        return nextMessage(Deadline.PATIENCE);
    }

    synchronized Message nextMessage(Duration within) {
        var record = next(
                candidate -> !candidate.is("heartbeat") && !(taken == 1 && candidate.is("start")), "a message", within);
        if (!record.is("message")) {
            throw failed("expected a message, but there came " + record);
        }
        return record.message();
    }

    /** Returns the next {@code count} messages, each within {@link Deadline#PATIENCE} of the one before. */
    List<Message> messages(int count) {
        var messages = new ArrayList<Message>();
        while (messages.size() < count) {
            messages.add(nextMessage());
        }
        return messages;
    }

    /** Returns the messages up to and including this text, each within {@link Deadline#PATIENCE} of the one before. */
    List<Message> messagesUpTo(String text) {
        var messages = new ArrayList<Message>();
        do {
            try {
                messages.add(nextMessage());
            } catch (AssertionError e) {
                throw String.valueOf(e.getMessage()).contains("nothing of the kind came")
                        ? inAnotherForm(text).orElse(e)
                        : e;
            }
        } while (!messages.get(messages.size() - 1).text().equals(text));
        return messages;
    }

    /** Returns the failure to name if the text has come, but not as that of a message. */
    private synchronized Optional<AssertionError> inAnotherForm(String text) {
        var whole = text();
        if (whole.endsWith("}") && whole.indexOf(text, whole.lastIndexOf('\n') + 1) >= 0) {
            return Optional.of(
                    CheckFailed.withLikelyCause(
                            failed(
                                    "the newest message has no line feed behind it, so no client can tell that it is whole"),
                            "A line feed ends each record, and comes with it. One that comes with the next record is too late."));
        }
        return arrivals.stream()
                .map(arrival -> arrival.record().text("text"))
                .filter(came -> came.contains(text) && !came.equals(text))
                .findFirst()
                .map(came -> CheckFailed.withLikelyCause(
                        failed("the text must be \"" + text + "\", as it was posted, but it is \""
                                + MalformedRecord.quote(came) + "\""),
                        "The text was changed on its way. Was it encoded twice?"));
    }

    /** Skips messages with this text from now on: one has come, and if it comes again another check says so. */
    void passOver(String text) {
        passedOver.add(text);
    }

    /** Fails if a record other than a heartbeat comes within this time, or if the response ends. */
    synchronized void quiet(Duration time) {
        var deadline = Deadline.exactly(time);
        while (deadline.await(this, this::moreOrOver)) {
            if (taken == arrivals.size()) {
                throw missed("it to stay open and quiet for " + Deadline.say(time), time);
            }
            var record = arrivals.get(taken++).record();
            if (!record.is("heartbeat")) {
                throw failed("expected nothing for " + Deadline.say(time) + ", but there came " + record);
            }
        }
    }

    /** Returns how the response ended. Records that came before its end may still be requested. */
    Ending closed() {
        return closed(Deadline.PATIENCE);
    }

    synchronized Ending closed(Duration within) {
        await(within, this::ended);
        return ending.orElseThrow(() -> missed("the response to end", within));
    }

    /** Returns the whole answer, once the response has ended as it should. */
    Answer answer() {
        awaitHead();
        var end = closed();
        if (end.how() != Ending.How.END_STREAM) {
            throw failed("expected a whole answer, but after status " + status() + " it ended: " + end);
        }
        return new Answer(status(), protocol(), headers(), text());
    }

    /** Waits until the body so far, whatever its form, contains this text. */
    synchronized void awaitText(String text) {
        await(Deadline.PATIENCE, () -> text().contains(text) || over());
        if (!text().contains(text)) {
            throw missed("\"" + MalformedRecord.quote(text) + "\" in the body", Deadline.PATIENCE);
        }
    }

    /** Leaves by sending RST_STREAM with CANCEL. */
    void cancel() {
        end(Ending.How.CANCELLED, "", "by the test");
        leave.run();
    }

    @Override
    public void close() {
        cancel();
    }

    private synchronized boolean moreOrOver() {
        return taken < arrivals.size() || over();
    }

    private synchronized int arrived() {
        return arrivals.size();
    }

    private synchronized boolean over() {
        return ending.isPresent() || malformed.isPresent();
    }
}
