package suite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command that judges: what it takes, prints, writes and ends with. */
class MainTest {

    private record Said(int exitCode, String text) {}

    @TempDir
    private Path dir;

    @AfterEach
    void forgetTheServer() {
        Options.forget();
    }

    @Test
    void itListsEachClauseWithItsChecks() {
        var said = run("--list");

        assertEquals(0, said.exitCode());
        assertTrue(said.text().contains("\nresume.lapped  A reader that falls off the log"), said.text());
        assertTrue(
                said.text()
                        .contains("\n    Lesson08SlowReaderTest.aReaderThatWasLappedIsToldSoAndGoesOnWithTheNewest\n"),
                said.text());
    }

    @Test
    void itListsOnlyWhatIsNamed() {
        var said = run("--list", "--only", "resume.lapped");

        assertTrue(said.text().startsWith("resume.lapped  "), said.text());
        assertTrue(said.text().contains("StartTest.startOfALapNamesThePositionToo"), said.text());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://localhost:1 --only nothing.there",
                "https://localhost:1 --repeat 0",
                "https://localhost:1 --repeat many",
                "https://localhost:1 --cert nowhere.crt",
                "https://localhost:1 --unknown",
                "https://localhost:1 https://localhost:2",
                "https://localhost:1 --pid",
                "http://localhost:1",
                "localhost:1",
                "https://localhost:1/?x",
                "--only 05",
            })
    void whatCannotBeDoneIsSaidAndNothingIsJudged(String words) {
        var said = run(words.split(" "));

        assertEquals(2, said.exitCode(), said.text());
        assertTrue(said.text().startsWith("Not done: "), said.text());
    }

    @Test
    void aServerThatIsNotThereIsNotJudged() throws IOException {
        int free;
        try (var socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }

        var said = run("https://localhost:" + free + "/push");

        assertEquals(2, said.exitCode());
        assertTrue(said.text().startsWith("Not done: nothing answers at https://localhost:" + free), said.text());
    }

    @Test
    void aCommandThatServesNothingIsRedInAllReports() throws IOException {
        var xml = dir.resolve("reports/junit.xml");
        var html = dir.resolve("verdicts.html");

        var said = run(
                "--command",
                "echo oops",
                "--only",
                "stream.start",
                "--repeat",
                "2",
                "--report",
                xml.toString(),
                "--html",
                html.toString());

        assertEquals(1, said.exitCode(), said.text());
        assertTrue(said.text().contains("the server ended with exit code 0 before it served"), said.text());
        assertTrue(said.text().contains("0 of 2 green"), said.text());
        assertTrue(said.text().endsWith("Not all is green.\n"), said.text());
        assertTrue(Files.readString(xml).contains("<failure "), Files.readString(xml));
        assertTrue(Files.readString(html).contains("1 of 1 checks are red"), Files.readString(html));
    }

    private static Said run(String... words) {
        var out = new ByteArrayOutputStream();
        int exitCode = Main.run(new PrintStream(out, true, UTF_8), words);
        return new Said(exitCode, out.toString(UTF_8));
    }
}
