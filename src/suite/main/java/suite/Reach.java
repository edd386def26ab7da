package suite;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import tools.jackson.core.JacksonException;

/**
 * Checks that a running server can be judged at all: it accepts a connection and completes a TLS handshake with a
 * certificate that the suite trusts, and no other client holds a stream. Otherwise a hundred checks would report the
 * same fault.
 *
 * <p><b>Threads:</b> any thread; it has no state.
 */
final class Reach {

    private static final int PATIENCE_MS = 10_000;
    private static final Duration LEAVING = Duration.ofSeconds(1); // The streams of a run that has just ended.
    private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "::1");

    private Reach() {}

    /** @throws Arguments.Misused if the server cannot be judged; the message says why */
    static void check(Options options) {
        var fault = fault(options);
        if (fault.isEmpty()) {
            fault = strangers(options);
        }
        if (!fault.isEmpty()) {
            throw new Arguments.Misused(fault);
        }
    }

    /** Returns the streams open before the suite has opened one, because checks count streams; or an empty string. */
    private static String strangers(Options options) {
        var client = Clients.http2(trust(options));
        var open = new long[1];
        boolean alone = Deadline.in(LEAVING).poll(() -> {
            open[0] = roots(options).stream()
                    .mapToLong(root -> open(client, root))
                    .sum();
            return open[0] == 0;
        });
        Clients.close(client);
        return alone
                ? ""
                : "another client holds " + open[0] + (open[0] == 1 ? " stream" : " streams")
                        + " of this server, and the checks count streams: close it, a chat page for example; if there is"
                        + " none, the server miscounts, so start it again";
    }

    /** Returns the number of streams that a server says it holds; 0 if it does not say, which the checks will judge. */
    private static long open(OkHttpClient client, HttpUrl root) {
        var status = new Request.Builder().url(root + "status").build();
        try (var response = Clients.execute(Clients.hasty(client), status)) {
            return response.code() == 200
                    ? Status.of(WireRecord.JSON.readTree(response.body().string()))
                            .open()
                    : 0;
        } catch (IOException | JacksonException | AssertionError e) {
            return 0;
        }
    }

    private static Trust trust(Options options) {
        try {
            return Trust.in(options.certificate());
        } catch (IOException e) {
            throw new Arguments.Misused(
                    "there is no certificate at " + options.certificate().toAbsolutePath()
                            + ": give the server's, or its signer's, with --cert FILE");
        } catch (IllegalArgumentException e) {
            throw new Arguments.Misused(options.certificate() + " has no certificate in PEM");
        }
    }

    /** Returns the root of the server, and that of the other server of its cluster. */
    private static List<HttpUrl> roots(Options options) {
        return Stream.of(options.url(), options.also())
                .filter(url -> !url.isEmpty())
                .map(Launch::root)
                .toList();
    }

    /** Returns why the server cannot be judged, or an empty string if it can. */
    static String fault(Options options) {
        Trust trust;
        List<HttpUrl> roots;
        try {
            trust = trust(options);
            roots = roots(options);
        } catch (Arguments.Misused | AssertionError e) {
            return String.valueOf(e.getMessage());
        }
        if (!roots.stream().allMatch(root -> LOCAL.contains(root.host()))) {
            return "the suite attacks what it judges, and judges only servers on this machine: give"
                    + " https://localhost:PORT, and forward that port to reach another machine";
        }
        return roots.stream()
                .map(root -> fault(root, trust, options, root.equals(roots.get(0)) ? options.pid() : -1))
                .filter(fault -> !fault.isEmpty())
                .findFirst()
                .orElse("");
    }

    /** @param pid the process that must listen there, or -1 */
    private static String fault(HttpUrl root, Trust trust, Options options, long pid) {
        var server = root.host() + ":" + root.port();
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(root.host(), root.port()), PATIENCE_MS);
            if (pid > 0 && !Listeners.mayBe(pid, root.port())) {
                return "the process " + pid + " does not listen at " + server
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
