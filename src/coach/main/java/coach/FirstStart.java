package coach;

import java.io.IOException;
import java.util.Map;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.tls.HandshakeCertificates;
import push.http.PushServer;

/**
 * Starts the reference, asks it once and closes it: what is loaded on the way is what {@code coach.sh} archives for the
 * learner's server.
 *
 * <p><b>Threads:</b> confined to one.
 */
final class FirstStart {

    private FirstStart() {}

    public static void main(String[] args) throws IOException {
        var anybody =
                new HandshakeCertificates.Builder().addInsecureHost("localhost").build();
        var client = new OkHttpClient.Builder()
                .sslSocketFactory(anybody.sslSocketFactory(), anybody.trustManager())
                .build();
        try (var server = PushServer.start(Map.of("PUSH_PORT", "0"))) {
            var status = new Request.Builder().url("https://localhost:" + server.port() + "/status");
            client.newCall(status.build()).execute().close();
        }
        System.exit(0);
    }
}
