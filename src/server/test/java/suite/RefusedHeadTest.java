package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.TreeMap;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** HEAD for a stream that is refused: the status and the fields of that refusal, and no body (RFC 9110, 9.3.2). */
final class RefusedHeadTest {

    private static final OkHttpClient HTTP1 = Clients.http1();

    @RegisterExtension
    static final JudgedServer narrow = JudgedServer.with(
            "PUSH_MAX_STREAMS_PER_CONNECTION", "1", "PUSH_OPENS_PER_SECOND", "0", "PUSH_MAX_STREAMS", "2");

    @AfterAll
    static void close() {
        Clients.close(HTTP1);
    }

    @LikelyCause("HEAD says that a stream can be had when GET is told to try later.")
    @ParameterizedTest
    @EnumSource
    void headIsToldToTryLaterAsGetIs(Format format) {
        var peer = narrow.newClient();
        narrow.open(peer, Format.NDJSON).next("start");
        boolean isEvents = format == Format.SSE; // They get 200 and a bye.

        assertSame(peer, format, isEvents ? 200 : 429);

        narrow.open(narrow.newClient(), Format.NDJSON).next("start");
        assertSame(narrow.newClient(), format, isEvents ? 200 : 503);
        assertSame(HTTP1, format, isEvents ? 200 : 503);
        assertEquals(2, narrow.status().open());
    }

    private static void assertSame(OkHttpClient client, Format format, int status) {
        var request = narrow.at("/messages").header("accept", format.mediaType);
        var get = narrow.request(client, request);
        long refused = refused();

        var head = narrow.request(client, request.head());

        assertEquals(status, head.status());
        assertEquals("", head.body());
        assertEquals(fields(get), fields(head));
        assertEquals(refused, refused(), "HEAD is not counted");
        assertEquals("ok\n", narrow.request(client, narrow.at("/healthz")).body());
    }

    private static long refused() {
        return narrow.status().json().path("streams").path("refused").longValue();
    }

    private static Map<String, String> fields(Answer answer) {
        var fields = new TreeMap<String, String>();
        answer.headers().forEach(field -> fields.put(field.getFirst(), field.getSecond()));
        fields.remove("date");
        return fields;
    }
}
