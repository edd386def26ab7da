package coach;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import coach.Verdict.Colour;
import coach.Verdict.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JudgeTest {

    private static final Subject ANY = new Subject.InThisJvm("java.lang.String");

    @AfterEach
    void forget() {
        suite.Options.forget();
    }

    @Test
    void noTestIsNeverGreen() {
        var verdict = judge(Fixture.Nothing.class, true);

        assertEquals(Colour.NO_TEST, verdict.colour());
    }

    @Test
    void aMissingClassOfTestsIsNamed() {
        var lesson = Fixture.lesson("01", "gone", List.of("suite.NoSuchTest"), Optional.empty());

        var mistake = assertThrows(UserError.class, () -> new Judge("", true, test -> {}).judge(lesson, ANY));

        assertEquals("the ladder names the tests suite.NoSuchTest, and there is no such class", mistake.getMessage());
    }

    @Test
    void whatIsNotJudgedIsCountedApart() {
        var none = judge(Fixture.NotJudged.class, true);
        var some = judge(Fixture.InPart.class, true);

        assertEquals(Colour.NOT_JUDGED, none.colour());
        assertEquals("it needs the moon", none.tests().get(0).message());
        assertEquals(Colour.IN_PART, some.colour());
        assertEquals("1 green, 1 not judged", some.counts());
    }

    @Test
    void nothingRunsAfterTheFirstRed() {
        var stopped = judge(Fixture.ThreeReds.class, true);
        var whole = judge(Fixture.ThreeReds.class, false);

        assertEquals("1 red, 2 not run", stopped.counts());
        assertEquals("3 red", whole.counts());
    }

    @Test
    void theAskedForTestRunsFirst() {
        for (var method : List.of("a", "b", "c")) {
            var verdict = new Judge("ThreeReds." + method, true, test -> {})
                    .judge(Fixture.lesson("01", "one", Fixture.ThreeReds.class), ANY);

            assertEquals(method, verdict.firstRed().orElseThrow().name());
        }
    }

    @Test
    void theClassOfTheAskedForTestRunsFirst() {
        var classes = List.of(Fixture.InPart.class.getName(), Fixture.ThreeReds.class.getName());

        var verdict = new Judge("ThreeReds.b", true, test -> {})
                .judge(Fixture.lesson("01", "one", classes, Optional.empty()), ANY);

        assertEquals("1 red, 3 not run", verdict.counts(), "a class that is left out counts as one");
        assertEquals("b", verdict.firstRed().orElseThrow().name());
    }

    @Test
    void theFirstTestCanBeJudgedAlone() {
        var classes = List.of(Fixture.InPart.class.getName(), Fixture.ThreeReds.class.getName());

        assertEquals(List.of("b"), namesAlone("ThreeReds.b", classes));
        assertEquals(List.of("isGreen"), namesAlone("InPart.isGreen", classes));
        assertEquals(List.of(), namesAlone("ThreeReds.d", classes));
    }

    @Test
    void thatTheRequestedTestIsGreenIsToldImmediately() {
        var told = new ArrayList<String>();

        new Judge("InPart.isGreen", true, told::add).judge(Fixture.lesson("01", "one", Fixture.InPart.class), ANY);

        assertEquals(List.of("isGreen", "1 green, now isNotJudged"), told);
    }

    @Test
    void checkIsRedOnNothingAndOnRed() {
        assertFalse(check(Fixture.Nothing.class));
        assertFalse(check(Fixture.ThreeReds.class));
        assertFalse(check(Fixture.NotJudged.class));
        assertTrue(check(Fixture.InPart.class));
    }

    @Test
    void checkGoesOnAfterARedTestIfAskedTo() {
        var shown = new Shown();
        var check = new Check(Fixture.lessons(Fixture.lesson("01", "one", Fixture.ThreeReds.class)), shown.plain());

        assertFalse(check.run(Map.of("STEP", "01", "KEEP_GOING", "1")));

        assertTrue(shown.text().contains("3 red"), shown.text());
        assertTrue(shown.text().contains("\n  2 more alike: b, c\n"), shown.text());
    }

    @Test
    void aFailureIsToldApartFromWhatItMeans() {
        var test = new Verdict.Test(
                "t",
                Outcome.RED,
                "one is missing ==> expected: <true> but was: <false>",
                "It was not sent.",
                Map.of(),
                1);
        var shown = new Shown();

        new Report(shown.plain()).why(new Verdict(Fixture.SEED, List.of(test), 1));

        assertEquals("  t\n    one is missing\n    The likely cause: It was not sent.\n", shown.text());
    }

    private static List<String> namesAlone(String test, List<String> classes) {
        return new Judge(test, true, name -> {})
                .judgeFirst(classes).stream().map(Verdict.Test::name).toList();
    }

    private static boolean check(Class<?> tests) {
        return new Check(Fixture.lessons(Fixture.lesson("01", "one", tests)), new Shown().plain())
                .run(Map.of("STEP", "01"));
    }

    private static Verdict judge(Class<?> tests, boolean stopAtRed) {
        return new Judge("", stopAtRed, test -> {}).judge(Fixture.lesson("01", "one", tests), ANY);
    }
}
