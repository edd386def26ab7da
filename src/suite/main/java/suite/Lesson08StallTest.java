package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;
import static suite.Because.because;
import static suite.Lesson08SilenceTest.beats;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Silence is answered by a heartbeat, and a stopped reader by the end of its stream. */
@Lesson(id = "08", slug = "silence", title = "Silence")
@Proves("silence.heartbeat")
final class Lesson08StallTest {

    private static final int PLENTY = 1 << 20;
    private static final Duration HEARTBEAT = Duration.ofMillis(200);

    /** No heartbeat hides that a stream with nothing to take has taken nothing. */
    @RegisterExtension
    static final JudgedServer impatient = JudgedServer.with("PUSH_HEARTBEAT_MS", "60000", "PUSH_STALL_MS", "500");

    /** As impatient, and its history does not fit into the buffers that a server has for a stream. */
    @RegisterExtension
    static final JudgedServer filled = JudgedServer.with(
            "PUSH_HEARTBEAT_MS", "60000",
            "PUSH_STALL_MS", "500",
            "PUSH_POSTS_PER_SECOND", "0");

    @RegisterExtension
    static final JudgedServer beating = JudgedServer.with(
            "PUSH_HEARTBEAT_MS", String.valueOf(HEARTBEAT.toMillis()),
            "PUSH_STALL_MS", "60000",
            "PUSH_OPENS_PER_SECOND", "0");

    /** Its streams look at the clock often. */
    @RegisterExtension
    static final JudgedServer hurried =
            JudgedServer.scheduled("PUSH_HEARTBEAT_MS", "10", "PUSH_STALL_MS", "60000", "PUSH_POSTS_PER_SECOND", "0");

    /** Nothing is posted to it. */
    @RegisterExtension
    static final JudgedServer patient =
            JudgedServer.with("PUSH_HEARTBEAT_MS", String.valueOf(HEARTBEAT.toMillis()), "PUSH_STALL_MS", "60000");

    @RegisterExtension
    final Figures figures = new Figures();

    @Proves("slow.stalled")
    @Test
    void streamThatTakesNothingIsResetAndOneThatHasNothingToTakeIsNot() {
        impatient.requires("PUSH_HEARTBEAT_MS", "PUSH_STALL_MS");
        var peer = impatient.raw(RawClient.Options.PLAIN.window(10)); // Less than the first record.
        var stalled = peer.open(Format.NDJSON);
        var idle = peer.openUnread(Format.NDJSON);
        peer.windowUpdate(3, PLENTY); // Before it is one that takes nothing.
        idle.next("start");

        var ending = because(
                "The server does not look at the clock, or what waits in the response's own buffer does not count as waiting, or the stream is only forgotten: to end it is to abort the response.",
                () -> stalled.closed(Duration.ofMillis(500).plus(Deadline.PATIENCE)));

        because(
                "One stream of a connection has stopped, and its neighbours are ended with it.",
                () -> assertEquals(
                        Ending.How.RESET, ending.how(), "how the stream that takes nothing ended: " + ending));
        because(
                "A stream that has nothing to take is no stalled one: only ask how long it has taken nothing when something waits for it.",
                () -> idle.quiet(Duration.ofMillis(500)));
    }

    /** Messages keep coming for it, and the server keeps trying to write them. */
    @Proves("slow.stalled")
    @Test
    void streamThatTakesNothingIsResetThoughMuchWaitsForIt() {
        filled.requires("PUSH_HEARTBEAT_MS", "PUSH_STALL_MS");
        for (int i = 0; i < 50; i++) {
            filled.post("ann", "message " + i + " and more".repeat(60));
        }
        var stalled = filled.raw(RawClient.Options.PLAIN.window(10)).open(Format.NDJSON);

        var patience = Deadline.in(Duration.ofMillis(500).plus(Deadline.PATIENCE));
        while (!stalled.ended() && !patience.passed()) {
            filled.post("bob", "and one more");
            Deadline.pause(Duration.ofMillis(50));
        }

        because(
                "A stall is measured from when a message was queued or a write was tried: only what the response takes is movement.",
                () -> assertEquals(
                        Ending.How.RESET,
                        stalled.closed(Duration.ZERO).how(),
                        "how the stream that takes nothing ended"));
    }

