package suite;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.internal.http2.ErrorCode;
import okhttp3.internal.http2.StreamResetException;

/**
 * Makes HTTP clients that {@link Trust} the server under test, whatever names its certificate has: the first lesson judges
 * those, and a server that fails there is judged on the rest as well. A client never repeats a request by itself, because that
 * would hide what the server did. {@link #execute} repeats a request that the server says it has not begun.
 *
 * <p><b>Threads:</b> any thread.
 */
final class Clients {

    private static final int UNLIMITED = 100_000;

    private Clients() {}

    /** A client that speaks HTTP/2, with connections that it shares with no other client. */
    static OkHttpClient http2() {
        return http2(Trust.inTheServer());
    }

    /** The same, for a server that checks have not begun to judge. */
    static OkHttpClient http2(Trust trust) {
        // OkHttp insists on the fallback; a test that minds asks the answer for its protocol.
        return create(trust, List.of(Protocol.HTTP_2, Protocol.HTTP_1_1));
    }

    static OkHttpClient http1() {
        return create(Trust.inTheServer(), List.of(Protocol.HTTP_1_1));
    }

    private static OkHttpClient create(Trust trust, List<Protocol> protocols) {
        var dispatcher = new Dispatcher();
        dispatcher.setMaxRequests(UNLIMITED);
        dispatcher.setMaxRequestsPerHost(UNLIMITED);
        return new OkHttpClient.Builder()
                .protocols(protocols)
                .dispatcher(dispatcher)
                .connectionPool(new ConnectionPool(UNLIMITED, 5, TimeUnit.MINUTES))
                .socketFactory(new NoDelay())
                .sslSocketFactory(trust.sockets(), trust)
                .hostnameVerifier((host, session) -> true)
                .connectTimeout(Deadline.extended(Deadline.PATIENCE))
                .readTimeout(Duration.ZERO)
                .writeTimeout(Duration.ZERO)
                .retryOnConnectionFailure(false)
                .followRedirects(false)
                .build();
    }

    /** The same client with a deadline for each whole call. */
    static OkHttpClient hasty(OkHttpClient client) {
        return client.newBuilder()
                .callTimeout(Deadline.extended(patience(client)))
                .build();
    }

    /** How long a call of this client may take: the client's own limit, if it has one. */
    static Duration patience(OkHttpClient client) {
        return client.callTimeoutMillis() > 0 ? Duration.ofMillis(client.callTimeoutMillis()) : Deadline.PATIENCE;
    }

    /**
     * Sends a request, and once more if its connection had been told that it is over: a server promises by REFUSED_STREAM,
     * or by a GOAWAY with a lower last stream, that it has done nothing with it (RFC 9113, 8.7).
     */
    static Response execute(OkHttpClient client, Request request) throws IOException {
        try {
            return client.newCall(request).execute();
        } catch (StreamResetException e) {
            if (e.errorCode != ErrorCode.REFUSED_STREAM) {
                throw e;
            }
            return client.newCall(request).execute();
        }
    }

    /** Ends what the client still has under way and closes its connections. */
    static void close(OkHttpClient client) {
        client.dispatcher().cancelAll();
        client.dispatcher().executorService().shutdown();
        client.connectionPool().evictAll();
    }
}
