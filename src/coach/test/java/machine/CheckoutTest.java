package machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The project's scripts run however the project came to this machine: any setting of Git's, any folder, any shell. */
@Tag("clients")
final class CheckoutTest {
    /** What a script needs to run; not the whole project, which would take longer to copy than to test. */
    private static final String PARTS =
            "Makefile pom.xml .gitattributes certs/make-certs.sh certs/README.md src/build .mvn";

    private static final Pattern BASHISM =
            Pattern.compile("(?m)\\[\\[ |<<<|<\\(|&>|^\\s*(function|local|declare|source) |pipefail");

    @TempDir
    private Path dir;

    private FakeMachine machine;

    @BeforeEach
    void aRepositoryWithWhatThisFolderHolds() throws Exception {
        machine = new FakeMachine(dir, "ID=debian\n");
        machine.link("git", "make", "openssl", "ln", "tar", "gzip", "dash", "bash", "busybox");
        FakeMachine.jdk(machine.root.resolve("usr/lib/jvm/java-17"), 17);
        machine.script("mvn", "echo 'Apache Maven 3.9.9'");
        shell("mkdir -p '" + dir + "/origin' && tar cf - --exclude .git " + PARTS + " | tar xf - -C '" + dir
                + "/origin'");
        shell(
                "cd '" + dir
                        + "/origin' && git init -q && git add -A && git -c user.name=a -c user.email=a@example.org commit -qm a");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "git -c core.autocrlf=true clone -q origin kit",
                "git -c core.autocrlf=true -c core.eol=crlf clone -q origin kit",
                "git -c core.autocrlf=input clone -q origin kit",
                "umask 077; git clone -q origin kit",
                "git clone -q origin 'kit of mine' && ln -s 'kit of mine' kit",
                "git clone -q origin first && cd first && git -c core.autocrlf=true worktree add -q ../kit",
                "mkdir kit && cd origin && git archive HEAD | tar xf - -C ../kit",
            })
    void theScriptsRunAsTheyWereFetched(String fetch) throws Exception {
        shell("cd '" + dir + "' && " + fetch);

        assertRuns("make help", "make run");
        assertRuns("make certs", "certs: made");
        assertRuns("make doctor", "certs: kept");
        assertRuns("sh src/build/setup.sh run sh -c 'echo $JAVA_HOME'", "java-17");
        var crs = shell("cd '" + dir + "/kit' && grep -rl \"$(printf '\\r')\" Makefile src certs/*.sh .mvn || true");
        assertEquals("", crs, "files with CRs");
    }

    @ParameterizedTest
    @ValueSource(strings = {"dash", "bash --posix", "bash"})
    void theScriptsRunInAnyShell(String shell) throws Exception {
        shell("cd '" + dir + "' && git clone -q origin kit");

        assertRuns(shell + " certs/make-certs.sh", "certs: made");
        assertRuns(shell + " src/build/setup.sh run " + shell + " -c 'echo $JAVA_HOME'", "java-17");
        assertRuns(shell + " src/build/doctor.sh", "certs: kept");
        assertRuns(shell + " src/build/progress.sh Label echo done", "Label");
    }

    @Test
    void aHomeThatCannotBeWrittenToIsNoObstacle() throws Exception {
        shell("cd '" + dir + "' && git clone -q origin kit");
        machine.environment.put("HOME", "/dev/null/home");

        assertRuns("make certs", "certs: made");
        assertRuns("sh src/build/setup.sh run sh -c 'echo $JAVA_HOME'", "java-17");
    }

    /** Words of bash that dash and busybox take for something else, or not at all. */
    @Test
    void noScriptForShUsesWhatOnlyBashKnows() throws Exception {
        List<Path> scripts;
        try (var files = Files.list(Path.of("src/build"))) {
            scripts = files.filter(file -> file.toString().endsWith(".sh")).collect(Collectors.toList());
        }
        scripts.add(Path.of("certs/make-certs.sh"));
        for (Path script : scripts) {
            var text = Files.readString(script).replaceAll("(?m)^\\s*#.*$", "");
            var bashism = BASHISM.matcher(text);
            assertFalse(bashism.find(), () -> script + " has " + bashism.group());
        }
    }

    private void assertRuns(String command, String says) throws Exception {
        var said = shell("cd '" + dir + "/kit' && " + command);
        assertTrue(said.contains(says), command + " says " + said);
    }

    private String shell(String command) throws Exception {
        var said = machine.run("sh", "-c", command);
        assertEquals(0, said.code(), () -> command + " says " + said.text());
        return said.text();
    }
}
