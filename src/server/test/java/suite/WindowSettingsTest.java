package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * SETTINGS_INITIAL_WINDOW_SIZE changes the window of every open stream, beyond the limit and below zero (RFC 9113,
 * 6.9.2).
 */
final class WindowSettingsTest {
    private static final int MAX = Integer.MAX_VALUE;

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with("PUSH_HEARTBEAT_MS", "60000");

    @RegisterExtension
    final Bystanders bystanders = Bystanders.of(server);

    /** Returns open requests: each returns its stream. */
    static Stream<Arguments> requests() {
        return Stream.of(
                request("a stream", (client, path) -> {
                    client.open(Format.NDJSON).next("start");
                    return 1;
                }),
                request(
                        "a POST whose body has not come",
                        (client, path) -> client.request("POST", path, false, "content-type", "application/json")));
    }

    private static Arguments request(String name, BiFunction<RawClient, String, Integer> asking) {
        return arguments(name, asking);
    }

    @LikelyCause("A window of more than 2^31-1 bytes wraps around in the server, and the stream hangs or overruns its"
            + " client.")
    @ParameterizedTest(name = "{0}")
    @MethodSource("requests")
    void settingThatWidensAnOpenWindowTooFarEndsTheConnection(
            String name, BiFunction<RawClient, String, Integer> asking) {
        var client = server.raw(RawClient.Options.PLAIN.window(65_535));
        int stream = asking.apply(client, "/messages");
        client.windowUpdate(stream, 200_000);
        client.ping(1);
        client.awaitPong(1);

        client.settings(Frame.SETTING_INITIAL_WINDOW_SIZE, MAX);

        var goAway = client.await(frame -> frame.is(Frame.GOAWAY), "a GOAWAY");
        assertEquals("FLOW_CONTROL_ERROR", Frame.error(goAway.number(4)));
        client.awaitEnd(Deadline.PATIENCE);
        server.awaitOpen(bystanders.count());
    }

    @LikelyCause("A WINDOW_UPDATE is held against the window that the stream had before the last SETTINGS.")
    @Test
    void creditBeyondTheWidestWindowEndsItsStreamAlone() {
        var client = server.raw(RawClient.Options.PLAIN.window(65_535));
        var held = client.open(Format.NDJSON);
        held.next("start");
        var other = client.open(Format.NDJSON);
        other.next("start");
        client.settings(Frame.SETTING_INITIAL_WINDOW_SIZE, MAX - 1_000);

        client.windowUpdate(1, 100_000);

        var reset = client.await(frame -> frame.is(Frame.RST_STREAM, 1), "RST_STREAM");
        assertEquals("FLOW_CONTROL_ERROR", Frame.error(reset.number(0)));
        assertFalse(other.ended());
        assertFalse(Refusal.goneAway(client));
        client.close();
    }

    @LikelyCause("What is sent and then given back is counted twice, and a client that reads for long is cut off.")
    @Test
    void widestWindowThatMayBeIsTaken() {
        var client = server.raw(RawClient.Options.PLAIN.window(65_535));
        var held = client.open(Format.NDJSON);
        held.next("start");
        server.post("ann", "x".repeat(4_000));
        assertEquals(1, bystanders.texts().size());
        int sent = client.await(frame -> frame.is(Frame.DATA, 1) && frame.length() > 4_000, "the message's DATA")
                .length();

        client.settings(Frame.SETTING_INITIAL_WINDOW_SIZE, MAX);
        client.windowUpdate(1, sent);
        client.settings(Frame.SETTING_INITIAL_WINDOW_SIZE, 0);
        client.settings(Frame.SETTING_INITIAL_WINDOW_SIZE, MAX);

        client.ping(2);
        client.awaitPong(2);
        assertFalse(Refusal.goneAway(client));
        assertFalse(held.ended());
        client.close();
    }

    @LikelyCause("The server goes on sending though the client has taken the window away, or never again though it has"
            + " given it back.")
    @Test
    void windowBelowZeroLetsNothingOutUntilItIsAboveZero() {
        var client = server.raw(RawClient.Options.PLAIN.window(65_535));
        client.open(Format.NDJSON).next("start");
        client.ping(2);
        client.awaitPong(2);
        int before = sent(client);
        client.settings(Frame.SETTING_INITIAL_WINDOW_SIZE, 0); // The window is -before.
        client.ping(3);
        client.awaitPong(3);
        server.post("ann", "x".repeat(4_000));
        assertEquals(1, bystanders.texts().size());

        client.windowUpdate(1, before);
        client.ping(4);
        client.awaitPong(4);

        assertEquals(before, sent(client), "the window is 0");
        client.windowUpdate(1, 1_000);
        client.await(frame -> frame.is(Frame.DATA, 1) && sent(client) > before, "DATA once the window is above 0");
        client.ping(5);
        client.awaitPong(5);
        assertTrue(sent(client) <= before + 1_000, "no more than the window lets out");
        client.settings(Frame.SETTING_INITIAL_WINDOW_SIZE, 65_535);
        client.await(frame -> frame.is(Frame.DATA, 1) && sent(client) > before + 4_000, "the rest");
        client.close();
    }

    private static int sent(RawClient client) {
        return List.copyOf(client.frames()).stream()
                .filter(frame -> frame.is(Frame.DATA, 1))
                .mapToInt(frame -> frame.payload().length)
                .sum();
    }
}
