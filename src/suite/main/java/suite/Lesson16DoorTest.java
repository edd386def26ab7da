package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.fail;
import static suite.Because.because;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import okhttp3.Protocol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS with a certificate that clients accept, and HTTP/2 negotiated during the handshake (RFC 9113, section 3.2). */
@Lesson(id = "16", slug = "door", title = "The door")
@Proves("tls.versions")
class Lesson16DoorTest {

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with();

    /** The result of a handshake. */
    private record Agreed(SSLSession session, String protocol) {}

    @Proves("tls.certificate")
    @Test
    void theCertificateNamesLocalhostAndBothLoopbackAddresses() throws Exception {
        var certificate =
                (X509Certificate) shake(host(), List.of("h2")).session().getPeerCertificates()[0];

        var names = names(certificate);

        because(
                "The certificate was made with a common name alone, or the extension of the request was not copied into it; clients"
                        + " look at the subject alternative names and at nothing else.",
                () -> {
                    var expected = List.of("0:0:0:0:0:0:0:1", "127.0.0.1", "localhost");
                    if (!names.containsAll(expected)) {
                        fail("the certificate must have the subject alternative names " + expected + ", but it has "
                                + (names.isEmpty()
                                        ? "none; its subject is " + certificate.getSubjectX500Principal()
                                        : names));
                    }
                });
    }

    @Proves("tls.certificate")
    @Test
    void theCertificateIsTheOneThatClientsWereGiven() {
        because(
                "The server makes itself another key when it starts, so a client that was given its certificate"
                        + " yesterday is refused today.",
                () -> {
                    try {
                        handshake(host(), List.of("h2", "http/1.1"), new SSLParameters());
                    } catch (IOException e) {
                        fail(
                                "a client that was given " + Options.current().certificate()
                                        + " must trust the server, but it refuses: " + e.getMessage(),
                                e);
                    }
                });
    }

    @Proves("tls.certificate")
    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1"})
    void javaAcceptsTheCertificateFor(String host) {
        var strict = new SSLParameters();
        strict.setEndpointIdentificationAlgorithm("HTTPS");

        try {
            handshake(host, List.of("h2"), strict);
        } catch (IOException e) {
            because(
                    whyRefused(String.valueOf(e.getMessage())),
                    () -> fail(
                            "Java must accept the certificate for " + host + ", but it refuses: " + e.getMessage(), e));
        }
    }

    /** Returns the probable cause of a refusal: many faults of a certificate look alike to a client that refuses it. */
    private static String whyRefused(String said) {
        var text = said.toLowerCase(Locale.ROOT);
        if (text.contains("expired")
                || text.contains("notafter")
                || text.contains("not yet valid")
                || text.contains("notbefore")) {
            return "The certificate's time is over, or has not begun: it has to be made again, and the clock has to be right.";
        }
        if (text.contains("trust") || text.contains("certification path") || text.contains("signature")) {
            return "The server shows another certificate than the one that clients were given, or one that another key has signed.";
        }
        if (text.contains("alternative name") || text.contains("no name matching")) {
            return "The certificate does not bear this name as a subject alternative name of its kind: DNS for a name, IP for"
                    + " an address. A common name is not looked at.";
        }
        return "The handshake itself fails, before any certificate is looked at: the key does not belong to the certificate, or"
                + " the versions of TLS have nothing in common.";
    }

    @Test
    void requestsAreAnsweredOverHttp2() {
        var answer = server.get("/status");

        because(
                "HTTP/2 is not switched on, or ALPN does not offer it: then every open stream costs a connection, and a browser"
                        + " has six.",
                () -> assertEquals(Protocol.HTTP_2, answer.protocol(), "the protocol of the answer to GET /status"));
    }

    @Test
    void http2IsChosenBeforeHttp11() {
        var agreed = shake(host(), List.of("http/1.1", "h2"));

        because(
                "The server takes the client's order of protocols for its own, so a client that names both gets HTTP/1.1.",
                () -> assertEquals("h2", agreed.protocol(), "the protocol that ALPN agreed on, of http/1.1 and h2"));
    }

    @Test
    void aClientWithoutHttp2GetsHttp11() {
        because("Only HTTP/2 is offered, so older clients, and many tools, cannot even ask what is wrong.", () -> {
            var agreed = shake(host(), List.of("http/1.1"));

            assertEquals("http/1.1", agreed.protocol(), "the protocol that ALPN agreed on, of http/1.1 alone");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void thisVersionOfTlsIsSpoken(String version) {
        var only = new SSLParameters();
        only.setProtocols(new String[] {version});

        because(
                "The listener allows one version of TLS only; 1.3 is what clients want, and 1.2 is what some of them have.",
                () -> {
                    // Both protocols, because some servers see to it that HTTP/2 is not agreed on where no cipher of
                    // 1.2 is offered.
                    var agreed = shake(host(), List.of("h2", "http/1.1"), only);

                    assertEquals(version, agreed.session().getProtocol(), "the version of TLS");
                });
    }

    @Proves("status.streams")
    @Test
    void statusTellsTheHeartbeatAndThatNoStreamIsOpen() {
        var status = server.status();

        because(
                "There is no GET /status, or it lacks one of the two numbers that every later lesson reads: streams.open and"
                        + " heartbeatMs.",
                () -> {
                    assertNotEquals(0, status.heartbeatMs(), "heartbeatMs");
                    assertEquals(0, status.open(), "streams.open, before one is opened");
                });
    }

    private static String host() {
        return server.launch().root().host();
    }

    private static Agreed shake(String host, List<String> protocols) {
        return shake(host, protocols, new SSLParameters());
    }

    private static Agreed shake(String host, List<String> protocols, SSLParameters parameters) {
        try {
            return handshake(host, protocols, parameters);
        } catch (IOException e) {
            throw new AssertionError(
                    "a handshake that offers the protocols " + protocols + " must end well, but: " + e.getMessage(), e);
        }
    }

    private static Agreed handshake(String host, List<String> protocols, SSLParameters parameters) throws IOException {
        int patience = Deadline.patienceMs();
        try (var tcp = new Socket()) {
            tcp.connect(new InetSocketAddress(host, server.port()), patience);
            tcp.setSoTimeout(patience);
            var tls = (SSLSocket) Trust.inTheServer().sockets().createSocket(tcp, host, server.port(), false);
            parameters.setApplicationProtocols(protocols.toArray(String[]::new));
            tls.setSSLParameters(parameters);
            tls.startHandshake();
            return new Agreed(tls.getSession(), tls.getApplicationProtocol());
        }
    }

    private static TreeSet<String> names(X509Certificate certificate) throws CertificateParsingException {
        var names = new TreeSet<String>();
        var alternatives = certificate.getSubjectAlternativeNames();
        if (alternatives != null) {
            alternatives.forEach(kindAndName -> names.add(String.valueOf(kindAndName.get(1))));
        }
        return names;
    }
}
