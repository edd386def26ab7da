package coach;

import java.io.IOException;
import java.util.Map;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.tls.HandshakeCertificates;
import push.http.PushServer;

/**
 * Starts the reference, asks it once and closes it. What is loaded on the way is what {@code coach.sh} archives for the learner's
 * server, and what makes the JVM warm in which that runs.
 *
 * <p><b>Threads:</b> confined to one.
 */
final class FirstStart {

    private FirstStart() {}

    public static void main(String[] args) {
        warmUp();
        System.exit(0);
    }

    static void warmUp() {
        var anybody =
                new HandshakeCertificates.Builder().addInsecureHost("localhost").build();
        var client = new OkHttpClient.Builder()
                .sslSocketFactory(anybody.sslSocketFactory(), anybody.trustManager())
                .build();
        try (var server = PushServer.start(Map.of("PUSH_PORT", "0"))) {
            var status = new Request.Builder().url("https://localhost:" + server.port() + "/status");
            client.newCall(status.build()).execute().close();
            client.dispatcher().executorService().shutdown();
            client.connectionPool().evictAll();
        } catch (IOException e) {
            // It is a server that the learner has no part in, and only to make theirs start sooner.
        }
    }
}
