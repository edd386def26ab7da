package push.http;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.tls.Certificates;
import okhttp3.tls.HandshakeCertificates;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import push.LocalPublisher;
import push.MessageLog;
import push.Shards;
import push.Stats;

/** A bug of the server's own when a stream opens: the handler is given no log, and so fails each time. */
class FailedStreamTest {

    private final Config config = Config.from(Map.of("PUSH_PORT", "0"));
    private final Listeners listeners = listen();

    private Listeners listen() {
        var stats = new Stats();
        var log = new MessageLog(10, 10_000);
        var shards = new Shards(config.settings(), log, stats);
        var limits = new Limits(config);
        var publisher = new LocalPublisher(config.settings(), log, shards, stats);
        var publish = new PublishHandler(config, limits, publisher);
        var status = new StatusHandler(config, log, shards, stats, publisher);
        var metrics = new Metrics(log, shards, stats, publisher);
        var router = new Router(
                new Origins(config),
                config,
                log,
                shards,
                new StreamHandler(config, limits, null, stats),
                publish,
                status,
                metrics,
                new HistoryHandler(log, limits),
                () -> true);
        return new Listeners(config, Pem.context(config.certificate(), config.key()), shards, router);
    }

    @AfterEach
    void close() {
        listeners.close();
    }

    @Test
    void anEventSourceIsSentAwayAndNotEndedByA500() throws IOException {
        var events = get("text/event-stream");

        assertTrue(events.startsWith("200 retry: "), events);
        assertTrue(events.matches("(?s).*\nevent: bye\n.*\"reason\":\"error\".*"), events);
    }

    @Test
    void otherFormsAreToldWithTheStatus() throws IOException {
        var lines = get("application/x-ndjson");

        assertTrue(lines.startsWith("500 "), lines);
        assertTrue(lines.contains("please report it"), lines);
    }

    /** Returns the status and the body of a GET. */
    private String get(String accept) throws IOException {
        var certificate = Certificates.decodeCertificatePem(Files.readString(Path.of("certs/server.crt")));
        var trust = new HandshakeCertificates.Builder()
                .addTrustedCertificate(certificate)
                .build();
        var client = new OkHttpClient.Builder()
                .sslSocketFactory(trust.sslSocketFactory(), trust.trustManager())
                .build();
        var request = new Request.Builder()
                .url("https://localhost:" + listeners.port() + "/messages")
                .header("accept", accept);
        try (var response = client.newCall(request.build()).execute()) {
            return response.code() + " " + response.body().string();
        }
    }
}
