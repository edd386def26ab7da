package suite;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Free ports of this machine for programs that cannot choose one themselves and say which. They are below those that a
 * system gives to clients and to servers that ask for any port, so that no other program takes one before its server
 * does, nor while a server that was killed starts again.
 *
 * <p><b>Threads:</b> any thread.
 */
public final class Ports {

    private static final int FIRST = 10_000;
    private static final int COUNT = 20_000;

    /** Begins anywhere, because other tests run beside these in processes of their own. */
    private static final AtomicInteger NEXT =
            new AtomicInteger(ThreadLocalRandom.current().nextInt(COUNT));

    private Ports() {}

    /** Returns a port that is free on the loopback address. */
    public static int next() {
        for (int i = 0; i < 1_000; i++) {
            int port = FIRST + Math.floorMod(NEXT.getAndIncrement(), COUNT);
            try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                // It is taken.
            }
        }
        throw new AssertionError("there is no free port");
    }
}