    /** A byte now and then, for longer than a stall. */
    @Proves("slow.stalled")
    @Test
    void streamThatMovesSlowlyIsKept() {
        impatient.requires("PUSH_HEARTBEAT_MS", "PUSH_STALL_MS");
        var trickle = Trickle.read(impatient, Duration.ofMillis(900), Duration.ofMillis(20), Duration.ofMillis(250));

        trickle.peer().windowUpdate(1, PLENTY);

        because(
                "A stream is ended because something has waited for long, though it has moved meanwhile: when the task of whenRoom is called, something has gone out.",
                () -> trickle.stream().next("start"));
    }

    /** What looks at the clock for a stream goes with it. */
    @RunsLong("it measures the memory of the whole JVM")
    @Test
    void clockOfAStreamThatHasLeftStops() {
        beating.requires("PUSH_HEARTBEAT_MS", "PUSH_STALL_MS");
        var memory = beating.memory();
        Visitors.comeAndGo(beating, 100);
        long before = memory.settled();

        Visitors.comeAndGo(beating, 1_000);

        because(
                "A task that is to look at the clock for a stream is handed over again and again, also when the stream has left, and keeps all of it in memory: hand it over only while the stream is in the set.",
                () -> memory.grown(before, HEARTBEAT.multipliedBy(5).plus(Duration.ofSeconds(2)), figures)
                        .ifPresent(grown -> fail(
                                "1,000 streams came and left, and that took " + (grown >> 10) + " KiB, which stay")));
    }

    /** What was kept for a stream is sent in the order in which it came: a heartbeat from before the message precedes it. */
    @Test
    void streamForWhichSomethingWaitsGetsNoHeartbeats() {
        beating.requires("PUSH_HEARTBEAT_MS", "PUSH_STALL_MS");
        var peer = beating.raw(RawClient.Options.PLAIN.window(10));
        var stream = peer.open(Format.NDJSON);
        Deadline.pause(HEARTBEAT.multipliedBy(5));
        var id = beating.post("ann", "after a while");

        peer.windowUpdate(1, PLENTY);
        stream.awaitArrival(record -> record.id().equals(id) && record.is("message"), "the message");

        because(
                "Heartbeats are put on the queue of a stream that takes nothing: it grows for as long as the client does not read.",
                () -> {
                    long beats = stream.arrivals().stream()
                            .map(Intake.Arrival::record)
                            .takeWhile(record ->
                                    !record.is("message") || !record.id().equals(id))
                            .filter(record -> record.is("heartbeat"))
                            .count();
                    assertEquals(
                            0,
                            beats,
                            "heartbeats that had been kept for a stream that took nothing for five times as long as a"
                                    + " silence");
                });
    }

    /** A thousand messages later there is still one clock for each stream. */
    @RunsLong("a thousand messages come first")
    @Test
    void messageAddsNoClock() {
        hurried.requires("PUSH_HEARTBEAT_MS", "PUSH_STALL_MS");
        var stream = hurried.open(Format.NDJSON);
        long before = Math.max(1, placesForEachHeartbeat(stream));
        hurried.raw().post(1_000, "one of a thousand");
        long after = placesForEachHeartbeat(stream);

        figures.put("places for each heartbeat", before + ", " + after);
        because(
                "Each message adds a clock to each stream: what it calls hands over a tick, and each tick hands over the next one. Let a message only write.",
                () -> {
                    if (after > before * 20) {
                        fail("for each heartbeat the server passed through " + before + " places of its code, and "
                                + after + " since a thousand messages have come");
                    }
                });
    }

    private static long placesForEachHeartbeat(Recorder stream) {
        long beats = beats(stream.arrivals());
        long places = hurried.passes(() ->
                stream.await(Deadline.PATIENCE, () -> beats(stream.arrivals()) >= beats + 20 || stream.ended()));
        return places / Math.max(1, beats(stream.arrivals()) - beats);
    }

    @Test
    void heartbeatBeforeAllMessagesNamesTheSequence0() {
        patient.requires("PUSH_HEARTBEAT_MS");
        var stream = patient.open(Format.NDJSON);
        stream.next("start");

        var beat = stream.next("heartbeat", Duration.ofMillis(500).plus(Deadline.PATIENCE));

        because(
                "There is no message yet, but there is an epoch: with <epoch>-0 a client sees that it has missed the first one.",
                () -> {
                    if (!beat.id().matches("[0-9a-z]{1,32}-0")) {
                        fail("the id of a heartbeat while there is no message must be <epoch>-0, but it was \""
                                + beat.id() + "\"");
                    }
                });
    }
}
