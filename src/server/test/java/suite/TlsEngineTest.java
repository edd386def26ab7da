package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import push.http.BadConfig;
import push.http.PushServer;

/** PUSH_TLS: the protocols that each engine negotiates, and the message where the second has no library. */
final class TlsEngineTest {
    @ParameterizedTest
    @CsvSource({
        "jdk, TLSv1.3, h2 http/1.1, h2",
        "jdk, TLSv1.2, h2 http/1.1, h2",
        "jdk, TLSv1.3, http/1.1, http/1.1",
        "openssl, TLSv1.3, h2 http/1.1, h2",
        "openssl, TLSv1.2, h2 http/1.1, h2",
        "openssl, TLSv1.3, http/1.1, http/1.1"
    })
    void protocolIsNegotiated(String engine, String version, String offered, String expected) throws Exception {
        try (var server = PushServer.start(Map.of("PUSH_PORT", "0", "PUSH_TLS", engine))) {
            assertEquals(expected, negotiate(server.port(), version, offered, null));
        }
    }

    /** HTTP/2 forbids such a suite (RFC 9113, 9.2.2), so the client gets HTTP/1.1. */
    @ParameterizedTest
    @CsvSource({"jdk", "openssl"})
    void suiteThatHttp2ForbidsGetsHttp1(String engine) throws Exception {
        try (var server = PushServer.start(Map.of("PUSH_PORT", "0", "PUSH_TLS", engine))) {
            String suite = "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA";

            assertEquals("http/1.1", negotiate(server.port(), "TLSv1.2", "h2 http/1.1", suite));
        }
    }

    /** BoringSSL hands out 17 kB at a time. */
    @ParameterizedTest
    @CsvSource({"jdk, TLSv1.3", "jdk, TLSv1.2", "openssl, TLSv1.3", "openssl, TLSv1.2"})
    void chainThatTakesSeveralRecordsArrives(String engine, String version, @TempDir Path dir) throws Exception {
        HeldCertificate issuer =
                new HeldCertificate.Builder().certificateAuthority(9).build();
        var trust = new HandshakeCertificates.Builder()
                .addTrustedCertificate(issuer.certificate())
                .build();
        String chain = "";
        for (int length = 3; length >= 0; length--) {
            var next = new HeldCertificate.Builder()
                    .signedBy(issuer)
                    .organizationalUnit("x".repeat(2_900))
                    .addSubjectAlternativeName("localhost");
            issuer = (length == 0 ? next : next.certificateAuthority(length)).build();
            chain = issuer.certificatePem() + chain;
        }
        var settings = Map.of(
                "PUSH_PORT",
                "0",
                "PUSH_TLS",
                engine,
                "PUSH_CERT",
                Files.writeString(dir.resolve("chain.crt"), chain).toString(),
                "PUSH_KEY",
                Files.writeString(dir.resolve("key.pem"), issuer.privateKeyPkcs8Pem())
                        .toString());
        try (var server = PushServer.start(settings);
                var socket = (SSLSocket) trust.sslSocketFactory().createSocket("localhost", server.port())) {
            socket.setEnabledProtocols(new String[] {version});
            socket.setSoTimeout(10_000);
            socket.startHandshake();
            int bytes = 0;
            for (var certificate : socket.getSession().getPeerCertificates()) {
                bytes += certificate.getEncoded().length;
            }
            assertTrue(bytes > 20_000, "the chain has only " + bytes + " bytes");
        }
    }

    private static String negotiate(int port, String version, String offered, String suite) throws Exception {
        try (SSLSocket socket = (SSLSocket) Trust.inTheServer().sockets().createSocket("localhost", port)) {
            var parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(offered.split(" "));
            parameters.setProtocols(new String[] {version});
            if (suite != null) {
                parameters.setCipherSuites(new String[] {suite});
            }
            socket.setSSLParameters(parameters);
            socket.setSoTimeout(10_000);
            socket.startHandshake();
            assertEquals(version, socket.getSession().getProtocol());
            return socket.getApplicationProtocol();
        }
    }

    @Test
    void anotherNameIsRefusedInWords() {
        BadConfig refused = assertThrows(BadConfig.class, () -> PushServer.start(Map.of("PUSH_TLS", "gnutls")));

        assertEquals(
                "PUSH_TLS=gnutls cannot be used: give jdk or openssl, or leave it out for jdk", refused.getMessage());
    }

    /** A processor without a library, and a class path without the jar. */
    @ParameterizedTest
    @ValueSource(strings = {"-Dos.arch=vax", "-Dwithout=conscrypt"})
    void machineWithoutItsLibraryIsToldSo(String flag) throws Exception {
        String path = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !flag.equals("-Dwithout=conscrypt") || !entry.contains("conscrypt"))
                .collect(Collectors.joining(File.pathSeparator));
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String mayLoad = "--enable-native-access=ALL-UNNAMED"; // As the jar's manifest says.
        ProcessBuilder builder =
                new ProcessBuilder(java, mayLoad, flag, "-cp", path, "push.http.Main").redirectErrorStream(true);
        builder.environment().putAll(Map.of("PUSH_PORT", "0", "PUSH_TLS", "openssl"));
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertTrue(process.waitFor(20, TimeUnit.SECONDS));
        assertEquals(2, process.exitValue(), said);
        String machine =
                System.getProperty("os.name") + (flag.contains("vax") ? " vax" : " " + System.getProperty("os.arch"));
        String why = "push: PUSH_TLS=openssl cannot be used on " + machine + ", because its library does not load (";
        assertTrue(said.startsWith(why), said);
        assertTrue(said.strip().endsWith("leave it out for the JDK's TLS"), said);
        assertEquals(1, said.strip().lines().count(), said);
    }
}
