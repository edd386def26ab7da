package suite;

import java.io.ByteArrayOutputStream;
import org.opentest4j.TestAbortedException;

/**
 * Sends many frames as fast as the server accepts them. The server may end the connection meanwhile.
 *
 * <p><b>Threads:</b> any thread.
 */
final class Flood {

    private static final int PIECE = 100;

    private Flood() {}

    /** Writes the frames for one number of many. */
    interface Filler {
        void fill(ByteArrayOutputStream out, int index);
    }

    static void send(RawClient client, int number, Filler filler) {
        boolean open = true;
        for (int i = 0; open && i < number; i += PIECE) {
            var out = new ByteArrayOutputStream();
            for (int j = i; j < Math.min(i + PIECE, number); j++) {
                filler.fill(out, j);
            }
            open = trySend(client, out.toByteArray());
        }
    }

    /** Returns whether the connection was still open for sending. */
    static boolean trySend(RawClient client, byte[] bytes) {
        try {
            client.send(bytes);
            return true;
        } catch (AssertionError e) {
            return false;
        }
    }

    /** Returns the bytes that the server's JVM uses, on the heap and in direct buffers; 0 if it cannot be measured. */
    static long memory(JudgedServer server) {
        try {
            var memory = server.memory();
            return memory.isExact() ? memory.used() : 0;
        } catch (TestAbortedException e) {
            return 0;
        }
    }
}
