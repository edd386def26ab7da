package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A JVM that has been given little: streams that stall are ended before its memory is at its end, and nobody else is. */
final class SmallMemoryTest {

    private static final int CONNECTIONS = 20;
    private static final int STREAMS = 90;

    private final OkHttpClient client = Clients.http2();
    private final List<RawClient> attackers = new ArrayList<>();
    private StartedByCommand server;

    @BeforeEach
    void start() {
        var java = Path.of(System.getProperty("java.home"), "bin", "java");
        server = StartedByCommand.start(
                "exec '" + java + "' -XX:+UseSerialGC -Xmx64m -XX:MaxDirectMemorySize=32m -cp '"
                        + System.getProperty("java.class.path") + "' push.http.Main",
                Map.of(
                        "PUSH_PORT", "0",
                        "PUSH_POSTS_PER_SECOND", "0",
                        "PUSH_OPENS_PER_SECOND", "0",
                        "PUSH_STALL_MS", "60000"));
    }

    @AfterEach
    void close() {
        attackers.forEach(RawClient::close);
        Clients.close(client);
        server.close();
    }

    @LikelyCause("Streams that stall take buffers until there are none, and then fail those that are read.")
    @ParameterizedTest(name = "TCP stopped: {0}")
    @ValueSource(booleans = {false, true})
    void streamsThatStallTakeNoBuffersAndTheOthersStay(boolean frozen) {
        var healthy = Recorder.open(client, get(Format.NDJSON), Format.NDJSON);
        for (int i = 0; i < CONNECTIONS; i++) {
            var options = frozen ? RawClient.Options.PLAIN.receiveBuffer(4_096) : RawClient.Options.PLAIN.window(0);
            var root = server.root();
            var attacker = RawClient.connect(root.host(), root.port(), options);
            attackers.add(attacker);
            if (frozen) {
                attacker.freeze();
            }
            for (int j = 0; j < STREAMS; j++) {
                attacker.openUnread(Format.NDJSON);
            }
        }

        var texts = IntStream.range(0, 60)
                .mapToObj(i -> i + " " + "x".repeat(4_000))
                .toList();
        texts.forEach(this::post);

        assertEquals(texts, healthy.messages(60).stream().map(Message::text).toList());
        var during = status();
        assertEquals(0, during.closed("stalled"), () -> "those that stall hold nothing, so they may stay: " + during);
        assertEquals(0, during.closed("error"), during::toString);

        attackers.forEach(RawClient::close);
        var after = Deadline.in(Deadline.PATIENCE).poll(() -> status().open() == 1);
        assertTrue(after, () -> "only the healthy one must be open: " + status());
        post("after");
        assertEquals("after", healthy.nextMessage().text());
    }

    @LikelyCause("The log, or what is kept of keys, does not fit.")
    @Test
    void fullLogFits() {
        var text = "\u20ac".repeat(4_000);

        for (int i = 0; i < 1_200; i++) {
            post(text);
        }

        assertEquals(200, Recorder.open(client, get(Format.SSE), Format.SSE).status());
    }

    private Request get(Format format) {
        return at("/messages").header("accept", format.mediaType).build();
    }

    private Request.Builder at(String path) {
        return new Request.Builder().url(server.root().resolve(path));
    }

    private Answer send(Request.Builder request) {
        return send(client, request);
    }

    static Answer send(OkHttpClient client, Request.Builder request) {
        try (var response = client.newCall(request.build()).execute()) {
            return new Answer(
                    response.code(),
                    response.protocol(),
                    response.headers(),
                    response.body().string());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Status status() {
        return Status.of(send(at("/status")).json());
    }

    private void post(String text) {
        var request = at("/messages")
                .post(JudgedServer.json("{\"user\":\"ann\",\"text\":\"" + text + "\"}"))
                .header("idempotency-key", UUID.randomUUID().toString());
        assertEquals(201, send(request).status());
    }
}
