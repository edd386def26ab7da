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
 * Makes HTTP clients that {@link Trust} the server under test, whatever names its certificate has. The first lesson
 * judges the names, and a server that fails there can still be judged on the rest. A client never repeats a request by
 * itself, because that would hide what the server did. {@link #execute} repeats a request that the server says it has
 * not processed.
 *
 * <p><b>Threads:</b> any thread.
 */
final class Clients {

    private static final int UNLIMITED = 100_000;

    private Clients() {}

    /** Returns a client that speaks HTTP/2 and shares its connections with no other client. */
    static OkHttpClient http2() {
        return http2(Trust.inTheServer());
    }

    /** Returns the same for a server that checks have not begun to judge. */
    static OkHttpClient http2(Trust trust) {
        // OkHttp insists on the fallback; a test that cares asks the answer for its protocol.
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

    /** Returns the same client with a deadline for each whole call. */
    static OkHttpClient hasty(OkHttpClient client) {
        return client.newBuilder()
                .callTimeout(Deadline.extended(patience(client)))
                .build();
    }

    /** Returns the time that a call of this client may take: the client's own limit, if it has one. */
    static Duration patience(OkHttpClient client) {
        return client.callTimeoutMillis() > 0 ? Duration.ofMillis(client.callTimeoutMillis()) : Deadline.PATIENCE;
    }

    /**
     * Sends a request, and once more if its connection had been told that it is over: by REFUSED_STREAM, or by a GOAWAY
     * with a lower last stream, a server promises that it has not processed the request (RFC 9113, 8.7).
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

    /** Ends the client's calls in progress and closes its connections. */
    static void close(OkHttpClient client) {
        client.dispatcher().cancelAll();
        client.dispatcher().executorService().shutdown();
        client.connectionPool().evictAll();
    }
}
