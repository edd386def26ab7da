package suite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The body of a stream over HTTP/1.1 and 1.0: framed as announced, however slowly it is read. */
final class Http1BodiesTest {

    private static final String EMOJI = "\uD83D\uDE00".repeat(4_000);
    private static final Pattern MESSAGE = Pattern.compile("\"text\":\"((?:\uD83D\uDE00)*) (\\d+)\"");

    private static final AtomicInteger MARK = new AtomicInteger(1_000);

    @RegisterExtension
    static final JudgedServer server =
            JudgedServer.with("PUSH_POSTS_PER_SECOND", "0", "PUSH_OPENS_PER_SECOND", "0", "PUSH_STALL_MS", "60000");

    @RegisterExtension
    static final JudgedServer forgetful = JudgedServer.with(
            "PUSH_POSTS_PER_SECOND", "0",
            "PUSH_OPENS_PER_SECOND", "0",
            "PUSH_RETAIN_MESSAGES", "5",
            "PUSH_HEARTBEAT_MS", "20",
            "PUSH_STALL_MS", "60000");

    @RegisterExtension
    static final JudgedServer impatient = JudgedServer.with("PUSH_POSTS_PER_SECOND", "0", "PUSH_STALL_MS", "700");

    @LikelyCause(
            "A chunk is announced with the length of a batch, and after a partial write other bytes follow (RFC 9112, 7.1).")
    @ParameterizedTest
    @CsvSource({
        "NDJSON, 1.1, keep-alive",
        "SSE, 1.1, keep-alive",
        "SEED, 1.1, keep-alive",
        "NDJSON, 1.1, close",
        "NDJSON, 1.0, close",
        "SSE, 1.0, close",
        "SEED, 1.0, close"
    })
    void slowReaderGetsEveryByteInItsFrame(Format format, String version, String connection) {
        try (var reader = Http1Socket.connect(server, 4_096)) {
            reader.send("GET /messages HTTP/" + version + "\nHost: HOST\nConnection: " + connection + "\nAccept: "
                    + format.mediaType + "\n\n");
            var head = reader.head();
            boolean chunked = version.equals("1.1");
            assertEquals(chunked ? "chunked" : null, head.fields().get("transfer-encoding"));
            int first = MARK.getAndAdd(50);

            for (int i = 0; i < 50; i++) {
                server.post("ann", EMOJI + " " + (first + i));
            }

            var body = readUpTo(reader, chunked, " " + (first + 49) + "\"");
            var whole = body.substring(0, body.lastIndexOf('\n') + 1); // Reading stopped somewhere in the rest.
            assertFalse(whole.contains("\uFFFD"), "a character was cut");
            if (format != Format.SEED) {
                assertEquals(sequence(first, 50), numbers(body, first), "every message once, in order and whole");
            }
        }
    }

    @LikelyCause("A lap or a heartbeat takes the place of bytes that were announced.")
    @ParameterizedTest
    @EnumSource(names = {"NDJSON", "SSE"})
    void readerIsLappedBetweenChunksAndNotWithinOne(Format format) {
        try (var reader = Http1Socket.connect(forgetful, 4_096)) {
            reader.send("GET /messages HTTP/1.1\nHost: HOST\nAccept: " + format.mediaType + "\n\n");
            reader.head();
            int first = MARK.getAndAdd(100);

            for (int i = 0; i < 100; i++) {
                forgetful.post("ann", EMOJI + " " + (first + i));
            }

            var body = readUpTo(reader, true, " " + (first + 99) + "\"");
            assertTrue(body.contains("\"lapped\""), "the reader must have been lapped");
            assertTrue(
                    body.lines().filter(line -> line.contains("{\"type\"")).allMatch(line -> line.endsWith("}")),
                    "every record is whole");
        }
    }

