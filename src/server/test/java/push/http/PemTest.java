package push.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pairs of files that serve, and the message for each that does not. */
final class PemTest {
    private static final HeldCertificate EC = localhost().build();
    private static final HeldCertificate OTHER = localhost().build();
    private static final HeldCertificate RSA = localhost().rsa2048().build();

    @TempDir
    private Path dir;

    private static HeldCertificate.Builder localhost() {
        return new HeldCertificate.Builder().addSubjectAlternativeName("localhost");
    }

    @Test
    void ellipticCurveServes() throws Exception {
        assertEquals(1, chainServed(EC.certificatePem(), EC.privateKeyPkcs8Pem(), EC));
    }

    @Test
    void rsaServes() throws Exception {
        assertEquals(1, chainServed(RSA.certificatePem(), RSA.privateKeyPkcs8Pem(), RSA));
    }

    @Test
    void chainIsServedAsAWhole() throws Exception {
        var root = new HeldCertificate.Builder().certificateAuthority(1).build();
        var between = new HeldCertificate.Builder()
                .certificateAuthority(0)
                .signedBy(root)
                .build();
        var leaf = localhost().signedBy(between).build();

        assertEquals(2, chainServed(leaf.certificatePem() + between.certificatePem(), leaf.privateKeyPkcs8Pem(), root));
    }

    @Test
    void filesMayHaveWindowsLinesAndTextAround() throws Exception {
        var certificate = "subject=CN = localhost\n" + EC.certificatePem().replace("\n", "\r\n");
        var key = "Bag Attributes\n  friendlyName: \u00fc\n"
                + EC.privateKeyPkcs8Pem().replace("\n", "\r\n") + "\r\n";

        assertEquals(1, chainServed(certificate, key, EC));
    }

    @Test
    void keyOfAnotherCertificateIsRefused() throws Exception {
        assertRefused(EC.certificatePem(), OTHER.privateKeyPkcs8Pem(), "key.pem is not the key of ", "make certs");
        var other = localhost().rsa2048().build();
        assertRefused(RSA.certificatePem(), other.privateKeyPkcs8Pem(), "key.pem is not the key of ", "make certs");
    }

    @Test
    void keyOfAnotherKindIsRefused() throws Exception {
        assertRefused(
                EC.certificatePem(),
                RSA.privateKeyPkcs8Pem(),
                "key.pem holds no EC key, which the certificate needs",
                "");
        assertRefused(
                RSA.certificatePem(),
                EC.privateKeyPkcs8Pem(),
                "key.pem holds no RSA key, which the certificate needs",
                "");
    }

    @Test
    void certificateThatHasExpiredIsRefused() throws Exception {
        long day = TimeUnit.DAYS.toMillis(1);
        long now = System.currentTimeMillis();
        var expired = localhost().validityInterval(now - 9 * day, now - day).build();

        assertRefused(expired.certificatePem(), expired.privateKeyPkcs8Pem(), "server.crt expired on 20", "make certs");
    }

    @Test
    void certificateOfTheFutureIsRefused() throws Exception {
        long day = TimeUnit.DAYS.toMillis(1);
        long now = System.currentTimeMillis();
        var early = localhost().validityInterval(now + day, now + 9 * day).build();

        assertRefused(early.certificatePem(), early.privateKeyPkcs8Pem(), "server.crt is not valid before 20", "clock");
    }

    @Test
    void missingFileIsNamed() throws Exception {
        var certificate = write("server.crt", EC.certificatePem());
        var key = write("key.pem", EC.privateKeyPkcs8Pem());
        var nowhere = dir.resolve("nowhere.pem");

        assertSays(refusal(nowhere, key), "nowhere.pem does not exist: ", "make certs");
        assertSays(refusal(certificate, nowhere), "nowhere.pem does not exist: ", "make certs");
    }

