package machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** src/build/doctor.sh: what it finds on a machine that lacks something, and whether it says how to mend it. */
final class DoctorTest {
    @TempDir
    private Path dir;

    private FakeMachine machine;

    @BeforeEach
    void aMachineThatHasAllThatAServerNeeds() throws Exception {
        machine = new FakeMachine(dir, "ID=debian\n");
        FakeMachine.jdk(machine.root.resolve("usr/lib/jvm/java-17"), 17);
        machine.script("openssl", "[ \"$1\" = version ] && echo OpenSSL");
        maven("3.9.9", dir.resolve("home/.m2/repository").toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"home/elsewhere", "home/with a space"})
    void theCacheIsWhereMavenSaysItIs(String folder) throws Exception {
        var cache = Files.createDirectories(dir.resolve(folder));
        maven("3.9.9", cache.toString());

        assertFinds(0, "note     Maven's cache (" + cache + ") may lack something: make offline fills it");
        machine.run("sh", "-c", "cat pom.xml ./*/pom.xml src/*/pom.xml | cksum >'" + cache + "/.streaming-push-kit'");
        assertFinds(0, "ok       Maven's cache (" + cache + ") is filled");
    }

    @Test
    void theRealMavenIsAskedWhereItsCacheIs() throws Exception {
        machine.link("mvn", "java", "which", "expr", "uname");
        machine.environment.put("JAVA_HOME", System.getProperty("java.home"));
        var home = dir.resolve("home/.m2");
        Files.createDirectories(home);
        Files.writeString(
                home.resolve("settings.xml"),
                "<settings><localRepository>" + dir + "/named</localRepository></settings>");
        machine.environment.put("MAVEN_OPTS", "-Duser.home=" + dir.resolve("home"));

        assertEquals(dir + "/named\n", machine.run("sh", "src/build/cache.sh").text());
        machine.environment.put("MAVEN_OPTS", "-Dmaven.repo.local=" + dir + "/other");
        assertEquals(dir + "/other\n", machine.run("sh", "src/build/cache.sh").text());
    }

    @Test
    void aCacheThatCannotBeWrittenToIsNamedWithTheMend() throws Exception {
        maven("3.9.9", "/dev/null/repository");

        assertFinds(1, "MISSING  Maven's cache (/dev/null/repository) cannot be written to: name another");
    }

    @Test
    void aFullDiskIsFound() throws Exception {
        machine.script("df", "echo Filesystem; echo '/dev/x 1000000 999000 1000 100% /'");

        assertFinds(1, "MISSING  . has 0 MB left");
    }

    @Test
    void anOldMavenIsFound() throws Exception {
        maven("3.5", "/tmp");

        assertFinds(1, "MISSING  Maven 3.5 is older than 3.6.3");
    }

    @Test
    void aJavaHomeThatLeadsNowhereIsFoundThoughThereIsAJdk() throws Exception {
        machine.environment.put("JAVA_HOME", "/nowhere");

        assertFinds(0, "note     /nowhere has no JDK (JAVA_HOME is /nowhere): unset JAVA_HOME");
    }

    @Test
    void aJreAloneIsFound() throws Exception {
        Files.delete(machine.root.resolve("usr/lib/jvm/java-17/bin/javac"));

        assertFinds(1, "java-17 has no javac: it is a JRE");
    }

    @Test
    void aProxyWithAPasswordIsSentToMavensSettings() throws Exception {
        machine.environment.put("https_proxy", "http://me:secret@proxy.example:3128");

        var said =
                assertFinds(0, "note     the proxy of the environment has a password: Maven takes it from <proxies>");
        assertTrue(!said.contains("secret"), said);
    }

    @Test
    void whatIsMissingIsNamedInTheWordsOfThisSystem() throws Exception {
        Files.writeString(machine.root.resolve("etc/os-release"), "ID=fedora\n");

        assertFinds(0, "note     to install what is missing: Fedora (as root):  dnf install chromium chromedriver");
    }

    @Test
    void aPortInUseIsNamedWithTheMend() throws Exception {
        theRealJdk();
        var loopback = NetworkInterface.getByInetAddress(InetAddress.getByName("127.0.0.1"));
        for (var address : Collections.list(loopback.getInetAddresses())) { // 127.0.0.1 and, where there is IPv6, ::1.
            if (address.isLoopbackAddress()) {
                try (var taken = new ServerSocket(0, 1, address)) {
                    int port = taken.getLocalPort();
                    machine.environment.put("PORT", "" + port);

                    var said = assertFinds(0, "note     port " + port + " is not free (");
                    assertTrue(said.contains("): stop the program that has it, or make run PORT="), said);
                }
            }
        }
    }

    @Test
    void aPortThatIsFreeIsSaidToBe() throws Exception {
        theRealJdk();
        machine.environment.put("PORT", "0"); // Any: so no other program can take it while the doctor looks.

        assertFinds(0, "ok       port 0 is free");
    }

    @ParameterizedTest
    @ValueSource(strings = {"https", "-1", "65536"})
    void whatIsNoPortIsSaidToBeNone(String port) throws Exception {
        theRealJdk();
        machine.environment.put("PORT", port);

        assertFinds(1, "MISSING  PORT is " + port + ": give a number from 0 to 65535");
    }

    private void theRealJdk() {
        machine.environment.put("JAVA_HOME", System.getProperty("java.home"));
    }

    private void maven(String version, String cache) throws Exception {
        machine.script(
                "mvn",
                "case \"$*\" in *-X*) echo '[DEBUG] Using local repository at " + cache + "' ;; *) echo 'Apache Maven "
                        + version + "' ;; esac");
    }

    private String assertFinds(int code, String line) throws Exception {
        var said = machine.run("sh", "src/build/doctor.sh");
        assertTrue(said.text().contains(line), said.text());
        assertEquals(code, said.code(), said.text());
        return said.text();
    }
}
