package machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** src/build/setup.sh finds what is there, wherever it is, and says how to get the rest on this very system. */
final class SetupTest {
    private static final String DEBIAN = "ID=debian\n";
    private static final String UBUNTU = "ID=ubuntu\nID_LIKE=debian\n";

    @TempDir
    private Path dir;

    private FakeMachine machine;

    @BeforeEach
    void aBareDebian() throws Exception {
        machine = new FakeMachine(dir, DEBIAN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "root/usr/lib/jvm/java-17",
                "root/opt/java/openjdk",
                "home/.sdkman/candidates/java/current",
                "home/.asdf/installs/java/temurin-21",
                "home/.local/share/mise/installs/java/21",
                "home/.jenv/versions/21",
                "home/.jdks/corretto-21",
            })
    void aJdkThatIsNotOnThePathIsFound(String home) throws Exception {
        var jdk = FakeMachine.jdk(dir.resolve(home), 21);

        assertEquals(jdk, foundJdk());
    }

    /** What asdf, jenv and mise put on the PATH: a script that chooses a JDK, and starts it. */
    @ParameterizedTest
    @ValueSource(strings = {"javac", "java"})
    void aJdkBehindAShimIsAskedForItsHome(String name) throws Exception {
        var jdk = FakeMachine.jdk(dir.resolve("some where/jdk"), 21);
        machine.script(name, "exec '" + jdk + "/bin/" + name + "' \"$@\"");

        assertEquals(jdk, foundJdk());
    }

    @Test
    void aShimWithNoJdkBehindItIsNone() throws Exception {
        machine.script("javac", "echo 'No version is set for command javac' >&2; exit 126");
        var jdk = FakeMachine.jdk(machine.root.resolve("usr/lib/jvm/java-17"), 17);

        assertEquals(jdk, foundJdk());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/nowhere", "old", "jre"})
    void aJavaHomeThatDoesNotServeIsPassedOverAndSaid(String home) throws Exception {
        FakeMachine.jdk(dir.resolve("old"), 11);
        Files.delete(FakeMachine.jdk(dir.resolve("jre"), 21).resolve("bin/javac"));
        machine.environment.put("JAVA_HOME", dir.resolve(home).toString());

        assertSays("run", "JAVA_HOME is " + dir.resolve(home));

        var jdk = FakeMachine.jdk(machine.root.resolve("usr/lib/jvm/java-17"), 17);
        assertEquals(jdk, foundJdk());
    }

    @Test
    void aJreIsNoJdkAndIsSaidToBeNone() throws Exception {
        var jre = FakeMachine.jdk(machine.root.resolve("usr/lib/jvm/jre"), 21);
        Files.delete(jre.resolve("bin/javac"));

        assertSays("run", jre + " has no javac");
    }

    @ParameterizedTest
    @CsvSource({"3.6.1, true", "3.6.3, false", "3.10.0, false", "4.0.0, false", "2.2.1, true"})
    void aMavenThatIsTooOldIsSaidToBe(String version, boolean tooOld) throws Exception {
        FakeMachine.jdk(machine.root.resolve("usr/lib/jvm/java-17"), 17);
        machine.script("openssl", "");
        machine.script("mvn", "echo 'Apache Maven " + version + " (abc)'");

        var said = setup("run");

        assertEquals(tooOld ? 1 : 0, said.code(), said.text());
        assertEquals(tooOld, said.text().contains("Maven " + version + " is too old"), said.text());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ID=fedora | dnf install java-latest-openjdk-devel maven openssl chromium chromedriver nodejs-npm curl nghttp2 git",
                "ID=rocky, ID_LIKE=\"rhel centos fedora\" | dnf install java-21-openjdk-devel maven openssl chromium",
                "ID=arch | pacman -S jdk-openjdk maven openssl chromium npm curl nghttp2 git",
                "ID=manjaro, ID_LIKE=arch | pacman -S jdk-openjdk maven",
                "ID=alpine | apk add openjdk21 maven openssl chromium chromium-chromedriver npm curl nghttp2 git",
                "ID=\"opensuse-tumbleweed\", ID_LIKE=\"opensuse suse\" | zypper install java-21-openjdk-devel maven openssl chromium chromedriver",
                "ID=debian | apt install openjdk-17-jdk-headless maven openssl chromium chromium-driver npm curl nghttp2-client git",
                "ID=ubuntu, ID_LIKE=debian | snap install chromium",
                "ID=linuxmint, ID_LIKE=\"ubuntu debian\" | apt install openjdk-17-jdk-headless maven openssl npm curl",
            })
    void eachSystemIsToldItsOwnNamesOfPackages(String osRelease, String says) throws Exception {
        Files.writeString(machine.root.resolve("etc/os-release"), osRelease.replace(", ", "\n") + "\n");

        assertSays("test", says);
    }

