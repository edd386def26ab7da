package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every way to leave in every state of a stream: counted once, for the right reason, without harm to the others.
 *
 * <p>A stall takes a minute here, so that a client that leaves while stalled is found by what it did and not by the stall.
 */
class FaultMatrixTest {

    private static final int WINDOW = 300;
    private static final int PLENTY = 1 << 24;
    private static final int VICTIM = 1;
    private static final int SIBLING = 3;

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with(
            "PUSH_STALL_MS", "60000",
            "PUSH_HEARTBEAT_MS", "60000",
            "PUSH_PING_MS", "200",
            "PUSH_PING_TIMEOUT_MS", "3000", // Those that stay answer sooner, on a slow machine too.
            "PUSH_POSTS_PER_SECOND", "0",
            "PUSH_OPENS_PER_SECOND", "0");

    @RegisterExtension
    static final JudgedServer impatient = JudgedServer.with("PUSH_STALL_MS", "300", "PUSH_PING_MS", "60000");

    /** The state of a stream when its client leaves. */
    enum State {
        IDLE,
        MID_WRITE,
        STALLED
    }

    /** The way in which its client leaves. */
    enum Fault {
        CANCEL("client"),
        INTERNAL_ERROR("error"),
        GOAWAY("goaway"),
        FIN("tcp"),
        TCP_RESET("tcp"),
        FREEZE("ping");

        final String reason;

        Fault(String reason) {
            this.reason = reason;
        }

        boolean sparesTheConnection() {
            return this == CANCEL || this == INTERNAL_ERROR;
        }

        void strike(RawClient peer) {
            switch (this) {
                case CANCEL -> peer.reset(VICTIM, 8);
                case INTERNAL_ERROR -> peer.reset(VICTIM, 2);
                case GOAWAY -> {
                    peer.goAway(0);
                    peer.fin();
                }
                case FIN -> peer.fin();
                case TCP_RESET -> peer.tcpReset();
                case FREEZE -> peer.freeze();
            }
        }
    }

    static Stream<Arguments> cases() {
        return Arrays.stream(State.values())
                .flatMap(state -> Arrays.stream(Fault.values()).map(fault -> Arguments.of(state, fault)));
    }

    @ParameterizedTest(name = "{0} × {1}")
    @MethodSource("cases")
    @LikelyCause("Some way to leave is not told to the stream, or is told to its neighbours as well.")
    void theStruckStreamEndsAndNoOther(State state, Fault fault) {
        var before = server.status();
        var witness = server.open(server.newClient(), Format.NDJSON);
        var peer = server.raw(RawClient.Options.PLAIN.window(WINDOW));
        var victim = peer.open(Format.NDJSON);
        var sibling = peer.open(Format.NDJSON);
        peer.windowUpdate(0, PLENTY);
        peer.windowUpdate(SIBLING, PLENTY);
        var spared = new ArrayList<>(List.of(witness));
        if (fault.sparesTheConnection()) {
            spared.add(sibling);
        }
        if (state == State.STALLED) {
            stall(peer, victim, sibling);
        } else {
            peer.windowUpdate(VICTIM, PLENTY);
        }

        if (state == State.MID_WRITE) {
            var storm = Storm.start(server, 60, 2);
            storm.awaitPosted(20);
            fault.strike(peer);
            assertNothingMissed(storm, spared);
        } else {
            fault.strike(peer);
        }

        int gone = 3 - spared.size();
        server.awaitStatus(
                status -> status.open() == spared.size()
                        && status.closed(fault.reason) == before.closed(fault.reason) + gone
                        && status.opened().orElse(0) == before.opened().orElse(0) + 3
                        && status.balanced(),
                "open " + spared.size() + ", and " + gone + " more closed with the reason " + fault.reason
                        + " than in \"" + before + "\"",
                Deadline.PATIENCE);
        assertNothingMissed(Storm.start(server, 20, 2), spared);
    }

    @Test
    @LikelyCause("A frozen client is not counted as stalled though that limit is the first that it breaks.")
    void aStalledStreamThatIsFrozenTooGoesByTheFirstLimit() {
        var peer = impatient.raw(RawClient.Options.PLAIN.window(10));
        var victim = peer.open(Format.NDJSON);
        peer.await(frame -> victim.text().length() == 10, "ten bytes");

        peer.freeze();

        var status = impatient.awaitOpen(0);
        assertEquals(1, status.closed("stalled"), status.toString());
    }

    /** Posts until the victim's window is used up, and the server has been round once more, as the sibling shows. */
    private static void stall(RawClient peer, Recorder victim, Recorder sibling) {
        var id = "";
        do {
            id = server.post("suite", "to fill a window");
        } while (Storm.sequence(id) < 10);
        peer.await(frame -> victim.text().length() == WINDOW, "a window of bytes");
        var last = server.post("suite", "held up");
        sibling.awaitArrival(record -> record.id().equals(last), "the message that the victim cannot have");
    }

    private static void assertNothingMissed(Storm storm, List<Recorder> spared) {
        storm.finish();
        spared.forEach(stream -> storm.delivered(stream).assertPerfect());
    }
}
