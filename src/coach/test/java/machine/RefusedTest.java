package machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Words that a script cannot use: it says so in one line, and what to give instead, before it compiles or starts anything. */
final class RefusedTest {

    @TempDir
    private Path dir;

    private FakeMachine machine;

    @BeforeEach
    void aMachineIsThere() throws Exception {
        machine = new FakeMachine(dir, "ID=debian\n");
        machine.environment.put("JAVA_HOME", "/nowhere");
    }

    @ParameterizedTest
    @CsvSource({
        "simulate.sh, SEED, abc, is not a seed",
        "simulate.sh, SEED, -, is not a seed",
        "simulate.sh, SEED, 4-2, is not a seed",
        "simulate.sh, SEED, 99999999999999999999, is not a seed",
        "simulate.sh, STEPS, -1, cannot be used",
        "simulate.sh, STEPS, many, cannot be used",
        "run.sh, PORT, abc, is not a port",
        "run.sh, PORT, 65536, is not a port",
        "run.sh, PUSH_PORT, -1, is not a port"
    })
    void aWordThatIsNoNumberIsRefusedInOneLine(String script, String name, String value, String why) throws Exception {
        machine.environment.put(name, value);
        machine.environment.put("STEP", "05");

        var said =
                machine.run("sh", Path.of("src/build", script).toAbsolutePath().toString());

        assertEquals(2, said.code(), said.text());
        assertTrue(said.text().contains("=" + value + " " + why), said.text());
        assertEquals(1, said.text().lines().count(), said.text());
    }

    @Test
    void aMavenThatCannotFetchIsAnsweredByTheCommandThatFillsItsCache() throws Exception {
        machine.script("mvn", "echo '[ERROR] Could not transfer artifact a:b:pom:1 from/to central'; exit 1");

        var said = machine.run(
                "sh", Path.of("src/build/progress.sh").toAbsolutePath().toString(), "Compiling", "mvn");

        assertEquals(1, said.code(), said.text());
        assertTrue(said.text().contains("make offline"), said.text());
    }

    @Test
    void anotherFailureOfMavenIsShownAsItIs() throws Exception {
        machine.script("mvn", "echo '[ERROR] cannot find symbol'; exit 1");

        var said = machine.run(
                "sh", Path.of("src/build/progress.sh").toAbsolutePath().toString(), "Compiling", "mvn");

        assertTrue(said.text().contains("cannot find symbol"), said.text());
        assertTrue(!said.text().contains("make offline"), said.text());
    }
}
