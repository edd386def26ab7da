package coach;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the coach with servers that learners write, bad ones most of all. */
class LearnTest {

    private static final String LAST = "q quit";
    private static final String GOOD = server("push.http.Main.main(args);");
    private static final Lesson ONE = Fixture.lesson("01", "one", List.of("suite.CoachedLesson"), Optional.empty());
    private static final Lesson TWO = Fixture.lesson("02", "two", List.of("suite.CoachedLesson"), Optional.empty());

    @TempDir
    Path root;

    private final Shown shown = new Shown();
    private PipedOutputStream keys;
    private CompletableFuture<Void> running;
    private Lessons lessons;

    @BeforeEach
    void setUp() throws IOException {
        lessons = Fixture.lessons(Fixture.SEED, ONE, TWO);
        Text.write(root.resolve(Fixture.SEED.source()), GOOD.replace("package workshop", "package lesson00_seed"));
        keys = new PipedOutputStream();
    }

    @AfterEach
    void quit() throws Exception {
        press("q");
        running.get(120, TimeUnit.SECONDS);
        suite.Options.forget();
        System.clearProperty("suite.startMs");
    }

    @Test
    void aGoodServerIsGreenAndTheNextLessonIsAKeyAway() throws IOException {
        learn();

        var first = shown.await(LAST);
        assertTrue(first.contains("green       heartbeat 1234 ms"), first);
        assertTrue(
                first.endsWith("[██░] 2 of 3\nNext: n for lesson 02 The lesson two · l list · b back · q quit"), first);
        press("n");
        assertTrue(shown.await(LAST).contains("Lesson 02 The lesson two"));
        assertFalse(shown.text().contains("\033"), "colour where there is no terminal");
        assertEquals("[one, seed, two]", new Workshop(root, lessons).progress().toString());
    }

    @Test
    void aFileThatDoesNotCompileIsNeverGreenWhateverStoodThereBefore() throws IOException {
        learn();
        shown.await(LAST);

        save(GOOD.replace("push.http.Main", "push.Mane"));

        var verdict = shown.await(LAST);
        assertTrue(verdict.contains("It does not compile"), verdict);
        assertTrue(verdict.contains("Server.java:5: cannot find symbol"), verdict);
        assertFalse(verdict.contains("green "), verdict);
        var both = "Next: fix it and save, or n for lesson 02 The lesson two · h hint · l list · b back · q quit";
        assertTrue(verdict.endsWith(both), "it was green once: " + verdict);
    }

    @Test
    void aServerThatHangsIsRedAndTheNextSaveIsJudged() throws IOException {
        System.setProperty("suite.startMs", "2000");
        save(server("new java.util.concurrent.CountDownLatch(1).await();"));
        learn();

        var verdict = shown.await(LAST);
        assertTrue(verdict.contains("the server did not say within 2 s where it serves"), verdict);
        System.clearProperty("suite.startMs");
        save(GOOD);
        assertGreen(shown.await(LAST));
    }

    @Test
    void aSaveWhileAServerHangsIsJudgedImmediately() throws IOException {
        System.setProperty("suite.startMs", "600000");
        save(server("System.out.println(\"here\"); new java.util.concurrent.CountDownLatch(1).await();"));
        learn();
        shown.await("README.md");

        save(GOOD);

        assertGreen(shown.await(LAST));
        assertFalse(shown.text().contains(" red "), shown.text());
    }

    @Test
    void aServerThatEndsIsRedWithItsLastWords() throws IOException {
        save(server("System.err.println(\"no key\"); System.exit(3);"));
        learn();

        var verdict = shown.await(LAST);

        assertTrue(verdict.contains("the server ended with exit code 3 before it served"), verdict);
        assertTrue(verdict.contains("no key"), verdict);
        assertTrue(verdict.contains("[█░░] 1 of 3"), verdict);
    }

    @Test
    void aServerThatPrintsMegabytesIsJudgedAllTheSame() throws IOException {
        save(server(
                "for (int i = 0; i < 300_000; i++) System.out.println(\"on and on, for twenty megabytes, and nobody who"
                        + " wants to read it\"); push.http.Main.main(args);"));
        learn();

        var verdict = shown.await(LAST);

        assertGreen(verdict);
    }

