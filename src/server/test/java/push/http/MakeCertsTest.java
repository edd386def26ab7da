package push.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** certs/make-certs.sh, run as make runs it, in a separate folder. */
final class MakeCertsTest {
    private static final List<String> FILES = List.of("key.pem", "csr.pem", "server.crt");

    @TempDir
    private Path dir;

    @Test
    void pairIsWhatClientsAndServerWant() throws Exception {
        String said = makeCerts();

        assertTrue(said.endsWith("because there was none\n"), said);
        X509Certificate certificate = certificate();
        assertEquals(
                List.of(List.of(2, "localhost"), List.of(7, "127.0.0.1"), List.of(7, "0:0:0:0:0:0:0:1")),
                List.copyOf(certificate.getSubjectAlternativeNames()));
        assertEquals(
                Duration.ofDays(365),
                Duration.between(
                        certificate.getNotBefore().toInstant(),
                        certificate.getNotAfter().toInstant()));
        assertEquals(
                256,
                ((ECPublicKey) certificate.getPublicKey())
                        .getParams()
                        .getOrder()
                        .bitLength());
        assertEquals(-1, certificate.getBasicConstraints(), "it must not be able to sign others");
        assertEquals(List.of("1.3.6.1.5.5.7.3.1"), certificate.getExtendedKeyUsage(), "serverAuth");
    }

    @Test
    void keyIsPkcs8AndOnlyItsOwnerMayReadIt() throws Exception {
        makeCerts();

        String pem = Files.readString(dir.resolve("key.pem"));
        assertTrue(pem.startsWith("-----BEGIN PRIVATE KEY-----\n"), "PKCS#8");
        byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
        KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve("key.pem"))));
    }

    @Test
    void pairThatServesIsLeftAlone() throws Exception {
        makeCerts();
        var before = contents();

        String said = makeCerts();

        assertTrue(said.startsWith("certs: kept"), said);
        assertSame(before, contents());
    }

    @Test
    void expiredCertificateIsReplacedAndKeptAside() throws Exception {
        expiredPair();
        var before = contents();

        String said = makeCerts();

        assertTrue(said.endsWith("because server.crt had expired\n"), said);
        certificate().checkValidity();
        assertKeptAside(before);
    }

    @Test
    void keyOfAnotherCertificateIsReplacedAndKeptAside() throws Exception {
        makeCerts();
        run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "key.pem");
        var before = contents();

        String said = makeCerts();

        assertTrue(said.endsWith("because key.pem did not belong to server.crt\n"), said);
        assertKeptAside(before);
        assertTrue(makeCerts().startsWith("certs: kept"));
    }

    @Test
    void halfOfAPairIsReplacedAndKeptAside() throws Exception {
        for (String half : List.of("key.pem", "server.crt")) {
            makeCerts();
            Files.delete(dir.resolve(half));
            var before = contents();

            String said = makeCerts();

            assertTrue(said.endsWith("because " + half + " was missing\n"), said);
            assertKeptAside(before);
        }
    }

    @Test
    void missingRequestIsMadeAnewForTheSamePair() throws Exception {
        makeCerts();
        var before = contents();
        Files.delete(dir.resolve("csr.pem"));

        String said = makeCerts();

        assertTrue(said.startsWith("certs: kept"), said);
        assertArrayEquals(before.get("key.pem"), contents().get("key.pem"));
        assertArrayEquals(before.get("server.crt"), contents().get("server.crt"));
        assertEquals(
                run("openssl", "pkey", "-in", "key.pem", "-pubout"),
                run("openssl", "req", "-in", "csr.pem", "-noout", "-pubkey"));
    }

    @Test
    void fileThatIsNoCertificateIsReplacedAndKeptAside() throws Exception {
        makeCerts();
        Files.writeString(dir.resolve("server.crt"), "not a certificate\n");
        var before = contents();

        String said = makeCerts();

        assertTrue(said.endsWith("because server.crt was not a readable certificate\n"), said);
        assertKeptAside(before);
    }

    /** Makes an expired pair with the JDK's keytool, because openssl's options alone cannot. */
    private void expiredPair() throws Exception {
        String keytool =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        run(
                keytool,
                "-genkeypair",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=localhost",
                "-alias",
                "a",
                "-startdate",
                "-400d",
                "-validity",
                "365",
                "-storetype",
                "PKCS12",
                "-keystore",
                "p12",
                "-storepass",
                "secret");
        run("openssl", "pkcs12", "-in", "p12", "-passin", "pass:secret", "-nodes", "-nocerts", "-out", "key.pem");
        run("openssl", "pkcs12", "-in", "p12", "-passin", "pass:secret", "-nokeys", "-out", "server.crt");
        Files.delete(dir.resolve("p12"));
    }

    private String makeCerts() throws Exception {
        return run("sh", Path.of("certs/make-certs.sh").toAbsolutePath().toString(), dir.toString());
    }

    private String run(String... command) throws Exception {
        var output = Files.createTempFile("make-certs", ".out");
        var process = new ProcessBuilder(command)
                .directory(dir.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = process.waitFor(30, TimeUnit.SECONDS);
        process.destroyForcibly();
        String said = Files.readString(output);
        Files.delete(output);
        assertTrue(ended, () -> command[0] + " did not end: " + said);
        assertEquals(0, process.exitValue(), said);
        return said;
    }

    private X509Certificate certificate() throws Exception {
        try (var in = Files.newInputStream(dir.resolve("server.crt"))) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    private Map<String, byte[]> contents() throws IOException {
        var contents = new HashMap<String, byte[]>();
        for (String file : FILES) {
            if (Files.exists(dir.resolve(file))) {
                contents.put(file, Files.readAllBytes(dir.resolve(file)));
            }
        }
        return contents;
    }

    private static void assertSame(Map<String, byte[]> expected, Map<String, byte[]> actual) {
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach((file, bytes) -> assertArrayEquals(bytes, actual.get(file), file));
    }

    /** Checks that each of the files is new, and that its earlier content lies beside it. */
    private void assertKeptAside(Map<String, byte[]> before) throws IOException {
        var now = contents();
        assertEquals(FILES.size(), now.size());
        var aside = new ArrayList<String>();
        try (var files = Files.newDirectoryStream(dir, "*.bak-*")) {
            for (Path file : files) {
                aside.add(Files.readString(file));
            }
        }
        before.forEach((file, bytes) -> {
            assertNotEquals(new String(bytes), new String(now.get(file)), file);
            assertTrue(aside.contains(new String(bytes)), () -> file + " was thrown away");
        });
    }
}
