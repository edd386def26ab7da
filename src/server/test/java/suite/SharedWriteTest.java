package suite;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The cost of a message on the line when clients hold many streams: TLS records, counted between server and client. */
final class SharedWriteTest {
    private static final int CONNECTIONS = 4;
    private static final int STREAMS = 96; // On each; the frames fit in one record.

    @RegisterExtension
    static final JudgedServer server =
            JudgedServer.with("PUSH_HEARTBEAT_MS", "60000", "PUSH_PING_MS", "60000", "PUSH_OPENS_PER_SECOND", "0");

    @LikelyCause("Streams share a write only if they were opened one after another: behind a proxy each has its own.")
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void streamsOfAConnectionShareTlsRecordsInAnyOrderOfJoining(boolean inTurns) throws IOException {
        var lines = new ArrayList<Line>();
        var peers = new ArrayList<RawClient>();
        for (int i = 0; i < CONNECTIONS; i++) {
            lines.add(new Line(server.port()));
            peers.add(RawClient.connect("localhost", lines.get(i).port(), RawClient.Options.PLAIN.window(1 << 20)));
        }
        var last = server.post("suite", "no history");
        var streams = new ArrayList<Recorder>();
        for (int i = 0; i < CONNECTIONS * STREAMS; i++) {
            var peer = peers.get(inTurns ? i % CONNECTIONS : i / STREAMS);
            streams.add(peer.open(Format.NDJSON, "last-event-id", last));
        }
        awaitAll(streams, server.post("suite", "all have joined"));
        int before = sum(lines);

        awaitAll(streams, server.post("ann", "hello"));

        int records = sum(lines) - before;
        lines.forEach(Line::close);
        peers.forEach(RawClient::close);
        int most = 2 * CONNECTIONS; // One for all its streams, and one for anything else that the server sends.
        assertTrue(records <= most, records + " TLS records for one message to " + streams.size() + " streams");
    }

    private static void awaitAll(List<Recorder> streams, String id) {
        streams.forEach(stream -> stream.awaitArrival(record -> record.id().equals(id), "message " + id));
    }

    private static int sum(List<Line> lines) {
        return lines.stream().mapToInt(line -> line.records.get()).sum();
    }

    /** Passes on one connection's bytes and counts the TLS records that the server sends. */
    private static final class Line {
        private final ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        private final int upstream;
        private final List<Socket> sockets = new ArrayList<>();
        final AtomicInteger records = new AtomicInteger();

        Line(int upstream) throws IOException {
            this.upstream = upstream;
            start(this::accept);
        }

        int port() {
            return listener.getLocalPort();
        }

        private static void start(Runnable task) {
            var thread = new Thread(task, "line");
            thread.setDaemon(true);
            thread.start();
        }

        private void accept() {
            try {
                Socket client = listener.accept();
                Socket tcp = new Socket("localhost", upstream);
                client.setTcpNoDelay(true);
                tcp.setTcpNoDelay(true); // Otherwise the second of two small writes waits 40 ms for an acknowledgement.
                sockets.addAll(List.of(client, tcp));
                start(() -> up(client, tcp));
                down(tcp, client);
            } catch (IOException e) {
                // Closed.
            }
        }

        private static void up(Socket from, Socket to) {
            try {
                from.getInputStream().transferTo(to.getOutputStream());
            } catch (IOException e) {
                // Closed.
            }
        }

        private void down(Socket from, Socket to) throws IOException {
            var in = new DataInputStream(from.getInputStream());
            while (true) {
                byte[] head = in.readNBytes(5);
                if (head.length < 5) {
                    return;
                }
                byte[] content = in.readNBytes((head[3] & 0xff) << 8 | (head[4] & 0xff));
                records.incrementAndGet(); // Before it is passed on: everything that the client has was counted.
                to.getOutputStream().write(head);
                to.getOutputStream().write(content);
            }
        }

        void close() {
            try {
                listener.close();
                for (Socket socket : sockets) {
                    socket.close();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
