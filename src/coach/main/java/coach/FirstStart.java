package coach;

import java.io.IOException;
import java.util.Map;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.tls.HandshakeCertificates;
import push.http.PushServer;

/**
 * Starts the reference, queries it once and closes it. {@code coach.sh} archives the classes loaded on the way for the
 * learner's server, and they warm up the JVM in which that server runs.
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
            // The learner has no part in this server; it only makes theirs start sooner.
        }
    }
}
