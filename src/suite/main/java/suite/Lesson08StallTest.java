package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;
import static suite.Because.because;

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

    /** Nothing is posted to it. */
    @RegisterExtension
    static final JudgedServer patient =
            JudgedServer.with("PUSH_HEARTBEAT_MS", String.valueOf(HEARTBEAT.toMillis()), "PUSH_STALL_MS", "60000");

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

    @Test
    void streamForWhichSomethingWaitsGetsNoHeartbeats() {
        patient.requires("PUSH_HEARTBEAT_MS", "PUSH_STALL_MS");
        var peer = patient.raw(RawClient.Options.PLAIN.window(10));
        var stream = peer.open(Format.NDJSON);
        Deadline.pause(Duration.ofMillis(1_000));

        long since = System.nanoTime();
        peer.windowUpdate(1, PLENTY);
        stream.next("start");
        Deadline.pause(Duration.ofMillis(150)); // At most one is due in this time, unless the machine is slow.
        long beats = stream.arrivals().stream()
                .filter(arrival -> arrival.record().is("heartbeat"))
                .count();
        because(
                "Heartbeats are put on the queue of a stream that takes nothing: it grows for as long as the client does not read.",
                () -> {
                    if (beats > 2 + (System.nanoTime() - since) / HEARTBEAT.toNanos()) {
                        fail(beats
                                + " heartbeats had been kept for a stream that took nothing for five times as long as"
                                + " a silence");
                    }
                });
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
