package push;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A stream whose sink takes as little as it likes, and which checks in the end that what it took is one order, unbroken
 * but where it was told.
 *
 * <p><b>Threads:</b> confined to its shard's IO thread until {@link #awaitEnd} has returned.
 */
final class FitfulReader implements Shard.Member, WritableByteChannel {
    private static final Pattern LINE =
            Pattern.compile("\"type\":\"(start|message)\"(?:.*?\"id\":\"[0-9a-z]+-(\\d+)\".*?"
                    + "\"text\":\"(\\w+)\")?(?:.*\"reason\":\"(\\w+)\")?");

    private final Shard shard;
    private final Random random;
    private final StringBuilder taken = new StringBuilder();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private Cursor cursor;
    private boolean full;
    boolean left;
    private volatile long place = -1;
    private long resumedAt = -1;
    private long end;
    int laps;

    FitfulReader(Shard shard, long seed) {
        this.shard = shard;
        this.random = new Random(seed);
    }

    void join(Wire wire, Resume resume) {
        resumedAt = resume.reason() == null ? resume.place() : -1;
        cursor = new Cursor(shard.log, shard.batch(wire), 15_000, resume);
        shard.add(this);
        drain(shard.log.newest(), 0);
    }

    @Override
    public void drain(long head, long nowNanos) {
        if (full) {
            return;
        }
        try {
            if (!cursor.writeTo(this, head)) {
                full = true;
                shard.execute(
                        () -> { // The sink has room again, some tasks later.
                            full = false;
                            drain(shard.log.newest(), 0);
                        });
            }
            place = cursor.hasMore(head) ? -1 : head;
        } catch (Throwable e) {
            failure.compareAndSet(null, e);
        }
    }

    @Override
    public int write(ByteBuffer bytes) {
        int count = random.nextInt(3) == 0 ? 0 : Math.min(bytes.remaining(), 1 + random.nextInt(400));
        byte[] chunk = new byte[count];
        bytes.get(chunk);
        taken.append(new String(chunk, StandardCharsets.US_ASCII));
        return count;
    }

    /** No wake-up was lost: without any further message, the reader comes to the end. */
    void awaitEnd(long newest) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        end = left ? -1 : newest;
        while (!left && place < newest) {
            assertTrue(
                    System.nanoTime() < deadline && failure.get() == null,
                    () -> "a reader stands at " + place + " of " + newest + " and nobody wakes it: " + failure.get());
            turn();
        }
        turn(); // What the IO thread has written before this is seen after it.
    }

    private void turn() throws InterruptedException {
        CountDownLatch turn = new CountDownLatch(1);
        shard.execute(turn::countDown);
        turn.await();
    }

    void check(String where) {
        assertNull(failure.get(), where);
        long last = resumedAt;
        long lost = -1; // The message before a lap: what follows it must be gone.
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

    @Override
    public void settle(long head, long nowNanos) {}

    @Override
    public void tick(long nowNanos) {} // No clock here: a lost wake-up would be mended by a heartbeat.

    @Override
    public void leave(long nowNanos) {}

    @Override
    public void fail() {}

    @Override
    public long lag(long head) {
        return cursor.lag(head);
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}
}
