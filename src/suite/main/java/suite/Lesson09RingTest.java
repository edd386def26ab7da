package suite;

import static suite.Because.because;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The edge of the ring: the oldest message still there, the newest one gone, and a ring shorter than the history. */
@Lesson(id = "09", slug = "slow_reader", title = "The slow reader")
@Proves("resume.lapped")
final class Lesson09RingTest {

    private static final int PLENTY = 1 << 24;
    private static final int RETAINED = 100;
    private static final int HISTORY = 50;
    /** Enough streams that one is at the edge, however many messages the server's buffers took for each. */
    private static final int STREAMS = 40;

    private static final int POSTS = 135;
    private static final String LONG = " and more".repeat(60);

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with(
            "PUSH_STALL_MS", "600000",
            "PUSH_RETAIN_MESSAGES", String.valueOf(RETAINED),
            "PUSH_POSTS_PER_SECOND", "0",
            "PUSH_OPENS_PER_SECOND", "0");

    @RegisterExtension
    static final JudgedServer small =
            JudgedServer.with("PUSH_RETAIN_MESSAGES", "10", "PUSH_POSTS_PER_SECOND", "0", "PUSH_OPENS_PER_SECOND", "0");

    /** Each stream begins one message after the last, so some lag by exactly what the log holds, and by one more. */
    @Test
    void atTheEdgeOfTheLogAReaderGetsTheNextMessageOrIsTold() {
        server.requires("PUSH_RETAIN_MESSAGES");
        var peer = server.raw(RawClient.Options.PLAIN.window(100));
        var streams = new ArrayList<Recorder>();
        var ids = new ArrayList<String>();
        for (int i = 0; i < POSTS; i++) {
            if (i >= HISTORY && i < HISTORY + STREAMS) {
                streams.add(peer.open(Format.NDJSON));
            }
            ids.add(server.post("suite", "message " + i + LONG));
        }

        peer.windowUpdate(0, PLENTY);
        for (int i = 0; i < STREAMS; i++) {
            peer.windowUpdate(2 * i + 1, PLENTY);
        }

        for (var stream : streams) {
            var newest = ids.get(POSTS - 1);
            stream.awaitArrival(record -> record.id().equals(newest) && record.is("message"), "the newest message");
            assertWhole(ids, stream);
        }
    }

    /** Checks that nothing is missing between two starts, and that each start comes where the next message was gone. */
    private static void assertWhole(List<String> ids, Recorder stream) {
        int last = -1; // The place of the last message that arrived, if any.
        boolean begins = true;
        for (var arrival : stream.arrivals()) {
            var record = arrival.record();
            if (record.is("start")) {
                int next = last + 1;
                boolean gone = POSTS - next > RETAINED;
                if (last >= 0 && !gone) {
                    because(
                            "The edge of the ring is one off: sequence newest - length + 1 is the oldest that is still there.",
                            () -> {
                                throw new AssertionError("a reader was told \"" + record.text("reason")
                                        + "\" though the log of " + RETAINED + " still had its next message, "
                                        + ids.get(next) + ": the newest was " + ids.get(POSTS - 1));
                            });
                }
                begins = true;
            } else if (record.is("message")) {
                int before = last;
                int now = ids.indexOf(record.id());
                if (!begins && now != before + 1) {
                    because(
                            "What lies in a slot is not always what was asked for: the slot of the oldest message is the next one that is overwritten.",
                            () -> {
                                throw new AssertionError("after " + ids.get(before) + " there came " + record.id()
                                        + ", and no second start between them: the log holds " + RETAINED
                                        + ", and the newest was " + ids.get(POSTS - 1));
                            });
                }
                last = now;
                begins = false;
            }
        }
    }

    @Test
    void aLogThatIsShorterThanTheHistoryIsToldWhole() {
        small.requires("PUSH_RETAIN_MESSAGES");
        var ids = new ArrayList<String>();
        for (int i = 0; i < 12; i++) {
            ids.add(small.post("suite", "message " + i));
        }

        var stream = small.open(Format.NDJSON);

        stream.next("start");
        for (var id : ids.subList(2, 12)) {
            var record = because(
                    "The history begins 50 before the newest, though the log does not reach back so far: the stream is lapped before it has begun, again and again.",
                    () -> stream.next("message"));
            because(
                    "The ring is not as long as PUSH_RETAIN_MESSAGES says, or its oldest message is one off: that is newest - length + 1.",
                    () -> {
                        if (!record.id().equals(id)) {
                            throw new AssertionError("a log of 10 that has seen 12 messages begins with " + ids.get(2)
                                    + ": expected " + id + ", but there came " + record.id());
                        }
                    });
        }
    }
}
