package push;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import push.Publisher.Outcome.KeyReused;
import push.Publisher.Outcome.Stored;

/**
 * The publisher of a single machine: straight into the log, then wake the shards.
 *
 * <p>It remembers keys for a while, so that a client that has lost an answer can ask again. What it remembers is
 * bounded like the log, in number and in bytes, the oldest going first.
 *
 * <p><b>Threads:</b> any thread; guarded by this object's lock.
 */
final class LocalPublisher implements Publisher {
    private record Remembered(String key, Draft draft, Message message, long atNanos) {}

    private final Config config;
    private final MessageLog log;
    private final Shards shards;
    private final Stats stats;

    @GuardedBy("this")
    private final Map<String, Remembered> byKey = new HashMap<>();

    @GuardedBy("this")
    private final Queue<Remembered> oldestFirst = new ArrayDeque<>();

    @GuardedBy("this")
    private long bytes;

    @GuardedBy("this")
    private boolean closed;

    LocalPublisher(Config config, MessageLog log, Shards shards, Stats stats) {
        this.config = config;
        this.log = log;
        this.shards = shards;
        this.stats = stats;
    }

    @Override
    public CompletionStage<Outcome> publish(Draft draft, @Nullable String key) {
        Outcome outcome = store(draft, key, System.nanoTime());
        if (outcome == null) {
            return CompletableFuture.failedFuture(new IllegalStateException("Closed"));
        }
        if (outcome instanceof Stored stored && !stored.replayed()) {
            stats.posted.increment();
            shards.wake();
        }
        return CompletableFuture.completedFuture(outcome);
    }

    @Override
    public synchronized void close() {
        closed = true;
    }

    /** Null once this is closed. */
    private synchronized @Nullable Outcome store(Draft draft, @Nullable String key, long nowNanos) {
        if (closed) {
            return null;
        }
        forget(nowNanos);
        Remembered known = key == null ? null : byKey.get(key);
        if (known != null) {
            return known.draft.equals(draft) ? new Stored(known.message, true) : new KeyReused();
        }
        Message message = log.append(draft, System.currentTimeMillis());
        if (key != null) {
            Remembered remembered = new Remembered(key, draft, message, nowNanos);
            byKey.put(key, remembered);
            oldestFirst.add(remembered);
            bytes += message.size();
            forget(nowNanos); // Only now, for a key that was looked up must not be pushed out by looking.
        }
        return new Stored(message, false);
    }

    @GuardedBy("this")
    private void forget(long nowNanos) {
        for (Remembered oldest = oldestFirst.peek(); oldest != null; oldest = oldestFirst.peek()) {
            boolean old = nowNanos - oldest.atNanos >= config.idempotencyMs() * 1_000_000L;
            if (!old && byKey.size() <= config.retainMessages() && bytes <= config.retainBytes()) {
                return;
            }
            oldestFirst.remove();
            byKey.remove(oldest.key);
            bytes -= oldest.message.size();
        }
    }
}
