package suite;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clients that post to the servers of a cluster by turns, each with a key, and repeat what has not been answered 201, at the
 * next server, until it is.
 *
 * <p><b>Threads:</b> any thread; one of its own for each client.
 */
final class Load implements AutoCloseable {
    private static final AtomicInteger LOADS = new AtomicInteger();
    private static final Duration LONGEST = Duration.ofSeconds(150);

    private final String mark = "load " + LOADS.incrementAndGet() + ".";
    private final List<KitServer> servers;
    private final int pauseMs;
    private final CountDownLatch running;
    private final Map<String, String> ids = new ConcurrentHashMap<>();
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicLong answeredNanos = new AtomicLong(System.nanoTime());
    private final AtomicLong longestNanos = new AtomicLong();
    private final Map<String, String> faults = new ConcurrentHashMap<>();
    private final Map<String, String> underWay = new ConcurrentHashMap<>(); // The last answer to each.
    private volatile boolean resting;
    private volatile boolean stopped;

    private Load(List<KitServer> servers, int clients, int pauseMs) {
        this.servers = servers;
        this.pauseMs = pauseMs;
        this.running = new CountDownLatch(clients);
    }

    /** Starts so many clients, each of which pauses between two messages. */
    static Load start(List<KitServer> servers, int clients, int pauseMs) {
        var load = new Load(servers, clients, pauseMs);
        for (int i = 0; i < clients; i++) {
            int first = i;
            Threads.named("suite-load").execute(() -> {
                try {
                    load.post(first);
                } catch (RuntimeException | Error e) {
                    load.faults.put("client " + first, "failed: " + e);
                } finally {
                    load.running.countDown();
                }
            });
        }
        return load;
    }

    private void post(int first) {
        int at = first;
        while (!stopped) {
            if (resting) {
                Deadline.pause(Duration.ofMillis(50));
                continue;
            }
            String text = mark + next.incrementAndGet();
            var deadline = Deadline.in(LONGEST);
            underWay.put(text, "no answer yet");
            while (!answered(servers.get(at++ % servers.size()), text)) {
                if (deadline.passed()) {
                    faults.put(text, "has not been answered 201 within " + Deadline.say(LONGEST));
                    break;
                }
                Deadline.pause(Duration.ofMillis(100));
            }
            underWay.remove(text);
            if (pauseMs > 0) {
                Deadline.pause(Duration.ofMillis(pauseMs));
            }
        }
    }

    private boolean answered(KitServer server, String text) {
        var answer = server.post("ann", text, text);
        if (answer.status() == 201) {
            ids.put(text, answer.json().path("id").asString(""));
            long now = System.nanoTime();
            longestNanos.accumulateAndGet(now - answeredNanos.getAndSet(now), Math::max);
            return true;
        }
        refused.incrementAndGet();
        underWay.put(text, answer + " after " + server.url(""));
        if (answer.status() != 503 && answer.status() != 0) {
            faults.put(text, "was answered " + answer);
        } else if (answer.status() == 503 && answer.header("retry-after").isEmpty()) {
            faults.put(text, "was answered 503 without Retry-After");
        }
        return false;
    }

    /** Lets no client begin another message until {@link #goOn}. What is under way goes on. */
    void rest() {
        resting = true;
    }

    void goOn() {
        resting = false;
    }

    /** Waits until so many more messages have been answered. */
    void awaitMore(int messages) {
        int wanted = ids.size() + messages;
        if (!Deadline.in(LONGEST).poll(() -> ids.size() >= wanted)) {
            throw new AssertionError("only " + ids.size() + " of " + wanted + " messages have been answered");
        }
    }

    /** Lets each client finish its message, and ends. */
    void stop() {
        close();
        try {
            if (!running.await(LONGEST.toSeconds() + 10, TimeUnit.SECONDS)) {
                throw new AssertionError(underWay.size() + " clients have not finished: " + underWay
                        + "; the servers say "
                        + servers.stream()
                                .map(server -> server.get("/status").json().path("nats"))
                                .toList());
            }
        } catch (InterruptedException e) {
            throw Deadline.interrupted();
        }
    }

    /** Lets no client begin another message. */
    @Override
    public void close() {
        stopped = true;
    }

    /** What is wrong with answers, or nothing. */
    List<String> faults() {
        var all = new ArrayList<String>();
        faults.forEach((text, why) -> all.add(text + " " + why));
        return all;
    }

    String mark() {
        return mark;
    }

    /** The id of each message that has been answered 201, by its text. */
    Map<String, String> ids() {
        return Map.copyOf(ids);
    }

    int answered() {
        return ids.size();
    }

    /** How many answers were 503, or did not come. */
    int refused() {
        return refused.get();
    }

    /** The longest time in which no message was answered 201. */
    Duration longestPause() {
        return Duration.ofNanos(longestNanos.get());
    }
}
