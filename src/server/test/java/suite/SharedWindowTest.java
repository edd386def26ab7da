package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams share their connection's window (RFC 9113, 5.2): one that holds all of it is closed, and the others live. */
final class SharedWindowTest {

    private static final String LONG = "x".repeat(4_000);

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with(
            "PUSH_STALL_MS", "2000",
            "PUSH_HEARTBEAT_MS", "60000",
            "PUSH_POSTS_PER_SECOND", "0",
            "PUSH_OPENS_PER_SECOND", "0");

    @LikelyCause("One reader uses the connection's window up, and all its siblings are closed as stalled.")
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 5})
    void holderIsClosedAndItsSiblingsLive(int holder) {
        holdersAreClosed(Set.of(holder), false);
    }

    @LikelyCause("Where a peer credits streams too, the holder is not found.")
    @Test
    void holderIsFoundByWhatItsStreamWasCredited() {
        holdersAreClosed(Set.of(3), true);
    }

    @LikelyCause("When the first holder has gone the second is not looked for.")
    @Test
    void severalHoldersAreClosedOneAfterTheOther() {
        holdersAreClosed(Set.of(1, 5), true);
    }

    private static void holdersAreClosed(Set<Integer> holders, boolean creditsStreams) {
        var before = server.status();
        var peer = server.raw(RawClient.Options.PLAIN.window(1 << 24));
        var streams = new ArrayList<Recorder>();
        for (int i = 0; i < 3; i++) {
            streams.add(peer.open(Format.NDJSON, "last-event-id", server.post("suite", "no history")));
        }
        var crediting = new Crediting(peer, holders, creditsStreams);
        crediting.start();
        for (int i = 0; i < 60; i++) {
            server.post("ann", LONG + i);
        }
        var last = server.post("ann", "the last");

        for (int i = 0; i < 3; i++) {
            if (holders.contains(2 * i + 1)) {
                assertEquals(
                        Ending.How.RESET,
                        streams.get(i).closed(Deadline.PATIENCE.multipliedBy(2)).how());
            }
        }
        for (int i = 0; i < 3; i++) {
            var stream = streams.get(i);
            if (!holders.contains(2 * i + 1)) {
                stream.awaitArrival(record -> record.id().equals(last), "the last message");
                assertFalse(stream.ended());
            }
        }
        assertEquals(before.closed("stalled") + holders.size(), server.status().closed("stalled"));
        crediting.stop();
        peer.close();
    }

    @LikelyCause("A peer that gives nothing back keeps its streams and their memory for ever.")
    @Test
    void peerThatNeverCreditsLosesAllItsStreams() {
        var peer = server.raw(RawClient.Options.PLAIN.window(1 << 24));
        for (int i = 0; i < 20; i++) {
            peer.open(Format.NDJSON, "last-event-id", server.post("suite", "no history"));
        }

        for (int i = 0; i < 30; i++) {
            server.post("ann", LONG);
        }

        var status = server.awaitOpen(0);
        assertTrue(status.closed("stalled") >= 20, status.toString());
    }

    /** Returns to the connection the bytes of all streams but the holders, and the holders' once they are reset. */
    private static final class Crediting {
        private final RawClient peer;
        private final Set<Integer> holders;
        private final boolean creditsStreams;
        private final Thread thread = new Thread(this::run);
        private volatile boolean stopped;

        Crediting(RawClient peer, Set<Integer> holders, boolean creditsStreams) {
            this.peer = peer;
            this.holders = holders;
            this.creditsStreams = creditsStreams;
        }

        void start() {
            thread.setDaemon(true);
            thread.start();
        }

        void stop() {
            stopped = true;
        }

        private void run() {
            int seen = 0;
            var held = new java.util.HashMap<Integer, Integer>();
            while (!stopped) {
                List<Frame> frames = peer.frames();
                for (; seen < frames.size(); seen++) {
                    var frame = frames.get(seen);
                    if (frame.is(Frame.DATA) && frame.payload().length > 0) {
                        int bytes = frame.payload().length;
                        if (holders.contains(frame.stream())) {
                            held.merge(frame.stream(), bytes, Integer::sum);
                        } else {
                            credit(frame.stream(), bytes);
                        }
                    } else if (frame.is(Frame.RST_STREAM) && held.containsKey(frame.stream())) {
                        peer.windowUpdate(0, held.remove(frame.stream()));
                    }
                }
                Thread.onSpinWait();
                java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
            }
        }

        private void credit(int stream, int bytes) {
            peer.windowUpdate(0, bytes);
            if (creditsStreams) {
                peer.windowUpdate(stream, bytes);
            }
        }
    }
}
