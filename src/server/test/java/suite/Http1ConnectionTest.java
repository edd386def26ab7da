package suite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Other events on an HTTP/1.1 connection during a response: the client leaves, or asks for more. */
final class Http1ConnectionTest {

    private static final String LONG = "x".repeat(4_000);

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with(
            "PUSH_POSTS_PER_SECOND", "0",
            "PUSH_OPENS_PER_SECOND", "0",
            "PUSH_HEARTBEAT_MS", "3600000", // Nobody leaves unnoticed until something is written to him.
            "PUSH_STALL_MS", "3600000");

    /** The way in which a client leaves. */
    enum Way {
        FIN,
        CLOSE_NOTIFY,
        RESET,
        CLOSE;

        void leave(Http1Socket client) throws IOException {
            switch (this) {
                case FIN -> client.fin();
                case CLOSE_NOTIFY -> client.closeNotify();
                case RESET -> client.reset();
                case CLOSE -> client.close();
            }
        }
    }

    @LikelyCause("Nothing is read while a response runs, and so a client that has left is found by heartbeats.")
    @ParameterizedTest
    @EnumSource
    void clientThatLeavesIsForgottenBeforeAHeartbeat(Way way) throws IOException {
        for (var format : Format.values()) {
            for (var request : new String[] {"HTTP/1.1", "HTTP/1.1\nConnection: close", "HTTP/1.0"}) {
                var before = server.status();
                try (var client = open(request, format)) {
                    server.awaitOpen(1);

                    way.leave(client);

                    var status = server.awaitStatus(s -> s.open() == 0, "no stream after " + way, Deadline.PATIENCE);
                    assertEquals(before.closed("tcp") + 1, status.closed("tcp"), format + " " + request);
                }
            }
        }
    }

    @LikelyCause("A client whose window is full is not read from, and so its end is not noticed.")
    @ParameterizedTest
    @EnumSource
    void clientThatLeavesWithAFullWindowIsForgottenBeforeAStall(Way way) throws IOException {
        try (var client = Http1Socket.connect(server, 4_096)) {
            client.send("GET /messages HTTP/1.1\nHost: HOST\nAccept: application/x-ndjson\n\n");
            client.head();
            for (int i = 0; i < 200 || lag() < 5; i++) {
                server.post("ann", LONG);
            }

            way.leave(client);

            server.awaitStatus(s -> s.open() == 0, "no stream after " + way, Deadline.PATIENCE);
        }
    }

    @LikelyCause("With TLS 1.2 a close_notify wants an answer, and the server waits for room to give it.")
    @Test
    void clientOfTls12ThatSaysCloseNotifyIsForgotten() throws IOException {
        try (var client = Http1Socket.connect(server.port(), 0, "TLSv1.2")) {
            client.send("GET /messages HTTP/1.1\nHost: HOST\nAccept: text/event-stream\n\n");
            client.head();
            server.awaitOpen(1);

            client.closeNotify();

            server.awaitStatus(s -> s.open() == 0, "no stream", Deadline.PATIENCE);
        }
    }

    @LikelyCause("Answers to pipelined requests are kept in a buffer that a stream never empties.")
    @Test
    void requestBeforeAStreamIsAnsweredAndTheStreamBegins() {
        try (var client = Http1Socket.connect(server, 0)) {
            client.send("GET /healthz HTTP/1.1\nHost: HOST\n\n"
                    + "GET /messages HTTP/1.1\nHost: HOST\nAccept: application/x-ndjson\n\n");

            assertEquals("ok\n", client.body(client.head()));
            assertEquals(200, client.head().status());
            assertTrue(new String(client.chunk(), UTF_8).startsWith("{\"type\":\"start\""));
        }
    }

    @LikelyCause("A request that comes behind a stream keeps the stream from beginning.")
    @Test
    void streamBeginsThoughARequestWaitsBehindIt() throws IOException {
        try (var client = Http1Socket.connect(server, 0)) {
            client.send("GET /messages HTTP/1.1\nHost: HOST\nAccept: application/x-ndjson\n\n"
                    + "GET /healthz HTTP/1.1\nHost: HOST\n\n");
            assertEquals(200, client.head().status());

            client.send("GET /readyz HTTP/1.1\nHost: HOST\n\n");
            server.post("ann", "behind a stream");

            var body = new StringBuilder();
            while (body.indexOf("behind a stream") < 0) {
                body.append(new String(client.chunk(), UTF_8));
            }
            assertFalse(body.toString().contains("HTTP/1.1"));
            client.fin();
            server.awaitStatus(s -> s.open() == 0, "no stream", Deadline.PATIENCE);
        }
    }

