package coach;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The small parts: promises, differences, the ladder's file, the screen, the agenda, the stress runner. */
class CoachTest {

    @Test
    void aPromiseIsWordForWordButForItsGapsAndForWhiteSpace() {
        assertTrue(new ExpectedFailure("expected … messages, but 3 came")
                .isKeptBy("expected 1000\n messages, but 3 came"));
        assertTrue(new ExpectedFailure("a (b) [c]…").isKeptBy("a (b) [c]"));
        assertFalse(new ExpectedFailure("expected").isKeptBy("expected more"));
        assertFalse(new ExpectedFailure("more").isKeptBy("expected more"));
    }

    @Test
    void aDifferenceIsShownWithThreeLinesAround() {
        var before = List.of("1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13");
        var after = List.of("1", "2", "3", "4", "5", "six", "7", "8", "9", "10", "11", "12", "13", "14");

        assertEquals(
                "@@ -3,7 +3,7 @@\n 3\n 4\n 5\n-6\n+six\n 7\n 8\n 9\n@@ -11,3 +11,4 @@\n 11\n 12\n 13\n+14\n",
                Diff.unified(before, after));
        assertEquals("", Diff.unified(before, before));
    }

    @Test
    void aPlainScreenHasNoEscapesAndATerminalDoes() {
        var plain = new Shown();
        var terminal = new Shown();

        for (var screen : List.of(plain.plain(), terminal.terminal())) {
            screen.passing("working …");
            screen.line(screen.red("red"));
            screen.last("what next");
        }

        assertEquals("red\nwhat next\n", plain.text());
        assertEquals("working …\r\033[K\033[31;1mred\033[0m\nwhat next", terminal.text());
    }

    @Test
    void theLadderIsReadAndItsFaultsAreNamed(@TempDir Path root) {
        var file = root.resolve("ladder.json");
        var lesson = "{\"id\":\"05\",\"slug\":\"broadcast\",\"title\":\"B\",\"tests\":[\"Lesson05BroadcastTest\"]}";
        Text.write(file, "{\"lessons\":[" + lesson + "]}");

        var lessons = Lessons.read(file);

        assertEquals(List.of("suite.Lesson05BroadcastTest"), lessons.find("5").tests());
        assertEquals(
                Path.of("lessons/lesson05_broadcast"), lessons.find("broadcast").folder());
        assertThrows(UserError.class, () -> lessons.find("6"));
        assertEquals("broadcast", lessons.findOpen("5").slug());
        Text.write(file, "{\"lessons\":[" + lesson + "," + lesson + "]}");
        assertTrue(fault(file).endsWith("two lessons have the id 05 or the slug broadcast"), fault(file));
        Text.write(file, "{\"lessons\":[" + lesson.replace("}", ",\"later\":true}") + "]}");
        assertThrows(UserError.class, () -> Lessons.read(file).findOpen("5"));
        Text.write(file, "{\"lessons\":[{\"id\":\"05\"}]}");
        assertTrue(fault(file).contains("the field \"slug\" is missing in {\"id\":\"05\"}"), fault(file));
        Text.write(file, "{\"lessons\":");
        assertTrue(fault(file).contains("is not JSON"), fault(file));
    }

    @Test
    void anAgendaHasBreaks() {
        var lessons = Fixture.lessons(
                Fixture.SEED,
                Fixture.lesson("01", "one", Fixture.Nothing.class),
                Fixture.lesson("02", "two", Fixture.Nothing.class),
                Fixture.lesson("03", "three", Fixture.Nothing.class));
        var shown = new Shown();

        Agenda.print(lessons, shown.plain(), "09:00", "all");

        assertEquals("""
                Plan all: 4 lessons, 2 h 0 min without breaks
                09:00  00 The lesson seed (teach 5, do 20, review 5)
                09:30  01 The lesson one (teach 5, do 20, review 5)
                10:00  02 The lesson two (teach 5, do 20, review 5)
                10:30  break
                10:45  03 The lesson three (teach 5, do 20, review 5)
                11:15  end
                """, shown.text());
        assertThrows(UserError.class, () -> Agenda.print(lessons, shown.plain(), "nine", "all"));
        assertThrows(UserError.class, () -> Agenda.print(lessons, shown.plain(), "09:00", "3d"));
    }

    @Test
    void aRunOfNoTestIsNotGreen() {
        var shown = new Shown();

        assertFalse(Stress.run(1, "NoTestIsCalledThis", shown.plain()));

        assertTrue(shown.text().startsWith("0 of 1 green, 0 tests each, "), shown.text());
        assertTrue(shown.text().contains("1 × no test has run"), shown.text());
    }

    @Test
    void aRunWithATestThatIsRedOrGivesUpIsNotGreen() {
        for (var tests : List.of(Fixture.ThreeReds.class, Fixture.InPart.class)) {
            var shown = new Shown();

            assertFalse(Stress.run(1, tests.getName(), shown.plain()), shown.text());

            assertTrue(shown.text().startsWith("0 of 1 green, "), shown.text());
            assertTrue(shown.text().contains("$" + tests.getSimpleName() + "."), shown.text());
        }
    }

    @Test
    void aGreenRunIsCounted() {
        var shown = new Shown();

        assertTrue(Stress.run(1, "Lesson01", shown.plain()), shown.text());

        assertTrue(shown.text().startsWith("1 of 1 green, "), shown.text());
    }

    private static String fault(Path file) {
        return assertThrows(UserError.class, () -> Lessons.read(file)).getMessage();
    }
}
