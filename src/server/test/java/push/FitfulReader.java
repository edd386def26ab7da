package push;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A stream whose sink takes random amounts, and which checks at the end that it received the one order, unbroken except
 * where it was told.
 *
 * <p><b>Threads:</b> confined to its loop's thread until {@link #awaitEnd} has returned.
 */
final class FitfulReader extends SwallowingSink {
    private static final Pattern LINE =
            Pattern.compile("\"type\":\"(start|message)\"(?:.*?\"id\":\"[0-9a-z]+-(\\d+)\".*?"
                    + "\"text\":\"(\\w+)\")?(?:.*\"reason\":\"(\\w+)\")?");

    private final EventLoop loop;
    private final Random random;
    private final StringBuilder taken = new StringBuilder();
    private Connection connection;
    private boolean full;
    private Throwable failure;
    private long resumedAt = -1;
    private long end;
    boolean left;
    int laps;

    FitfulReader(EventLoop loop, long seed) {
        this.loop = loop;
        this.random = new Random(seed);
    }

    void join(Connection by, Wire wire, Resume resume) {
        resumedAt = resume.reason() == null ? resume.position() : -1;
        connection = by;
        connection.open(0, this, wire, resume);
    }

    void leave() {
        listener.ended(EndReason.CLIENT);
    }

    @Override
    public int write(ByteBuffer bytes) {
        int count = random.nextInt(3) == 0 ? 0 : Math.min(bytes.remaining(), 1 + random.nextInt(400));
        byte[] chunk = new byte[count];
        bytes.get(chunk);
        taken.append(new String(chunk, StandardCharsets.US_ASCII));
        return count;
    }

    @Override
    public void awaitRoom(boolean wanted) {
        full = wanted;
        if (wanted) {
            loop.execute(
                    () -> { // There is room again some tasks later.
                        if (full) {
                            listener.writable();
                        }
                    });
        }
    }

    @Override
    public void abort() {
        super.abort();
        failure = left ? null : new AssertionError("a stream has ended that nothing was to end");
    }

    /** Checks that no wake-up was lost: without any further message, the reader comes to the end. */
    void awaitEnd(long newest) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        end = left ? -1 : newest;
        while (!left && !onLoop(() -> failure != null || (!full && connection.maxLag(newest) == 0))) {
            assertTrue(System.nanoTime() < deadline, "a reader stands still, and nothing wakes it");
        }
        onLoop(() -> true); // The loop's earlier writes are visible after it.
    }

    private boolean onLoop(BooleanSupplier fact) throws Exception {
        var answer = new CompletableFuture<Boolean>();
        loop.execute(() -> answer.complete(fact.getAsBoolean()));
        return answer.get(20, TimeUnit.SECONDS);
    }

    void check(String where) {
        assertNull(failure, where);
        long last = resumedAt;
        long lost = -1; // The message before a lap: the next one must be gone.
        for (String line :
                taken.toString().lines().filter(l -> l.contains("{\"type\"")).toList()) {
            boolean whole = line.endsWith("}");
            Matcher record = LINE.matcher(line);
            assertTrue(record.find() || !whole, () -> where + ": torn record: " + line);
            if (!whole) {
                continue; // Only the last can be: the reader left within it.
            }
            if (record.group(1).equals("start")) {
                if ("lapped".equals(record.group(4))) {
                    laps++;
                    lost = last;
                    last = -1;
                }
            } else {
                long sequence = Long.parseLong(record.group(2));
                assertTrue(
                        last == -1 || sequence == last + 1,
                        where + ": " + sequence + " came after " + last + ", and no start between");
                assertTrue(
                        lost == -1 || sequence > lost + 1,
                        where + ": told that it was lapped after " + lost + ", but " + sequence + " was there");
                last = sequence;
                lost = -1;
            }
        }
        assertTrue(end == -1 || last == end, where + ": the last message was " + end + ", but it saw " + last);
    }
}
