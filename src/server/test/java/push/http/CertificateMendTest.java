package push.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The remedy that a refusal gives works: after it, the same two files serve. */
final class CertificateMendTest {
    private static final long DAY = TimeUnit.DAYS.toMillis(1);

    @TempDir
    private static Path made;

    @TempDir
    private Path dir;

    @BeforeAll
    static void makeAPairOnce() throws Exception {
        makeCerts(made);
    }

    @BeforeEach
    void aPairThatServes() throws Exception {
        for (var file : List.of("key.pem", "csr.pem", "server.crt")) {
            Files.copy(made.resolve(file), dir.resolve(file), StandardCopyOption.COPY_ATTRIBUTES);
        }
    }

    /** Each line is a shell command that breaks the pair in the folder where it runs. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "rm key.pem",
                "rm server.crt",
                "rm key.pem server.crt",
                ": >key.pem",
                ": >server.crt",
                "rm key.pem && mkdir key.pem",
                "rm server.crt && mkdir server.crt",
                "rm key.pem && ln -s nowhere key.pem",
                "cp csr.pem server.crt",
                "cp server.crt key.pem",
                "cp key.pem server.crt",
                "openssl x509 -in server.crt -outform DER -out d && mv d server.crt",
                "openssl pkey -in key.pem -outform DER -out d && mv d key.pem",
                "openssl pkcs8 -topk8 -in key.pem -passout pass:secret -out d && mv d key.pem",
                "printf -- '-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END CERTIFICATE-----\\n' >>server.crt",
                "printf -- '-----BEGIN CERTIFICATE-----\\nMIIB' >>server.crt",
                "head -n 3 server.crt >d && mv d server.crt",
                "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem",
                "openssl req -x509 -newkey ed25519 -nodes -subj /CN=a -days 99 -keyout key.pem -out server.crt",
                "openssl req -x509 -newkey ed448 -nodes -subj /CN=a -days 99 -keyout key.pem -out server.crt",
                "openssl req -x509 -newkey rsa:1024 -nodes -subj /CN=a -days 99 -keyout key.pem -out server.crt",
                "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:secp256k1 -nodes -subj /CN=a -days 99"
                        + " -keyout key.pem -out server.crt",
                "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:secp224r1 -nodes -subj /CN=a -days 99"
                        + " -keyout key.pem -out server.crt",
            })
    void makeCertsMendsWhatTheServerRefuses(String breaks) throws Exception {
        shell(breaks);

        assertNamesMakeCerts(breaks);
        makeCerts();

        serves();
    }

    @Test
    void makeCertsMendsACertificateThatIsNotValidYet() throws Exception {
        heldFrom(System.currentTimeMillis() + DAY);

        assertNamesMakeCerts("");
        assertTrue(makeCerts().endsWith("because server.crt was not valid yet\n"));

        serves();
    }

    @Test
    void makeCertsMendsACertificateThatHasExpired() throws Exception {
        heldFrom(System.currentTimeMillis() - 99 * DAY);

        assertNamesMakeCerts("");
        makeCerts();

        serves();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "openssl pkey -in key.pem -traditional -out d && mv d key.pem",
                "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=a -days 99 -keyout d -out server.crt"
                        + " && openssl pkey -in d -traditional -out key.pem",
            })
    void theCommandForAnotherFormOfKeyMakesOneThatServesAndTheNamedVariableTakesIt(String breaks) throws Exception {
        shell(breaks);

        var refusal = refusal(breaks);
        shell(refusal.replaceFirst("(?s).*`(openssl .*?)`.*", "$1"));

        assertTrue(refusal.contains("and start with PUSH_KEY=plain.pem"), refusal);
        Pem.context(dir.resolve("server.crt"), dir.resolve("plain.pem"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sed -i 's/$/\\r/' key.pem server.crt",
                "chmod 644 key.pem",
                "openssl x509 -in server.crt -trustout -out d && mv d server.crt",
                "openssl req -x509 -newkey rsa-pss -nodes -subj /CN=a -days 99 -keyout key.pem -out server.crt",
                "chmod 400 key.pem server.crt"
            })
    void whatServesIsKept(String changes) throws Exception {
        shell(changes);

        serves();
        assertTrue(makeCerts().startsWith("certs: kept"));
    }

    @Test
    void aPairForAnotherHostIsKeptAndSaidToBeOne() throws Exception {
        shell("openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=a -addext subjectAltName=DNS:push.example -days 99"
                + " -keyout key.pem -out server.crt");

        var said = makeCerts();

        assertTrue(said.startsWith("certs: kept"), said);
        assertTrue(said.contains("server.crt does not name localhost"), said);
        serves();
    }

    @Test
    void aGoodPairInAFolderThatCannotBeWrittenToIsKept() throws Exception {
        // The process may be root's, which no permission stops: so mktemp itself fails.
        var bin = Files.createDirectory(dir.resolve("bin"));
        shell("printf '#!/bin/sh\\nexit 1\\n' >bin/mktemp && chmod +x bin/mktemp");

        assertTrue(shell("PATH=" + bin + ":$PATH sh '" + script() + "' .").startsWith("certs: kept"));
    }

    private void heldFrom(long begin) throws Exception {
        var held = new HeldCertificate.Builder()
                .addSubjectAlternativeName("localhost")
                .validityInterval(begin, begin + 30 * DAY)
                .build();
        Files.writeString(dir.resolve("server.crt"), held.certificatePem());
        Files.writeString(dir.resolve("key.pem"), held.privateKeyPkcs8Pem());
    }

    private void serves() {
        Pem.context(dir.resolve("server.crt"), dir.resolve("key.pem"));
    }

    private String refusal(String what) {
        return assertThrows(BadConfig.class, this::serves, what).getMessage();
    }

    private void assertNamesMakeCerts(String what) {
        var refusal = refusal(what);
        assertTrue(refusal.contains("run `make certs`") || refusal.contains("holds an ENCRYPTED"), refusal);
    }

    private String makeCerts() throws Exception {
        return makeCerts(dir);
    }

    private static String makeCerts(Path folder) throws Exception {
        return shell(folder, "sh '" + script() + "' .");
    }

    private static Path script() {
        return Path.of("certs/make-certs.sh").toAbsolutePath();
    }

    private String shell(String command) throws Exception {
        return shell(dir, command);
    }

    private static String shell(Path folder, String command) throws Exception {
        var output = Files.createTempFile("mend", ".out");
        var process = new ProcessBuilder("sh", "-c", command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), command);
        var said = Files.readString(output);
        Files.delete(output);
        assertEquals(0, process.exitValue(), () -> command + ": " + said);
        return said;
    }
}
