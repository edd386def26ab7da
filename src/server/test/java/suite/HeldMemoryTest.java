package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The memory of requests that wait for their clients, in a small JVM: it is bounded, and other clients are served. */
@Tag("scale")
final class HeldMemoryTest {

    private static final int CONNECTIONS = 12;

    @RegisterExtension
    final SmallServer server = SmallServer.with(
            "-Xmx64m -XX:MaxDirectMemorySize=32m",
            "PUSH_IO_THREADS",
            "2",
            "PUSH_BODY_MS",
            "60000",
            "PUSH_PING_MS",
            "60000",
            "PUSH_STALL_MS",
            "60000");

    private Recorder bystander;

    @BeforeEach
    void aStreamThatIsRead() {
        bystander = server.open(Format.NDJSON);
    }

    @LikelyCause("Each body that comes in has a bound, and all of them together have none.")
    @Test
    void bodiesThatNeverEndAreRefusedAndTheStreamsBesideThemGoOn() {
        var beside = new ArrayList<Recorder>();
        var bodies = new ArrayList<Recorder>();
        for (int i = 0; i < CONNECTIONS; i++) {
            var attacker = server.attacker(RawClient.Options.PLAIN);
            beside.add(attacker.open(Format.NDJSON));
            for (int j = 0; j < 120; j++) {
                int stream = attacker.request("POST", "/messages", false, "content-type", "application/json");
                for (int sent = 0; sent < 65_000; sent += 13_000) {
                    Flood.trySend(attacker, new Frame(Frame.DATA, 0, stream, new byte[13_000]).bytes());
                }
                bodies.add(attacker.recorder(stream));
            }
        }

        assertBystanderReads("while bodies wait");
        for (var stream : beside) {
            stream.messagesUpTo("while bodies wait");
        }
        var refused = bodies.stream().filter(Recorder::answered).toList();
        assertTrue(!refused.isEmpty(), "some of the bodies must be refused");
        for (var one : refused) {
            assertEquals(503, one.status());
            assertTrue(one.headers().get("retry-after") != null, "a refusal says when to come back");
        }
        assertNothingIsHeldWhenTheyHaveGone();
    }

    @LikelyCause("A stream keeps all that its request has said of itself.")
    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"fields", "query"})
    void streamsWithLargeHeadsTakeNoMoreThanOthers(String what) {
        var fields = new String[6];
        for (int i = 0; i < 3; i++) {
            fields[2 * i] = "x-" + i;
            fields[2 * i + 1] = "x".repeat(4_500);
        }
        var names = new StringBuilder("/messages?");
        IntStream.range(0, 900)
                .forEach(i -> names.append(Integer.toString(i, 36)).append('&'));
        for (int i = 0; i < CONNECTIONS; i++) {
            var attacker = server.attacker(RawClient.Options.PLAIN);
            for (int j = 0; j < 180; j++) {
                int stream = what.equals("query")
                        ? attacker.request("GET", names.toString(), true)
                        : attacker.request("GET", "/messages", true, fields);
                if (j % 20 == 19) {
                    attacker.recorder(stream).awaitHead(); // Otherwise they stall, and end for that reason.
                }
            }
        }

        assertTrue(
                server.status().open() > CONNECTIONS * 180 / 2, () -> "most of them must be open: " + server.status());
        assertBystanderReads("while fat streams are open");
        assertNothingIsHeldWhenTheyHaveGone();
    }

    @LikelyCause("Answers that are not read fill the direct memory, and new streams are refused as long as their client"
            + " stays.")
    @ParameterizedTest
    @ValueSource(strings = {"/", "/history", "/metrics", "/nothing"})
    void answersThatAreNotReadMakeRoomForStreams(String path) {
        IntStream.range(0, 60).forEach(i -> server.post(i + "x".repeat(4_000)));
        for (int i = 0; i < 6; i++) {
            var attacker = server.attacker(RawClient.Options.PLAIN.window(0));
            for (int j = 0; j < 600; j++) {
                attacker.request("GET", path, true);
            }
            attacker.ping(1);
        }

        assertBystanderReads("while answers wait");
        for (int i = 0; i < 20; i++) {
            var stream = server.open(Format.NDJSON);
            assertEquals(200, stream.status());
            stream.next("start");
        }
        assertNothingIsHeldWhenTheyHaveGone();
    }

    private void assertBystanderReads(String text) {
        for (int i = 0; i < 20; i++) {
            server.post(i + text);
        }
        server.post(text);
        bystander.messagesUpTo(text);
    }

    private void assertNothingIsHeldWhenTheyHaveGone() {
        server.closeAttackers();
        var empty = Deadline.in(Deadline.PATIENCE).poll(() -> held() == 0);
        assertTrue(
                empty,
                () -> "nothing may be held for clients that have gone: "
                        + server.status().json());
        assertBystanderReads("after");
        assertEquals(0, server.status().closed("error"), () -> "no stream may fail: " + server.status());
    }

    private long held() {
        long held = 0;
        for (var shard : server.status().json().path("shards")) {
            held += shard.path("heldBytes").longValue();
        }
        return held;
    }
}
