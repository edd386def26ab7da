package suite;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Optional;
import javax.net.SocketFactory;

/**
 * Sockets that send their data immediately. With Nagle's algorithm, a cancel that follows another frame waits 40 ms for
 * the peer's delayed acknowledgement, and the suite has hundreds of them.
 *
 * <p><b>Threads:</b> immutable.
 */
final class NoDelay extends SocketFactory {

    private final Optional<InetSocketAddress> local;

    private NoDelay(Optional<InetSocketAddress> local) {
        this.local = local;
    }

    NoDelay() {
        this(Optional.empty());
    }

    /** Returns sockets whose peer sees this address, one of this machine's. */
    static NoDelay from(String address) {
        return new NoDelay(Optional.of(new InetSocketAddress(address, 0)));
    }

    @Override
    public Socket createSocket() throws IOException {
        var socket = new Socket();
        socket.setTcpNoDelay(true);
        if (local.isPresent()) {
            socket.bind(local.get());
        }
        return socket;
    }

    @Override
    public Socket createSocket(String host, int port) {
        throw new UnsupportedOperationException("OkHttp connects sockets itself");
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
        return createSocket(host, port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
        throw new UnsupportedOperationException("OkHttp connects sockets itself");
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort) {
        return createSocket(address, port);
    }
}
