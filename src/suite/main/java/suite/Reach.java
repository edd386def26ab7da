package suite;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.security.cert.CertificateException;
import java.util.Set;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import okhttp3.HttpUrl;

/**
 * Tries whether a running server can be judged at all: it accepts a connection and completes a TLS handshake with a certificate
 * that the suite trusts. Otherwise a hundred checks would say the same.
 *
 * <p><b>Threads:</b> any thread; it has no state.
 */
final class Reach {

    private static final int PATIENCE_MS = 10_000;
    private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "::1");

    private Reach() {}

    /** @throws Arguments.Misused if the server cannot be judged; the message says why */
    static void check(Options options) {
        var fault = fault(options);
        if (!fault.isEmpty()) {
            throw new Arguments.Misused(fault);
        }
    }

    /** Returns why the server cannot be judged, or an empty string if it can. */
    static String fault(Options options) {
        Trust trust;
        try {
            trust = Trust.in(options.certificate());
        } catch (IOException e) {
            return "there is no certificate at " + options.certificate().toAbsolutePath()
                    + ": give the server's, or its signer's, with --cert FILE";
        } catch (IllegalArgumentException e) {
            return options.certificate() + " has no certificate in PEM";
        }
        HttpUrl root;
        try {
            root = Launch.root(options.url());
            if (!options.also().isEmpty()) {
                Launch.root(options.also());
            }
        } catch (AssertionError e) {
            return String.valueOf(e.getMessage());
        }
        if (!LOCAL.contains(root.host())) {
            return "the suite attacks what it judges, and judges only servers on this machine: give"
                    + " https://localhost:PORT, and forward that port to reach another machine";
        }
        return fault(root, trust, options);
    }

    private static String fault(HttpUrl root, Trust trust, Options options) {
        var server = root.host() + ":" + root.port();
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(root.host(), root.port()), PATIENCE_MS);
            if (options.pid() > 0 && !Listeners.mayBe(options.pid(), root.port())) {
                return "the process " + options.pid() + " does not listen at " + server
                        + ": give the server's with --pid, because checks send it SIGTERM";
            }
            socket.setSoTimeout(PATIENCE_MS);
            ((SSLSocket) trust.sockets().createSocket(socket, root.host(), root.port(), true)).startHandshake();
            return "";
        } catch (ConnectException e) {
            return "nothing listens at " + server + " (" + e.getMessage() + "); start the server first";
        } catch (SocketTimeoutException e) {
            return server + " did not complete a TLS handshake within " + PATIENCE_MS / 1_000 + " s";
        } catch (SSLException e) {
            if (e.getCause() instanceof CertificateException untrusted) {
                return server + " shows a certificate that is neither " + options.certificate() + " nor signed by it ("
                        + untrusted.getMessage() + "); give it with --cert FILE";
            }
            return e.getCause() instanceof EOFException
                    ? closed(server, e)
                    : server + " does not speak TLS as it should (" + e.getMessage() + "); the contract requires https";
        } catch (IOException e) {
            return closed(server, e);
        }
    }

    private static String closed(String server, IOException e) {
        return server + " closed the connection during the TLS handshake (" + e.getMessage() + ")";
    }
}
