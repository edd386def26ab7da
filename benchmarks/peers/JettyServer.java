package peers;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.RateControl;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import push.http.Pem;

/**
 * A peer to measure against: the pattern on Jetty's core, without servlets.
 *
 * <p>Written as Jetty's programming guide asks: a non-blocking handler, which needs no thread for a request; one
 * asynchronous write at a time for each stream, the next in its callback. One selector, as every peer has one loop.
 * Messages that arrive while a round is under way go out in the next. A POST is answered after its round: otherwise a
 * fast publisher outruns the rounds, which made the times in the first table ten times as long. Jetty has no public way
 * to hold the frames of a connection's streams back until all are written.
 *
 * <p><b>Threads:</b> any thread; a reader is guarded by its own lock, the pending answers of a round by this object's.
 */
public final class JettyServer extends Handler.Abstract.NonBlocking {
    private final Feed feed = new Feed();
    private final Set<Reader> readers = ConcurrentHashMap.newKeySet();
    private List<Runnable> answers = new ArrayList<>();
    private boolean rounds;

    public static void main(String[] args) throws Exception {
        SslContextFactory.Server tls = new SslContextFactory.Server();
        tls.setSslContext(Pem.context(Path.of(System.getenv("PUSH_CERT")), Path.of(System.getenv("PUSH_KEY"))));
        HTTP2ServerConnectionFactory h2 = new HTTP2ServerConnectionFactory(new HttpConfiguration());
        h2.setMaxConcurrentStreams(100_000);
        h2.setStreamIdleTimeout(0);
        h2.setRateControlFactory(new RateControl.Factory() {}); // Without limits, like every measured peer.
        ALPNServerConnectionFactory alpn = new ALPNServerConnectionFactory("h2");
        alpn.setDefaultProtocol("h2");
        Server server = new Server();
        ServerConnector connector = new ServerConnector(
                server, null, null, null, 1, 1, new SslConnectionFactory(tls, alpn.getProtocol()), alpn, h2);
        connector.setHost("127.0.0.1");
        connector.setPort(Integer.parseInt(System.getenv("PUSH_PORT")));
        connector.setIdleTimeout(0);
        connector.setAcceptQueueSize(4_096);
        server.addConnector(connector);
        server.setHandler(new JettyServer());
        server.start();
        System.out.println("Serving https://localhost:" + connector.getLocalPort() + "/");
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        if (!Request.getPathInContext(request).equals("/messages")) {
            return false;
        }
        if (request.getMethod().equals("GET")) {
            Feed.Opening opening = feed.open(request.getHeaders().get("last-event-id"));
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/x-ndjson");
            response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
            new Reader(response, callback, opening.position()).open(opening.bytes());
        } else {
            Content.Source.asByteBuffer(
                    request, Promise.from(body -> post(body, response, callback), callback::failed));
        }
        return true;
    }

    private void post(ByteBuffer body, Response response, Callback callback) {
        try {
            Feed.Stored stored = feed.publish(BufferUtil.toArray(body));
            response.setStatus(201);
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
            response.getHeaders().put(HttpHeader.LOCATION, stored.location());
            afterRound(() -> response.write(true, ByteBuffer.wrap(stored.record()), callback));
        } catch (RuntimeException e) {
            response.setStatus(400);
            response.write(true, null, callback);
        }
    }

    private synchronized void afterRound(Runnable answer) {
        answers.add(answer);
        if (!rounds) {
            rounds = true;
            getServer().getThreadPool().execute(this::rounds);
        }
    }

    private void rounds() {
        for (List<Runnable> due = due(); !due.isEmpty(); due = due()) {
            readers.forEach(Reader::write);
            due.forEach(Runnable::run);
        }
    }

    private synchronized List<Runnable> due() {
        List<Runnable> due = answers;
        answers = new ArrayList<>();
        rounds = !due.isEmpty();
        return due;
    }

    private final class Reader extends Callback.Nested {
        private final Response response;
        private long position;
        private boolean writes = true;

        Reader(Response response, Callback callback, long position) {
            super(callback);
            this.response = response;
            this.position = position;
        }

        void open(byte[] opening) {
            readers.add(this);
            response.write(false, ByteBuffer.wrap(opening), this);
        }

        void write() {
            byte[] next;
            synchronized (this) {
                if (writes || position == feed.newest()) {
                    return;
                }
                long upTo = feed.newest();
                next = feed.between(position, upTo);
                position = upTo;
                writes = true;
            }
            if (next == null) {
                failed(new IllegalStateException("The reader is too slow"));
            } else {
                response.write(false, ByteBuffer.wrap(next), this);
            }
        }

        @Override
        public void succeeded() {
            synchronized (this) {
                writes = false;
            }
            write();
        }

        @Override
        public void failed(Throwable failure) {
            readers.remove(this);
            super.failed(failure);
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }
    }
}
