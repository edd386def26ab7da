package coach;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The last line of {@code make check}: the next thing to do. */
class CheckTest {

    private static final Lesson ONE = Fixture.lesson("01", "one", Fixture.InPart.class);
    private static final Lesson TWO = Fixture.lesson("02", "two", Fixture.Green.class);
    private static final Lesson THREE = Fixture.lesson("03", "three", Fixture.ThreeReds.class);
    private static final Lesson FOUR = Fixture.lesson("04", "four", Fixture.Green.class);

    @AfterEach
    void forget() {
        suite.Options.forget();
    }

    @Test
    void aGreenLessonOfSeveralIsFollowedByTheNext() {
        assertNext("make check LESSON=03 STEP=02", Map.of("STEP", "02", "LESSON", "02"), TWO, THREE);
    }

    @Test
    void theLastLessonIsFollowedByAllOfThem() {
        assertNext(
                "make check CMD='go run .', which judges all lessons",
                Map.of("CMD", "go run .", "LESSON", "04"),
                TWO,
                FOUR);
    }

    @Test
    void whatIsRedIsNext() {
        assertNext(
                "make check LESSON=03 KEEP_GOING=1 STEP=02, for all that is red in it",
                Map.of("STEP", "02"),
                TWO,
                THREE);
    }

    @Test
    void whatIsNotJudgedIsNext() {
        assertNext("give those tests what they need, so that they can be judged.", Map.of("STEP", "01"), ONE, TWO);
    }

    @Test
    void allGreenIsFollowedByTheWholeContract() {
        assertNext(
                "make suite, which builds what judges the whole contract, and not only the lessons",
                Map.of("STEP", "02"),
                TWO,
                FOUR);
    }

    private static void assertNext(String next, Map<String, String> env, Lesson... lessons) {
        var shown = new Shown();

        new Check(Fixture.lessons(lessons), shown.plain()).run(env);

        assertTrue(shown.text().endsWith("\nNext: " + next + "\n"), shown.text());
    }
}
