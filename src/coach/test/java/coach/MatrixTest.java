package coach;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A ladder of two steps, the classes below, and one lesson that asks for the answer 2. */
class MatrixTest {

    /** The step before. */
    public static final class One {
        private One() {}

        public static int answer() {
            return 1;
        }
    }

    /** The lesson's step. */
    public static final class Two {
        private Two() {}

        public static int answer() {
            return 2;
        }
    }

    @TempDir
    Path root;

    private final Shown shown = new Shown();

    @AfterEach
    void forget() {
        suite.Options.forget();
    }

    @Test
    void anExactMatrixPassesAndIsDrawn() {
        assertTrue(matrix(One.class, Two.class, "the answer ==> expected: <2> but was: <1>", false), shown.text());

        var picture = Text.read(root.resolve(Matrix.PICTURE));
        assertTrue(picture.startsWith("<svg "), picture);
        assertEquals(
                List.of("rect", "svg", "text"),
                picture.replaceAll("(?s)[^<]*<(/?)(\\w+)[^>]*>|\\s+$", "$2\n")
                        .lines()
                        .filter(tag -> !tag.isBlank())
                        .distinct()
                        .sorted()
                        .toList());
        assertTrue(matrix(One.class, Two.class, "…<1>", true), shown.text());
    }

    @Test
    void anotherMessageThanThePromisedOneFails() {
        assertFalse(matrix(One.class, Two.class, "the answer is missing", false));
        assertTrue(shown.text().contains("is red, but with another message"), shown.text());
    }

    @Test
    void aStartThatIsGreenFails() {
        assertFalse(matrix(Two.class, Two.class, "…", false));
        assertTrue(
                shown.text().contains("step 00, lesson 01: the promised test AnswerIsTwo.theAnswerIsTwo is not red"),
                shown.text());
    }

    @Test
    void onlyALessonsOwnStartMustBeRedAsItPromises() {
        var first = startsAlone("00", "one", Fixture.AnswerIsTwo.class, "AnswerIsTwo.theAnswerIsTwo");
        var second = startsAlone("01", "two", Fixture.Nothing.class, "Nothing.isPromised");
        var verdict = new Verdict(first, List.of(), 0);

        assertTrue(new Cell(first.start(), first, verdict).promised());
        assertFalse(new Cell(first.start(), second, verdict).promised(), "the start of 00 is not that of 01");
        assertTrue(new Cell(second.start(), second, verdict).promised());
    }

    @Test
    void aSolutionThatIsRedFails() {
        assertFalse(matrix(One.class, One.class, "…", false));
        assertTrue(shown.text().contains("step 01, lesson 01: must be green, but is red"), shown.text());
    }

    @Test
    void aLessonThatNothingJudgesFails() {
        var lesson = lesson(Two.class, Fixture.Nothing.class, "…");

        assertFalse(matrix(seed(One.class), lesson).run(root, false));
        assertTrue(shown.text().contains("nothing was judged: no test"), shown.text());
    }

    @Test
    void aPictureThatShowsSomethingElseFails() {
        matrix(One.class, Two.class, "…", false);
        Text.write(root.resolve(Matrix.PICTURE), "<svg/>");

        assertFalse(matrix(One.class, Two.class, "…", true));
        assertTrue(
                shown.text().contains("lessons/matrix.svg does not show this: make matrix draws it again"),
                shown.text());
        assertEquals("<svg/>", Text.read(root.resolve(Matrix.PICTURE)));
    }

    private boolean matrix(Class<?> start, Class<?> end, String says, boolean onlyCompare) {
        var lesson = lesson(end, Fixture.AnswerIsTwo.class, says);
        return matrix(seed(start), lesson).run(root, onlyCompare);
    }

    private Matrix matrix(Lesson seed, Lesson lesson) {
        var here = new Bench();
        return new Matrix(Fixture.lessons(seed, lesson), shown.plain(), here, here);
    }

    private static Lesson startsAlone(String id, String slug, Class<?> tests, String red) {
        return new Lesson(
                id,
                slug,
                slug,
                List.of(tests.getName()),
                List.of(),
                Two.class.getName(),
                Optional.of(new Lesson.Red(Lesson.START, red, new ExpectedFailure("…"))),
                Fixture.SEED.minutes(),
                false);
    }

    private static Lesson seed(Class<?> step) {
        return new Lesson(
                "00",
                "seed",
                "Seed",
                List.of(),
                List.of(),
                step.getName(),
                Optional.empty(),
                Fixture.SEED.minutes(),
                false);
    }

    private static Lesson lesson(Class<?> step, Class<?> tests, String says) {
        var red = new Lesson.Red("00", "AnswerIsTwo.theAnswerIsTwo", new ExpectedFailure(says));
        return new Lesson(
                "01",
                "two",
                "Two",
                List.of(tests.getName()),
                List.of(),
                step.getName(),
                Optional.of(red),
                Fixture.SEED.minutes(),
                false);
    }
}
