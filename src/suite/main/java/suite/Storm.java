package suite;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Many messages posted at the same time by several threads, each with a connection of its own, and the judgement of
 * their delivery to open streams.
 *
 * <p>After a 429 it waits as the server asks. For thousands of messages, or for latencies, take the limit off:
 * {@code JudgedServer.with("PUSH_POSTS_PER_SECOND", "0")}.
 *
 * <p><b>Threads:</b> any thread.
 */
final class Storm {

    /** A message that the server has accepted, and its sending time ({@link System#nanoTime}). */
    record Sent(String id, String text, long nanos) {}

    private static final AtomicInteger STORMS = new AtomicInteger();
    private static final Duration LONGEST = Duration.ofSeconds(60);

    private final String mark = "storm " + JudgedServer.LIFE + "." + STORMS.incrementAndGet() + ".";
    private final JudgedServer server;
    private final int messages;
    private final AtomicInteger next = new AtomicInteger();
    private final ConcurrentLinkedQueue<Sent> sent = new ConcurrentLinkedQueue<>();
    private final List<CompletableFuture<Void>> posters = new CopyOnWriteArrayList<>();

    private Storm(JudgedServer server, int messages) {
        this.server = server;
        this.messages = messages;
    }

    /** Starts posting this many messages from this many threads, and returns immediately. */
    static Storm start(JudgedServer server, int messages, int threads) {
        var storm = new Storm(server, messages);
        for (int i = 0; i < threads; i++) {
            storm.posters.add(CompletableFuture.runAsync(storm::post, Threads.named("suite-storm")));
        }
        return storm;
    }

    /** Returns the number of messages that the server has accepted so far. */
    int posted() {
        return sent.size();
    }

    /** Waits until this many messages have been accepted, in the midst of the storm. */
    void awaitPosted(int count) {
        boolean enough = Deadline.in(LONGEST).poll(() -> posted() >= count || failed());
        if (!enough || posted() < count) {
            finish();
            throw new AssertionError("expected " + count + " messages to be posted, but only " + posted() + " were");
        }
    }

    /** Waits until all are posted, and posts one more after them, which tells each stream that it has seen the last. */
    Storm finish() {
        var deadline = Deadline.in(LONGEST);
        for (var poster : posters) {
            try {
                poster.get(Math.max(0, deadline.leftNanos()), TimeUnit.NANOSECONDS);
            } catch (ExecutionException e) {
                throw new AssertionError(
                        "after " + posted() + " messages: " + e.getCause().getMessage(), e.getCause());
            } catch (TimeoutException e) {
                throw new AssertionError(
                        "the server took only " + posted() + " of " + messages + " messages within "
                                + Deadline.say(LONGEST),
                        e);
            } catch (InterruptedException e) {
                throw Deadline.interrupted();
            }
        }
        server.post("storm", mark + "end");
        return this;
    }

    /** Returns the messages in the order that the server has given them by their ids. */
    List<Sent> order() {
        Delivery.requireOwnIds(sent, Sent::id, Sent::text);
        return sent.stream()
                .sorted(Comparator.comparingLong(message -> sequence(message.id())))
                .toList();
    }

    /** Returns their texts in that order. */
    List<String> texts() {
        return order().stream().map(Sent::text).toList();
    }

    /**
     * Reads a stream up to the end of the storm, which must be finished, or until nothing comes for
     * {@link Deadline#PATIENCE}, and judges the stream from its first record on.
     */
    Delivery delivered(Recorder recorder) {
        return delivered(texts(), recorder);
    }

    /** Does the same for a stream opened in the midst of the storm, judged from the first message that it received. */
    Delivery deliveredToLatecomer(Recorder recorder) {
        var first = recorder.awaitArrival(
                record -> record.is("message") && text(record).startsWith(mark), "a message of the storm");
        var texts = texts();
        int place = texts.indexOf(text(first));
        return delivered(texts.subList(place < 0 ? texts.size() : place, texts.size()), recorder);
    }

    private Delivery delivered(List<String> order, Recorder recorder) {
        var trouble = "";
        try {
            recorder.awaitArrival(
                    record -> record.is("message") && text(record).equals(mark + "end"), "the end of the storm");
        } catch (AssertionError e) {
            trouble = e.getMessage();
        }
        var received = recorder.arrivals().stream()
                .map(Intake.Arrival::record)
                .filter(record -> record.is("message"))
                .map(Storm::text)
                .toList();
        return Delivery.of(order, received, trouble);
    }

    private static String text(WireRecord record) {
        return record.text("text");
    }

    /** Returns each message's time from sending to arrival on this stream, in nanoseconds, in ascending order. */
    long[] latencies(Recorder recorder) {
        var began = new HashMap<String, Long>();
        sent.forEach(message -> began.put(message.text(), message.nanos()));
        return recorder.arrivals().stream()
                .filter(arrival -> arrival.record().is("message"))
                .filter(arrival -> began.containsKey(text(arrival.record())))
                .mapToLong(arrival -> arrival.nanos() - began.get(text(arrival.record())))
                .sorted()
                .toArray();
    }

    /** Returns the value below which this percentage of the sorted values lies. */
    static long percentile(long[] sorted, double percent) {
        if (sorted.length == 0) {
            throw new AssertionError("no message of the storm arrived, so there is no percentile");
        }
        return sorted[Math.min(sorted.length - 1, (int) (sorted.length * percent / 100))];
    }

    /** Returns the number after the last hyphen of an id. */
    static long sequence(String id) {
        var number = id.substring(id.lastIndexOf('-') + 1);
        if (!number.matches("[0-9]{1,18}")) {
            throw CheckFailed.withLikelyCause(
                    new AssertionError(
                            "POST /messages must answer with the message and its id, <epoch>-<sequence>, but the id is \""
                                    + id + "\""),
                    number.isEmpty() ? "" : "The sequence is a decimal number, behind the last hyphen.");
        }
        return Long.parseLong(number);
    }

    private void post() {
        var client = server.newClient();
        for (int i = next.getAndIncrement(); i < messages && !failed(); i = next.getAndIncrement()) {
            var text = mark + i;
            long nanos = System.nanoTime();
            sent.add(new Sent(server.post(client, "storm", text), text, nanos));
        }
    }

    private boolean failed() {
        return posters.stream().anyMatch(CompletableFuture::isCompletedExceptionally);
    }
}
