package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Many handshakes that begin together, and a client that has completed its own. */
final class HandshakeTurnsTest {
    private static final int MANY = 600;

    /** Only a round whose handshakes are not yet half answered when the request is sent shows whether it overtakes. */
    private static final int ROUNDS = 20;

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with("PUSH_IO_THREADS", "1");

    @RegisterExtension
    final Bystanders bystanders = Bystanders.of(server);

    private final List<Socket> sockets = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        for (var socket : sockets) {
            socket.close();
        }
        sockets.clear();
    }

    @LikelyCause("Each new connection is a task of the IO thread, and shakes hands in it: while they come, the thread"
            + " does not look at its other sockets.")
    @Test
    void clientIsAnsweredBeforeAllHandshakesThatBeganBeforeItsRequest() throws Exception {
        server.post("ann", "warm");
        long answered = -1;
        for (int round = 0; round < ROUNDS && answered < 0; round++) {
            close();
            answered = answeredBeforeAPost();
        }
        assertTrue(answered >= 0, "more than half of the handshakes were always answered before the request was sent");
        assertTrue(answered < MANY * 9 / 10, answered + " of " + MANY + " handshakes were answered before");
        assertEquals("beside them", bystanders.texts().get(1));
    }

    /** Returns -1 if the request came too late. */
    private long answeredBeforeAPost() throws IOException {
        var hello = hello();
        for (int i = 0; i < MANY; i++) {
            var socket = new Socket("localhost", server.port());
            sockets.add(socket);
            socket.getOutputStream().write(hello);
        }

        long before = answered();
        server.post("ann", "beside them");
        return before <= MANY / 2 ? answered() : -1;
    }

    private long answered() throws IOException {
        long answered = 0;
        for (var socket : sockets) {
            answered += socket.getInputStream().available() > 0 ? 1 : 0;
        }
        return answered;
    }

    private static byte[] hello() throws IOException {
        var engine = Trust.inTheServer().context().createSSLEngine("localhost", server.port());
        engine.setUseClientMode(true);
        var parameters = engine.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
        engine.setSSLParameters(parameters);
        engine.beginHandshake();
        var out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), out);
        var bytes = new byte[out.flip().remaining()];
        out.get(bytes);
        return bytes;
    }
}
