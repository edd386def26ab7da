package coach;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MutantsTest {

    private static final Lesson TWO = Fixture.lesson("01", "two", Fixture.AnswerIsTwo.class);
    private static final String RED = "red: AnswerIsTwo.theAnswerIsTwo: the answer ==> expected: <2> but was: <%s>\n\n";
    private static final String THREE = "mutant: says 3\n- return 2;\n+ return 3;\n" + RED.formatted(3);
    private static final String ONE = "mutant: says 1\n- return 2;\n+ return 1;\n" + RED.formatted(1);

    private static final String SECOND_GO = "mutants.second";

    @TempDir
    Path root;

    private final Shown shown = new Shown();

    @AfterEach
    void forget() {
        suite.Options.forget();
        System.clearProperty(SECOND_GO);
    }

    @Test
    void wrongAnswersAreCaughtInTheChangedStepAndNotInTheOneThatIsThere() {
        assertTrue(run(THREE + ONE + THREE.replace("says 3", "says 3 once more")), shown.text());
        assertTrue(shown.text().contains("3 of 3 wrong answers caught in "), shown.text());
    }

    @Test
    void wrongAnswersOfALessonWithoutTestsAreCaughtByItsProof() {
        var proven =
                new Lesson("01", "two", "Two", List.of(), TWO.tests(), TWO.step(), TWO.red(), TWO.minutes(), false);
        write(THREE + ONE + THREE.replace("says 3", "says 3 once more"));

        assertTrue(new Mutants(root, shown.plain(), new Bench(), 0).run(List.of(proven)), shown.text());
        assertFalse(proven.judged());
    }

    @Test
    void aWrongAnswerThatPassesFails() {
        assertFalse(run(ONE + THREE + "mutant: says the same\n- return 2;\n+ return 1 + 1;\n" + RED.formatted(1)));
        assertTrue(shown.text().contains("the promised test AnswerIsTwo.theAnswerIsTwo is not red"), shown.text());
        assertTrue(shown.text().contains("2 of 3 wrong answers caught"), shown.text());
    }

    @Test
    void aWrongAnswerThatPassesOnceHasASecondGoAndItIsSaid() {
        var second = "return System.setProperty(\"" + SECOND_GO + "\", \"\") == null ? 2 : 1;";

        assertTrue(run(ONE + THREE + ONE.replace("return 1;", second)), shown.text());

        assertTrue(shown.text().contains("retried:\n"), shown.text());
        assertTrue(shown.text().contains(", 1 of them when retried"), shown.text());
    }

    @Test
    void ofManyRunsEachMustCatchTheWrongAnswerWithoutASecondGo() {
        var second = "return System.setProperty(\"" + SECOND_GO + "\", \"\") == null ? 2 : 1;";

        assertFalse(run(ONE + THREE + ONE.replace("return 1;", second), 3), shown.text());

        assertTrue(shown.text().contains("01  caught 3 of 3  says 1 "), shown.text());
        assertTrue(shown.text().contains("01  caught 3 of 3  says 3 "), shown.text());
        assertTrue(shown.text().contains("01  caught 2 of 3  says 1 "), shown.text());
        assertTrue(
                shown.text().contains("\n    1 × the promised test AnswerIsTwo.theAnswerIsTwo is not red"),
                shown.text());
        assertFalse(shown.text().contains("retried"), shown.text());
        assertTrue(shown.text().contains("2 of 3 wrong answers caught 3 of 3 times in "), shown.text());
    }

    @Test
    void ofManyRunsAllMayCatchAllWrongAnswers() {
        assertTrue(run(ONE + THREE + ONE, 4), shown.text());
        assertTrue(shown.text().contains("3 of 3 wrong answers caught 4 of 4 times in "), shown.text());
    }

    @Test
    void aMutantThatDoesNotCompileIsCaughtInNoneOfManyRuns() {
        assertFalse(run(ONE + THREE + THREE.replace("return 3;", "return three;"), 4));
        assertTrue(shown.text().contains("01  caught 0 of 4  says 3 "), shown.text());
        assertTrue(shown.text().contains("it does not compile: "), shown.text());
    }

    @Test
    void anotherMessageThanThePromisedOneFails() {
        assertFalse(run(ONE + THREE + THREE.replace("return 3", "return 4")));
        assertTrue(shown.text().contains("is red, but with another message"), shown.text());
    }

    @Test
    void aReplacementThatNoLongerAppliesFails() {
        assertFalse(run(ONE + THREE + THREE.replace("- return 2;", "- return two;")));
        assertTrue(shown.text().contains("its lines are not in lessons/lesson01_two/Server.java"), shown.text());
    }

    @Test
    void aReplacementThatAppliesTwiceFails() {
        var mutant = new Mutant(
                "m",
                "",
                Path.of("Server.java"),
                List.of("a();", "b();"),
                List.of("c();"),
                "t",
                new ExpectedFailure(""));

        assertEquals("x\nc();\ny\n", mutant.apply("x\n  a();\n    b();\ny\n"));
        var mistake = assertThrows(UserError.class, () -> mutant.apply("a();\nb();\n\na();\nb();\n"));
        assertEquals("its lines are twice in Server.java, at 1 and at 4", mistake.getMessage());
    }

    @Test
    void aMutantThatDoesNotCompileFails() {
        assertFalse(run(ONE + THREE + THREE.replace("return 3;", "return three;")));
        assertTrue(shown.text().contains("it does not compile: "), shown.text());
    }

    @Test
    void aPageIsChangedInACopyWhereTheMutantFindsIt() {
        var page = root.resolve("lessons/lesson01_two/answer.js");
        Text.write(page, "2\n");
        Text.write(
                root.resolve(TWO.source()),
                "package lesson01_two;\n\npublic final class Server {\n"
                        + "    static final String FOLDER = \"lessons/lesson01_two\";\n\n"
                        + "    public static int answer() throws java.io.IOException {\n"
                        + "        var page = java.nio.file.Path.of(FOLDER, \"answer.js\");\n"
                        + "        return Integer.parseInt(java.nio.file.Files.readString(page).strip());\n    }\n}\n");
        var three = "mutant: says 3\nfile: lessons/lesson01_two/answer.js\n- 2\n+ 3\n" + RED.formatted(3);
        Text.write(root.resolve("lessons/lesson01_two/mutants.txt"), three + three + three.replace("3", "4"));

        assertTrue(new Mutants(root, shown.plain(), new Bench(), 0).run(List.of(TWO)), shown.text());
        assertEquals("2\n", Text.read(page));
    }

    @Test
    void fewerThanThreeFail() {
        assertFalse(run(ONE + THREE));
        assertTrue(shown.text().contains("2 mutants; the least is 3"), shown.text());
    }

    @Test
    void aLineThatIsNoneOfTheFormatIsNamed() {
        var mistake = assertThrows(UserError.class, () -> run("mutant: x\nreturn 2;\n"));

        assertTrue(
                mistake.getMessage().startsWith("lessons/lesson01_two/mutants.txt:2: expected mutant:"),
                mistake.getMessage());
    }

    private void write(String mutants) {
        Fixture.step(root, TWO, 2);
        Text.write(root.resolve("lessons/lesson01_two/mutants.txt"), mutants);
    }

    private boolean run(String mutants) {
        return run(mutants, 0);
    }

    private boolean run(String mutants, int runs) {
        write(mutants);
        return new Mutants(root, shown.plain(), new Bench(), runs).run(List.of(TWO));
    }
}
