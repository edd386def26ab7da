package suite;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import okhttp3.Headers;
import okhttp3.Protocol;

/**
 * Collects one response: its head, its chunks, the records found in them, and its end. The code that reads the response fills
 * it; {@link Recorder} answers the questions of a check.
 *
 * <p><b>Threads:</b> guarded by this object's lock; every change notifies.
 */
abstract class Intake {

    /** Status and headers. */
    record Head(int status, Protocol protocol, Headers headers) {}

    /** A piece of the body as returned by one read, and its time ({@link System#nanoTime}). */
    record Chunk(byte[] bytes, long nanos) {}

    /** A record and the time when its last byte was read. */
    record Arrival(WireRecord record, long nanos) {}

    private final String what;
    private final Format format;

    @GuardedBy("this")
    private final Records parser;

    @GuardedBy("this")
    private final List<Chunk> chunks = new ArrayList<>();

    @GuardedBy("this")
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    @GuardedBy("this")
    final List<Arrival> arrivals = new ArrayList<>();

    @GuardedBy("this")
    Optional<Head> head = Optional.empty();

    @GuardedBy("this")
    Optional<String> malformed = Optional.empty();

    @GuardedBy("this")
    Optional<Ending> ending = Optional.empty();

    /** @param what names the request in failure messages */
    Intake(String what, Format format) {
        this.what = what;
        this.format = format;
        this.parser = Records.of(format);
    }

    final synchronized void head(Head head) {
        this.head = Optional.of(head);
        if (head.status() == 200 && !format.matches(header("content-type"))) {
            malformed =
                    Optional.of("the content-type is \"" + header("content-type") + "\" and not " + format.mediaType);
        }
        notifyAll();
    }

    final synchronized void take(byte[] buffer, int offset, int length) {
        if (malformed.isPresent()) {
            return; // Nothing that follows has a meaning, and there may be a lot of it.
        }
        long now = System.nanoTime();
        chunks.add(new Chunk(Arrays.copyOfRange(buffer, offset, offset + length), now));
        body.write(buffer, offset, length);
        try {
            parser.feed(buffer, offset, length, record -> arrived(record, now));
        } catch (MalformedRecord e) {
            malformed = Optional.of(e.getMessage());
        }
        notifyAll();
    }

    private synchronized void arrived(WireRecord record, long nanos) {
        arrivals.add(new Arrival(record, nanos));
    }

    /** Records the end of the response. The first end counts. */
    final synchronized void end(Ending.How how, String code, String detail) {
        if (ending.isEmpty()) {
            boolean cut = how == Ending.How.END_STREAM && parser.pending() > 0;
            ending = Optional.of(new Ending(how, code, cut ? "in the middle of a record" : detail));
            notifyAll();
        }
    }

    /** Returns the number of bytes so far. */
    final synchronized int size() {
        return body.size();
    }

    /** Returns all chunks so far. */
    final synchronized List<Chunk> chunks() {
        return List.copyOf(chunks);
    }

    /** Returns all records so far, whether they have been requested or not. */
    final synchronized List<Arrival> arrivals() {
        return List.copyOf(arrivals);
    }

    /** Returns the body so far as text. It ends with a replacement character if a chunk has cut a character. */
    final synchronized String text() {
        return body.toString(StandardCharsets.UTF_8);
    }

    final synchronized boolean ended() {
        return ending.isPresent();
    }

    final synchronized boolean answered() {
        return head.isPresent();
    }

    final int status() {
        return head().status();
    }

    final Protocol protocol() {
        return head().protocol();
    }

    final Headers headers() {
        return head().headers();
    }

    /** Returns the value of a header, or empty. */
    final String header(String name) {
        var value = headers().get(name);
        return value == null ? "" : value;
    }

    final synchronized Head head() {
        return head.orElseThrow(() -> new AssertionError(what + ": there is no response yet"));
    }

    final synchronized void await(Duration within, BooleanSupplier condition) {
        Deadline.in(within).await(this, condition);
    }

    final AssertionError failed(String sentence) {
        return new AssertionError(what + ": " + sentence);
    }

    /** Returns the failure of an unmet expectation, with what came instead and everything that came before. */
    final synchronized AssertionError missed(String expected, Duration within) {
        var came = malformed
                .or(() -> ending.map(end -> "the response ended: " + end))
                .orElse("nothing of the kind came within " + Deadline.say(within));
        var failed = failed("expected " + expected + ", but " + came + "; " + soFar());
        return format == Format.NDJSON
                ? CheckFailed.withLikelyCause(failed, Ndjson.likelyCause(malformed.orElse("")))
                : failed;
    }

    private synchronized String soFar() {
        if (head.isEmpty()) {
            return "there is no head of a response yet";
        }
        return "the response (" + status() + " " + header("content-type") + ") has sent "
                + count(arrivals.size(), "record") + " in " + count(chunks.size(), "chunk") + " of "
                + count(body.size(), "byte")
                + (parser.pending() == 0 ? "" : ", the last " + parser.pending() + " not a whole record")
                + (format == Format.NDJSON && arrivals.isEmpty() && parser.pending() > 0
                        ? ": no line feed ends it"
                        : "");
    }

    private static String count(int number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}
