package suite;

/**
 * Clients that open streams and cancel them, on one connection after the other, and are forgotten themselves: in one JVM with
 * the server their memory would count as its own.
 *
 * <p><b>Threads:</b> any thread.
 */
final class Visitors {

    private static final int CANCEL = 8;
    private static final int AT_A_TIME = 50;

    private Visitors() {}

    /** Returns when the server counts none of these streams any more, of which there are so many fifties. */
    static void comeAndGo(JudgedServer server, int streams) {
        for (int gone = 0; gone < streams; gone += AT_A_TIME) {
            var peer = server.raw();
            for (int i = 0; i < AT_A_TIME; i++) {
                peer.open(Format.NDJSON);
                peer.reset(2 * i + 1, CANCEL);
            }
            server.awaitOpen(0);
            peer.close();
            peer.forget();
        }
    }
}