    @LikelyCause("What waits behind a stream is lost when the stream ends, or answered out of order.")
    @Test
    void requestsBehindAStreamAreAnsweredWhenItHasEnded() throws InterruptedException {
        try (var drained = push.http.PushServer.start(Map.of("PUSH_PORT", "0"));
                var client = Http1Socket.connect(drained.port(), 0, "TLSv1.3")) {
            client.send("GET /messages HTTP/1.1\nHost: HOST\nAccept: application/x-ndjson\n\n"
                    + "GET /healthz HTTP/1.1\nHost: HOST\n\nGET /hea");
            client.head();
            assertTrue(new String(client.chunk(), UTF_8).startsWith("{\"type\":\"start\""));
            client.send("lthz HTTP/1.1\nHost: HOST\n\n");

            var drain = new Thread(drained::drain);
            drain.start();

            assertTrue(new String(client.chunk(), UTF_8).startsWith("{\"type\":\"bye\""));
            assertEquals(0, client.chunk().length);
            assertEquals("ok\n", client.body(client.head()));
            drain.join();
        }
    }

    @LikelyCause("Requests with bodies that follow each other are read as one, or answered out of order.")
    @Test
    void postsAndGetsAreAnsweredInTheirOrder() {
        var body = "{\"user\":\"ann\",\"text\":\"pipelined\"}";
        var post = "POST /messages HTTP/1.1\nHost: HOST\nContent-Type: application/json\nContent-Length: "
                + body.length() + "\n\n" + body;
        var chunked = "POST /messages HTTP/1.1\nHost: HOST\nContent-Type: application/json\n"
                + "Transfer-Encoding: chunked\n\n" + Integer.toHexString(body.length()) + "\n" + body + "\n0\n\n";
        try (var client = Http1Socket.connect(server, 0)) {
            client.send(post + "GET /healthz HTTP/1.1\nHost: HOST\n\n" + chunked + post
                    + "HEAD /messages HTTP/1.1\nHost: HOST\n\n" + "GET /nowhere HTTP/1.1\nHost: HOST\n\n"
                    + "GET /readyz HTTP/1.1\nHost: HOST\n\n");

            assertTrue(client.body(answer(client, 201)).contains("pipelined"));
            assertEquals("ok\n", client.body(answer(client, 200)));
            client.body(answer(client, 201));
            client.body(answer(client, 201));
            answer(client, 200);
            client.body(answer(client, 404));
            assertEquals("ready\n", client.body(answer(client, 200)));
        }
    }

    @LikelyCause("A client that sends and sends behind a stream fills the server's memory, or its end goes unnoticed.")
    @Test
    void whatIsSentBehindAStreamIsBounded() throws IOException {
        try (var client = open("HTTP/1.1", Format.NDJSON)) {
            server.awaitOpen(1);

            try {
                for (int i = 0; i < 100; i++) {
                    client.send("GET /" + "x".repeat(1_000) + " HTTP/1.1\nHost: HOST\n\n");
                }
            } catch (java.io.UncheckedIOException e) {
                // The server has ended the connection.
            }

            server.awaitStatus(s -> s.open() == 0, "the stream to be ended", Deadline.PATIENCE);
        }
    }

    @LikelyCause("The body of a GET, which says nothing, hides that its client has left.")
    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 5\n\nhello", "Content-Length: 500\n\nhello", "Content-Length: 0\n\n"})
    void clientWhoseRequestHasABodyIsForgottenToo(String rest) throws IOException {
        for (var close : new String[] {"", "Connection: close\n"}) {
            try (var client = Http1Socket.connect(server, 0)) {
                client.send("GET /messages HTTP/1.1\nHost: HOST\nAccept: application/x-ndjson\n" + close + rest);
                assertEquals("chunked", client.head().fields().get("transfer-encoding"));
                server.awaitOpen(1);
                server.post("ann", "after a body");
                var body = new StringBuilder();
                while (body.indexOf("after a body") < 0) {
                    body.append(new String(client.chunk(), UTF_8));
                }

                client.fin();

                server.awaitStatus(s -> s.open() == 0, "no stream", Deadline.PATIENCE);
            }
        }
    }

    private static Http1Socket.Head answer(Http1Socket client, int status) {
        var head = client.head();
        assertEquals(status, head.status());
        return head;
    }

    private static Http1Socket open(String request, Format format) {
        var client = Http1Socket.connect(server, 0);
        client.send("GET /messages " + request + "\nHost: HOST\nAccept: " + format.mediaType + "\n\n");
        assertEquals(200, client.head().status());
        return client;
    }

    private static long lag() {
        long lag = 0;
        for (var shard : server.status().json().path("shards")) {
            lag = Math.max(lag, shard.path("maxLag").longValue());
        }
        return lag;
    }
}
