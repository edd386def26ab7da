package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import given.NaiveServer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import push.http.RunningServer;

/** The naive server's defects, in its own form: what lesson 00 says of it is so. */
class SeedDefectsTest {

    private final OkHttpClient client = Clients.http2();
    private RunningServer server;

    @BeforeEach
    void start() throws Exception {
        server = NaiveServer.start(Map.of("PUSH_PORT", "0"));
    }

    @AfterEach
    void stop() {
        Clients.close(client);
        server.close();
    }

    @Test
    void eachClientIsToldEverythingAgainAtEachMessage() {
        var recorder = open("/messages");
        recorder.awaitText("{\"messages\":[]}");

        post("one");
        recorder.awaitText("one");
        post("two");

        recorder.awaitText("two");
        assertEquals(2, recorder.text().split("one", -1).length - 1, recorder.text());
    }

    @Test
    void aDocumentIsNotMarkedOffFromTheNext() {
        var recorder = open("/msgs");

        post("one");

        recorder.awaitText("{\"msg\":[]}{\"msg\":[{\"user\":\"ann\",\"text\":\"one\",\"time\":");
    }

    @Test
    void twoClientsSeeOppositeOrders() {
        post("one");
        post("two");

        var first = open("/messages");
        first.awaitText("]}");
        var second = open("/messages");
        second.awaitText("]}");

        boolean newestFirst = first.text().indexOf("two") < first.text().indexOf("one");
        assertEquals(!newestFirst, second.text().indexOf("two") < second.text().indexOf("one"), second.text());
    }

    @Test
    void pastFiftyMessagesHalfOfTheDeliveriesNeverCome() {
        for (int i = 0; i < 50; i++) {
            post("filling " + i);
        }
        var recorders = List.of(open("/messages"), open("/messages"));
        recorders.forEach(recorder -> recorder.awaitText("]}"));

        for (int i = 0; i < 10; i++) {
            post("new " + i + ".");
        }

        recorders.forEach(recorder -> recorder.await(Deadline.PATIENCE, () -> documents(recorder) == 11));
        long came = recorders.stream()
                .mapToLong(recorder -> IntStream.range(0, 10)
                        .filter(i -> recorder.text().contains("new " + i + "."))
                        .count())
                .sum();
        assertEquals(10, came, "deliveries of 10 messages to 2 clients");
    }

    @Test
    void oneMalformedPostEndsTheServer() {
        var recorder = open("/messages");
        recorder.awaitText("{\"messages\":[]}");
        int port = server.port();

        var request = new Request.Builder().url("https://localhost:" + port + "/messages");
        var answer =
                Recorder.open(client, request.post(JudgedServer.json("{oops")).build(), Format.ANY);

        assertEquals(Ending.How.CONNECTION, recorder.closed().how());
        assertFalse(answer.status() == 400);
        boolean gone = Deadline.in(Deadline.PATIENCE).poll(() -> refuses(port));
        assertTrue(gone, "it must accept no more connections");
    }

    private static int documents(Recorder recorder) {
        return recorder.text().split("]}", -1).length - 1;
    }

    private Recorder open(String path) {
        var request = new Request.Builder().url("https://localhost:" + server.port() + path);
        return Recorder.open(client, request.build(), Format.ANY);
    }

    private void post(String text) {
        var request = new Request.Builder().url("https://localhost:" + server.port() + "/messages");
        var json = JudgedServer.json("{\"user\":\"ann\",\"text\":\"" + text + "\"}");
        var answer = Recorder.open(client, request.post(json).build(), Format.ANY);
        assertEquals(200, answer.status());
        assertEquals(Ending.How.END_STREAM, answer.closed().how());
    }

    private static boolean refuses(int port) {
        try {
            new Socket("localhost", port).close();
            return false;
        } catch (ConnectException e) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