    @Test
    void anotherServerIsNotTakenForTheLearners() throws Exception {
        System.setProperty("suite.startMs", "10000"); // In which a JVM starts and says where it serves.
        try (var other = push.http.PushServer.start(java.util.Map.of("PUSH_PORT", "0", "PUSH_HEARTBEAT_MS", "1234"))) {
            save(server("System.out.println(\"https://localhost:" + other.port()
                    + "/\"); new java.util.concurrent.CountDownLatch(1).await();"));
            learn();

            var verdict = shown.await(LAST);

            assertTrue(verdict.contains("but does not listen there: another process does"), verdict);
        }
    }

    @Test
    void aServerInAnotherLanguageIsJudgedAtEachChangeAndAtAKey() throws IOException {
        learn(JvmCommand.shell(System.getProperty("java.class.path"), "push.http.Main"));

        assertGreen(shown.await(LAST));
        assertFalse(Fixture.exists(root.resolve("lessons/workshop/Server.java")), "the workshop is theirs to fill");
        Text.write(root.resolve("lessons/workshop/src/main.go"), "package main\n");
        assertGreen(shown.await(LAST));
        press("r");
        assertGreen(shown.await(LAST));
    }

    @Test
    void aServerThatDidNotStartLeavesNothingBehindForTheNextSave() throws IOException {
        lessons = Fixture.lessons(
                Fixture.SEED, Fixture.lesson("01", "one", List.of("suite.CoachedPairLesson"), Optional.empty()));
        save(server("System.exit(3);"));
        learn();
        assertTrue(shown.await(LAST).contains("ended with exit code 3 before it served"), shown.text());

        save(GOOD);

        assertGreen(shown.await(LAST));
    }

    @Test
    void aKeyGoesBackToTheLessonBeforeAndWhatIsRedNowIsNotCounted() throws IOException {
        learn();
        assertTrue(shown.await(LAST).contains("[██░] 2 of 3"), shown.text());
        press("n");
        shown.await("Lesson 02 The lesson two");
        shown.await(LAST);

        press("b");

        var back = shown.await(LAST);
        assertTrue(back.contains("Lesson 01 The lesson one"), back);
        save(GOOD.replace("push.http.Main", "push.Mane"));
        assertTrue(shown.await(LAST).contains("[██░] 2 of 3"), shown.text());
    }

    @Test
    void keysListAndHint() throws IOException {
        Text.write(root.resolve("lessons/lesson01_one/hints.md"), "## Nudge\n\n    think();\n\n## Where\nThere.\n");
        save(server("System.exit(0);"));
        learn();
        shown.await(LAST);

        press("h");
        assertTrue(
                shown.await(LAST)
                        .contains(
                                "Hint 1 of 3 for 01 The lesson one: nudge\n\n      think();\n\n  If that does not help: press h again\n"));
        press("hh");
        shown.await(LAST);
        assertTrue(shown.await(LAST).contains("has no section \"## Nearly the code\""));
        press("l");
        assertTrue(shown.await(LAST).contains("  done     00 The lesson seed\n  now      01 The lesson one\n"));
        press("n");
        assertTrue(shown.await(LAST).contains("This lesson is not green yet."));
    }

    private static void assertGreen(String verdict) {
        assertTrue(verdict.contains("green "), verdict);
    }

    private void learn() throws IOException {
        learn("");
    }

    private void learn(String command) throws IOException {
        var learn = new Learn(root, lessons, shown.plain(), new Keys(new PipedInputStream(keys)), command, Board.NONE);
        running = CompletableFuture.runAsync(learn::run, task -> new Thread(task, "coach-learn").start());
    }

    private void press(String pressed) throws IOException {
        keys.write(pressed.getBytes(UTF_8));
        keys.flush();
    }

    private void save(String server) {
        Text.write(root.resolve("lessons/workshop/Server.java"), server);
        new Workshop(root, lessons).done(Fixture.SEED);
    }

    private static String server(String body) {
        return "package workshop;\n\npublic final class Server {\n    public static void main(String[] args) throws Exception {\n        "
                + body + "\n    }\n}\n";
    }
}
