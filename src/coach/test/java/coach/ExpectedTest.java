package coach;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import coach.Verdict.Outcome;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExpectedTest {

    @TempDir
    Path folder;

    @Test
    void whatIsJustAsExpectedHasNoDifference() {
        var expected =
                expected("# A comment.\n\nred 00 b [2] x: the platform cannot\nnot judged 00 c: it needs a JVM\n");

        assertEquals(
                List.of(),
                expected.differences(List.of(verdict(
                        test("a", Outcome.GREEN), test("b [2] x", Outcome.RED), test("c", Outcome.NOT_JUDGED)))));
    }

    @Test
    void whatIsRedOrNotJudgedUnexpectedlyIsNamed() {
        assertEquals(
                List.of("red 00 b: was to be green", "not judged 00 c: was to be green"),
                expected("")
                        .differences(List.of(verdict(
                                test("a", Outcome.GREEN), test("b", Outcome.RED), test("c", Outcome.NOT_JUDGED)))));
    }

    @Test
    void whatIsGreenButWasExpectedToBeRedIsNamed() {
        var expected = expected("red 00 a: the platform cannot\nred 99 z: of a lesson that is not judged here\n");

        assertEquals(
                List.of("red 00 a: is not so, or is not there; take it out of " + expected.file()),
                expected.differences(List.of(verdict(test("a", Outcome.GREEN)))));
    }

    @Test
    void aLessonInWhichNothingIsGreenIsNeverAsExpected() {
        var differences =
                expected("red 00 a: the platform cannot\n").differences(List.of(verdict(test("a", Outcome.RED))));

        assertEquals(List.of(Fixture.SEED + ": nothing is green"), differences);
    }

    @Test
    void aLineWithoutItsReasonIsAMistake() {
        assertThrows(UserError.class, () -> expected("red 00 a\n"));
        assertThrows(UserError.class, () -> expected("orange 00 a: why\n"));
        assertThrows(UserError.class, () -> expected("red 00 a: why\nred 00 a: why again\n"));
    }

    @Test
    void checkComparesWithTheFileAndJudgesAllThatThereIs() {
        var shown = new Shown();
        var check = new Check(Fixture.lessons(Fixture.lesson("01", "one", Fixture.ThreeReds.class)), shown.plain());
        Text.write(folder.resolve("expected.txt"), "red 01 a: why\n");

        var env = Map.of("CMD", "true", "EXPECT", folder.resolve("expected.txt").toString());

        assertEquals(false, check.run(env));
        assertTrue(shown.text().contains("  red 01 b: was to be green\n  red 01 c: was to be green\n"), shown.text());
    }

    private Expected expected(String lines) {
        Text.write(folder.resolve("expected.txt"), lines);
        return Expected.read(folder.resolve("expected.txt"));
    }

    private static Verdict verdict(Verdict.Test... tests) {
        return new Verdict(Fixture.SEED, List.of(tests), 1);
    }

    private static Verdict.Test test(String name, Outcome outcome) {
        return new Verdict.Test(name, outcome, "", "", Map.of(), 1);
    }
}
