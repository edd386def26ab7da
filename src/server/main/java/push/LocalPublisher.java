package push;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import push.Publisher.Outcome.KeyReused;
import push.Publisher.Outcome.Stored;

/**
 * The publisher for a single machine: it appends to the log and wakes the shards.
 *
 * <p>It remembers idempotency keys for a while, so that a client that lost a response can repeat its request. Like the
 * log, this memory is bounded in number and in bytes. The oldest keys are dropped first.
 *
 * <p><b>Threads:</b> any thread; guarded by this object's lock.
 */
public final class LocalPublisher implements Publisher {
    private record Remembered(String key, NewMessage asked, Message stored, long atNanos) {}

    private final Settings settings;
    private final MessageLog log;
    private final Shards shards;
    private final Stats stats;
    private final LongSupplier nanoTime;
    private final LongSupplier timeMs;

    @GuardedBy("this")
    private final Map<String, Remembered> byKey = new HashMap<>();

    @GuardedBy("this")
    private final Queue<Remembered> oldestFirst = new ArrayDeque<>();

    @GuardedBy("this")
    private long bytes;

    @GuardedBy("this")
    private boolean closed;

    /** Creates a publisher that appends to a log and wakes the shards whose streams read it. */
    public LocalPublisher(Settings settings, MessageLog log, Shards shards, Stats stats) {
        this(settings, log, shards, stats, System::nanoTime, System::currentTimeMillis); // It runs outside any loop.
    }

    LocalPublisher(
            Settings settings, MessageLog log, Shards shards, Stats stats, LongSupplier nanoTime, LongSupplier timeMs) {
        this.settings = settings;
        this.log = log;
        this.shards = shards;
        this.stats = stats;
        this.nanoTime = nanoTime;
        this.timeMs = timeMs;
    }

    @Override
    public CompletionStage<Outcome> publish(NewMessage message, @Nullable String key) {
        Outcome outcome = store(message, key, nanoTime.getAsLong());
        if (outcome == null) {
            return CompletableFuture.failedFuture(new IllegalStateException("Closed"));
        }
        if (outcome instanceof Stored stored && !stored.replayed()) {
            stats.countPosted();
            shards.wake();
        }
        return CompletableFuture.completedFuture(outcome);
    }

    @Override
    public synchronized void close() {
        closed = true;
    }

    /** Returns null once the publisher is closed. */
    private synchronized @Nullable Outcome store(NewMessage asked, @Nullable String key, long nowNanos) {
        if (closed) {
            return null;
        }
        forget(nowNanos);
        Remembered known = key == null ? null : byKey.get(key);
        if (known != null) {
            return known.asked.equals(asked) ? new Stored(known.stored, true) : new KeyReused();
        }
        Message stored = log.append(asked, timeMs.getAsLong());
        if (key != null) {
            Remembered remembered = new Remembered(key, asked, stored, nowNanos);
            byKey.put(key, remembered);
            oldestFirst.add(remembered);
            bytes += stored.size();
            forget(nowNanos); // Last, so that looking up a key cannot evict it.
        }
        return new Stored(stored, false);
    }

    @GuardedBy("this")
    private void forget(long nowNanos) {
        for (Remembered oldest = oldestFirst.peek(); oldest != null; oldest = oldestFirst.peek()) {
            boolean old = nowNanos - oldest.atNanos >= settings.idempotencyMs() * 1_000_000L;
            if (!old && byKey.size() <= settings.retainMessages() && bytes <= settings.retainBytes()) {
                return;
            }
            oldestFirst.remove();
            byKey.remove(oldest.key);
            bytes -= oldest.stored.size();
        }
    }
}