    @Test
    void onePackageThatIsUnknownDoesNotStopTheOthers() throws Exception {
        var got = dir.resolve("got");
        machine.script("apt-cache", "[ \"$2\" = nghttp2-client ] && exit 100; echo Package: $2");
        machine.script(
                "apt-get", "case \"$*\" in *nghttp2*) exit 100 ;; *' install '*) echo \"$@\" >>'" + got + "' ;; esac");

        var said = setup("test");

        assertEquals(1, said.code(), said.text());
        assertTrue(Files.readString(got).contains("maven openssl chromium chromium-driver npm curl git"), said.text());
        assertTrue(said.text().contains("apt-get knows no nghttp2-client"), said.text());
    }

    @Test
    void onePackageThatCannotBeInstalledDoesNotStopTheOthers() throws Exception {
        var got = dir.resolve("got");
        machine.script("apt-cache", "echo Package: $2");
        machine.script(
                "apt-get",
                "case \"$*\" in *chromium-driver*) exit 100 ;; *' install '*) echo \"$@\" >>'" + got + "' ;; esac");

        var said = setup("test");

        assertEquals(1, said.code(), said.text());
        assertTrue(Files.readString(got).contains("install maven"), said.text());
        assertTrue(said.text().contains("chromium-driver could not be installed"), said.text());
    }

    @Test
    void ubuntuIsNotAskedForADebianPackageThatItLacks() throws Exception {
        Files.writeString(machine.root.resolve("etc/os-release"), UBUNTU);
        var asked = dir.resolve("asked");
        machine.script("apt-cache", "echo Package: $2");
        machine.script("apt-get", "echo \"$@\" >>'" + asked + "'");

        assertSays("test", "snap install chromium");

        assertFalse(Files.readString(asked).contains("chromium"), "Ubuntu's chromium is a stub that wants a snap");
    }

    @Test
    void aStubThatWantsASnapIsNoChromium() throws Exception {
        machine.script(
                "chromium-browser",
                "if ! [ -x /snap/bin/chromium ]; then echo 'snap install chromium' >&2; exit 1; fi");
        machine.script("chromedriver", "");

        assertSays("test", "Chromium");
    }

    @Test
    void withoutRootAndSudoItSaysWhatToInstall() throws Exception {
        machine.script("id", "echo 1000");
        machine.script("apt-get", "exit 100");

        assertSays("run", "takes root, or sudo");
        assertSays("run", "apt install openjdk-17-jdk-headless maven openssl");
    }

    @Test
    void aProxyOfTheEnvironmentIsHandedToMavenAndNeverMeantForThisMachine() throws Exception {
        complete();
        machine.environment.put("https_proxy", "http://proxy.example:3128/");
        machine.environment.put("no_proxy", "intra.example");

        var said = setup("run", "sh", "-c", "echo $MAVEN_OPTS; echo $no_proxy; echo $NO_PROXY");

        assertTrue(said.text().contains("-Dhttps.proxyHost=proxy.example -Dhttps.proxyPort=3128"), said.text());
        var own = "localhost,127.0.0.1,::1,intra.example";
        assertTrue(said.text().endsWith(own + "\n" + own + "\n"), said.text());
    }

    @Test
    void aProxyThatMavenAlreadyHasIsLeftAlone() throws Exception {
        complete();
        machine.environment.put("HTTPS_PROXY", "http://proxy.example:3128");
        machine.environment.put("MAVEN_OPTS", "-Dhttps.proxyHost=mine");

        assertEquals(
                "-Dhttps.proxyHost=mine\n",
                setup("run", "sh", "-c", "echo $MAVEN_OPTS").text());
    }

    @Test
    void aLocaleThatKnowsNoLettersButAsciiGetsOneThatDoes() throws Exception {
        complete();
        machine.environment.put("LC_ALL", "C");

        assertEquals("UTF-8\n", setup("run", "locale", "charmap").text());
    }

    private void complete() throws Exception {
        FakeMachine.jdk(machine.root.resolve("usr/lib/jvm/java-17"), 17);
        machine.script("openssl", "");
        machine.script("mvn", "echo 'Apache Maven 3.9.0'");
    }

    private FakeMachine.Said setup(String need, String... command) throws Exception {
        var words = new String[3 + command.length];
        words[0] = "sh";
        words[1] = "src/build/setup.sh";
        words[2] = need;
        System.arraycopy(command, 0, words, 3, command.length);
        return machine.run(words);
    }

    private Path foundJdk() throws Exception {
        machine.environment.put("LOOK_ONLY", "1");
        var said = setup("run").text();
        return Path.of(said.replaceFirst("(?s).*JAVA_HOME=(.*?)\n.*", "$1"));
    }

    private void assertSays(String need, String words) throws Exception {
        var said = setup(need);
        assertEquals(1, said.code(), said.text());
        assertTrue(said.text().contains(words), said.text());
    }
}