    @Test
    void fileThatCannotBeReadIsNamed() throws Exception {
        var certificate = write("server.crt", EC.certificatePem());
        var key = write("key.pem", EC.privateKeyPkcs8Pem());
        var folder = Files.createDirectory(dir.resolve("folder"));

        assertSays(refusal(folder, key), "folder cannot be read: ", "");
        assertSays(refusal(certificate, folder), "folder cannot be read: ", "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"})
    void keyThatIsNotPlainPkcs8IsRefusedWithTheCommandThatConvertsIt(String label) throws Exception {
        var held = label.startsWith("RSA") ? RSA : EC;
        var plain = write("plain.pem", held.privateKeyPkcs8Pem()).toString();
        var made = dir.resolve("made.pem");
        var how = label.startsWith("ENC") ? "pkcs8 -topk8 -passout pass:secret" : "pkey -traditional";
        openssl((how + " -in " + plain + " -out " + made).split(" "));
        assertTrue(Files.readString(made).startsWith("-----BEGIN " + label));
        var certificate = write("server.crt", held.certificatePem());

        var refusal = refusal(certificate, made);
        assertSays(refusal, "made.pem holds an " + label, "openssl pkey -in ");
        var served = dir.resolve("served.pem");
        var command = refusal.replaceFirst("(?s).*`openssl (.*)`.*", "$1 -passin pass:secret");
        openssl(command.replace(" plain.pem", " " + served).split(" "));
        Pem.context(certificate, served);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "garbage",
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n",
                "-----BEGIN CERTIFICATE-----\n",
                "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n",
                "\u0000\u0001\u0002\u00ff"
            })
    void certificateThatIsNoneIsRefused(String certificate) throws Exception {
        assertRefused(certificate, EC.privateKeyPkcs8Pem(), "PEM (a certificate request is not one): ", "make certs");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "garbage",
                "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
                "-----BEGIN PRIVATE KEY-----\nA\n-----END PRIVATE KEY-----\n",
                "-----BEGIN PRIVATE KEY-----\nMIG\n-----END CERTIFICATE-----\n",
                "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"
            })
    void keyThatIsNoneIsRefused(String key) throws Exception {
        assertRefused(EC.certificatePem(), key, "key.pem holds no ", "make certs");
    }

    @Test
    void keyOfAKindThatIsNotServedIsRefused() throws Exception {
        openssl(
                "req",
                "-x509",
                "-newkey",
                "ed25519",
                "-nodes",
                "-subj",
                "/CN=localhost",
                "-days",
                "2",
                "-keyout",
                dir.resolve("ed.key").toString(),
                "-out",
                dir.resolve("ed.crt").toString());

        assertSays(refusal(dir.resolve("ed.crt"), dir.resolve("ed.key")), "cannot serve TLS", "");
    }

    @Test
    void startEndsInOneLine() throws Exception {
        var line = ChildServer.refusal(
                "PUSH_PORT", "0",
                "PUSH_CERT", write("server.crt", EC.certificatePem()).toString(),
                "PUSH_KEY", write("key.pem", OTHER.privateKeyPkcs8Pem()).toString());

        assertTrue(line.startsWith("push: ") && line.contains("is not the key of"), line);
    }

    /** Serves the pair, and returns the number of certificates shown to a client that trusts only this one. */
    private int chainServed(String certificate, String key, HeldCertificate trusted) throws Exception {
        var trust = new HandshakeCertificates.Builder()
                .addTrustedCertificate(trusted.certificate())
                .build();
        var env = Map.of(
                "PUSH_PORT", "0",
                "PUSH_CERT", write("server.crt", certificate).toString(),
                "PUSH_KEY", write("key.pem", key).toString());
        try (var server = PushServer.start(env);
                var socket = (SSLSocket) trust.sslSocketFactory().createSocket("localhost", server.port())) {
            socket.setSoTimeout(10_000);
            socket.startHandshake();
            return socket.getSession().getPeerCertificates().length;
        }
    }

    private void assertRefused(String certificate, String key, String why, String what) throws Exception {
        assertSays(refusal(write("server.crt", certificate), write("key.pem", key)), why, what);
    }

    private static String refusal(Path certificate, Path key) {
        return assertThrows(BadConfig.class, () -> Pem.context(certificate, key))
                .getMessage();
    }

    private static void assertSays(String line, String why, String what) {
        assertTrue(line.contains(why) && line.contains(what), line);
        assertFalse(line.contains("\n"), () -> "one line, not: " + line);
        assertFalse(line.contains("null"), line);
    }

    private Path write(String name, String content) throws Exception {
        return Files.writeString(dir.resolve(name), content);
    }

    private void openssl(String... arguments) throws Exception {
        var words = new ArrayList<>(List.of("openssl"));
        words.addAll(List.of(arguments));
        var process = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve("openssl.out").toFile())
                .start();
        assertTrue(process.waitFor(20, TimeUnit.SECONDS), "openssl must end");
        assertEquals(0, process.exitValue(), () -> String.join(" ", words));
    }
}