    @LikelyCause("A stalled stream ends as if it were whole.")
    @ParameterizedTest
    @CsvSource({"1.1", "1.0"})
    void stalledReaderCanTellThatItWasCut(String version) {
        try (var reader = Http1Socket.connect(impatient.port(), 4_096, "TLSv1.2")) {
            reader.send("GET /messages HTTP/" + version + "\nHost: HOST\nAccept: application/x-ndjson\n\n");
            reader.head();
            var before = impatient.status();
            for (int i = 0; i < 60; i++) {
                impatient.post("ann", EMOJI + " " + i);
            }
            impatient.awaitStatus(
                    status -> status.closed("stalled") == before.closed("stalled") + 1, "a stall", Deadline.PATIENCE);

            if (version.equals("1.1")) {
                assertThrows(Throwable.class, () -> readUpTo(reader, true, "no such text"), "no last chunk");
            } else {
                assertFalse(readToTheEnd(reader).contains("\"bye\""));
            }
            assertEquals(0, reader.alerts(), "a cut comes without close_notify");
        }
    }

    @LikelyCause("The end of a stream over HTTP/1.0 looks like a cut: it has no close_notify.")
    @Test
    void streamOfHttp10EndsWithACloseNotify() throws Exception {
        try (var drained = push.http.PushServer.start(Map.of("PUSH_PORT", "0"));
                var reader = Http1Socket.connect(drained.port(), 0, "TLSv1.2")) {
            reader.send("GET /messages HTTP/1.0\nHost: HOST\nAccept: application/x-ndjson\n\n");
            reader.head();
            var drain = new Thread(drained::drain);
            drain.start();

            assertTrue(readToTheEnd(reader).contains("\"bye\""));

            assertEquals(1, reader.alerts());
            drain.join();
        }
    }

    @LikelyCause("With Connection: close a stream is not chunked, and a cut looks like its end (RFC 9112, 6.3).")
    @Test
    void streamOfAClientThatWillCloseEndsWithItsLastChunk() throws Exception {
        try (var drained = push.http.PushServer.start(Map.of("PUSH_PORT", "0"));
                var reader = Http1Socket.connect(drained.port(), 0, "TLSv1.3")) {
            reader.send("GET /messages HTTP/1.1\nHost: HOST\nConnection: foo, Close\nAccept: application/x-ndjson\n\n");
            var head = reader.head();
            assertEquals("chunked", head.fields().get("transfer-encoding"));
            assertEquals("close", head.fields().get("connection"));
            assertTrue(new String(reader.chunk(), UTF_8).startsWith("{\"type\":\"start\""));

            var drain = new Thread(drained::drain);
            drain.start();

            assertTrue(new String(reader.chunk(), UTF_8).startsWith("{\"type\":\"bye\""));
            assertEquals(0, reader.chunk().length);
            assertEquals(0, reader.readSome(1).length);
            drain.join();
        }
    }

    private static String readToTheEnd(Http1Socket reader) {
        var body = new ByteArrayOutputStream();
        try {
            for (var part = reader.readSome(8_192); part.length > 0; part = reader.readSome(8_192)) {
                body.writeBytes(part);
            }
        } catch (IOException e) {
            // This is the plainest sign that it was cut.
        }
        return body.toString(UTF_8);
    }

    private static String readUpTo(Http1Socket reader, boolean chunked, String mark) {
        var body = new ByteArrayOutputStream();
        try {
            for (int searched = 0; ; ) {
                var part = chunked ? reader.chunk() : reader.readSome(8_192);
                assertTrue(part.length > 0, "the body ended before " + mark);
                body.writeBytes(part);
                if (body.size() - searched > 200_000 || part.length < 8_192) {
                    searched = body.size();
                    if (new String(body.toByteArray(), UTF_8).contains(mark)) {
                        return body.toString(UTF_8);
                    }
                }
            }
        } catch (IOException e) {
            throw new AssertionError("the body was cut before " + mark, e);
        }
    }

    private static List<Integer> numbers(String body, int first) {
        var numbers = new ArrayList<Integer>();
        var matcher = MESSAGE.matcher(body);
        while (matcher.find()) {
            int number = Integer.parseInt(matcher.group(2));
            if (number >= first) {
                assertEquals(EMOJI, matcher.group(1));
                numbers.add(number);
            }
        }
        return numbers;
    }

    private static List<Integer> sequence(int first, int count) {
        return IntStream.range(first, first + count).boxed().toList();
    }
}
