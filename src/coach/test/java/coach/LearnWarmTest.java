package coach;

import static java.nio.charset.StandardCharsets.UTF_8;
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

/** Runs the coach with servers that have a static {@code start(Map)}, and so run in the JVM that is kept warm. */
class LearnWarmTest {

    private static final String LAST = "q quit";
    private static final String PATIENCE = System.getProperty("suite.patienceMs", "5000");
    private static final Lesson ONE = Fixture.lesson("01", "one", List.of("suite.CoachedLongLesson"), Optional.empty());
    private static final String GOOD = server("", "return push.http.PushServer.start(env);");

    @TempDir
    Path root;

    private final Shown shown = new Shown();
    private PipedOutputStream keys;
    private CompletableFuture<Void> running;

    @BeforeEach
    void setUp() throws IOException {
        System.setProperty("coach.enoughMs", "60000"); // A busy machine takes long, and must give the same verdicts.
        keys = new PipedOutputStream();
    }

    @AfterEach
    void quit() throws Exception {
        keys.write("q".getBytes(UTF_8));
        keys.flush();
        running.get(120, TimeUnit.SECONDS);
        suite.Options.forget();
        System.clearProperty("suite.startMs");
        System.setProperty("suite.patienceMs", PATIENCE);
        System.clearProperty("coach.enoughMs");
    }

    @Test
    void theVerdictComesBeforeWhatRunsLongAndIsConfirmedByIt() throws IOException {
        learn(GOOD);

        var verdict = shown.await(LAST);
        assertTrue(verdict.contains("green so far  2 green"), verdict);
        assertTrue(
                verdict.contains("so far: what takes longer is judged now, and may take this back: twoPostsAreTaken"),
                verdict);
        assertTrue(verdict.contains("Next: wait for what takes longer"), verdict);
        var last = shown.await(LAST);
        assertTrue(last.contains("and still green with what takes longer: twoPostsAreTaken"), last);
        assertTrue(last.contains("Next: make check, which judges all lessons"), last);
    }

    @Test
    void whatRunsLongMayTakeTheVerdictBack() throws IOException {
        learn(server(
                "",
                "return push.http.PushServer.start(java.util.Map.of(\"PUSH_PORT\", \"0\", \"PUSH_HEARTBEAT_MS\","
                        + " \"1234\", \"PUSH_POSTS_PER_SECOND\", \"1\", \"PUSH_POST_BURST\", \"1\"));"));

        assertTrue(shown.await(LAST).contains("so far"), shown.text());
        var last = shown.await(LAST);
        assertTrue(last.contains("The verdict is taken back: it was green without what takes longer."), last);
        assertTrue(last.contains("the status of a second post: expected 201, but it was 429"), last);
        assertTrue(last.contains("The likely cause: It keeps nothing."), last);
        assertFalse(new Workshop(root, Fixture.lessons(Fixture.SEED, ONE))
                .progress()
                .contains("one"));
    }

    @Test
    void eachStartFindsItsClassesNew() throws IOException {
        learn(server(
                "static int starts;",
                "if (starts++ > 0) throw new IllegalStateException(\"again\");\n"
                        + "        return push.http.PushServer.start(env);"));

        assertTrue(shown.await(LAST).contains("green so far  2 green"), shown.text());
    }

    @Test
    void aStartThatFailsIsToldWithItsPlace() throws IOException {
        learn(server("", "throw new IllegalStateException(\"no key\");"));

        var verdict = shown.await(LAST);

        assertTrue(
                verdict.contains(
                        "did not start: start(Map) failed: java.lang.IllegalStateException: no key, at Server.java:6 (start)"),
                verdict);
    }

    @Test
    void aStartThatHangsIsToldWithItsPlaceAndTheNextSaveIsJudged() throws IOException {
        System.setProperty(
                "suite.startMs", "6000"); // In which the server that is saved next starts, on a slow machine too.
        learn(server(
                "",
                "try { new java.util.concurrent.CountDownLatch(1).await(); } catch (InterruptedException e) { }\n"
                        + "        return null;"));

        var verdict = shown.await(LAST);
        assertTrue(verdict.contains("did not return from start(Map) within 6 s"), verdict);
        assertTrue(verdict.contains("thread suite-start waits at Server.java:6 (start), in"), verdict);
        save(GOOD);
        assertTrue(shown.await(LAST).contains("green so far  2 green"), shown.text());
    }

    @Test
    void aServerThatEndsItsJvmIsToldSoAndTheNextSaveIsJudged() throws IOException {
        learn(server("", "System.exit(3); return null;"));

        var verdict = shown.await(LAST);

        assertTrue(verdict.contains("the server has ended its JVM, with exit code 3"), verdict);
        save(GOOD);
        assertTrue(shown.await(LAST).contains("green so far  2 green"), shown.text());
    }

    @Test
    void aServerThatUsesUpItsMemoryIsToldSoAndTheNextSaveIsJudged() throws IOException {
        learn(server("", "var all = new java.util.ArrayList<byte[]>(); while (true) { all.add(new byte[1 << 20]); }"));

        var verdict = shown.await(LAST);

        assertTrue(verdict.contains("the server has used up the memory of its JVM, 512 MB"), verdict);
        assertTrue(verdict.contains("OutOfMemoryError"), verdict);
        save(GOOD);
        assertTrue(shown.await(LAST).contains("green so far  2 green"), shown.text());
    }

    @Test
    void whatAServerWritesPastSystemOutIsNotTakenForAnAnswer() throws IOException {
        learn(server(
                "static final java.io.FileOutputStream OUT = new java.io.FileOutputStream(java.io.FileDescriptor.out);",
                "OUT.write(\"[1]\\n{\\nnull\\n7\\nhello\".getBytes());\n"
                        + "        return push.http.PushServer.start(env);"));

        assertTrue(shown.await(LAST).contains("green so far  2 green"), shown.text());
    }

    @Test
    void aThreadThatStandsInTheLearnersCodeIsNamedIfSomethingIsWaitedFor() throws IOException {
        System.setProperty("suite.patienceMs", "1000"); // It waits in vain.
        learn(server(
                "static java.net.ServerSocket socket;",
                "socket = new java.net.ServerSocket(0); var held = new java.util.concurrent.CountDownLatch(1);\n"
                        + "        new Thread(() -> {\n"
                        + "            try { held.await(); } catch (InterruptedException e) { }\n"
                        + "        }, \"mine\").start();\n"
                        + "        return new push.http.RunningServer() {\n"
                        + "            public int port() { return socket.getLocalPort(); }\n"
                        + "            public void drain() { }\n"
                        + "            public void close() { }\n"
                        + "        };"));

        var verdict = shown.await(LAST);

        assertTrue(verdict.contains("/status must be answered whole within"), verdict);
        assertTrue(verdict.contains("thread mine waits at Server.java:8 ("), verdict);
    }

    @Test
    void whereThreadsStandIsNotToldOfWhatIsSimplyWrong() throws IOException {
        learn(server(
                "",
                "var held = new java.util.concurrent.CountDownLatch(1);\n"
                        + "        new Thread(() -> {\n"
                        + "            try { held.await(); } catch (InterruptedException e) { }\n"
                        + "        }, \"mine\").start();\n"
                        + "        return push.http.PushServer.start(java.util.Map.of(\"PUSH_PORT\", \"0\"));"));

        var verdict = shown.await(LAST);

        assertTrue(verdict.contains("the heartbeat in ms: expected 1234, but it was"), verdict);
        assertFalse(verdict.contains("Where it stands"), verdict);
        assertTrue(verdict.contains("The likely cause: The setting is not read."), verdict);
    }

    private void learn(String server) throws IOException {
        save(server);
        var lessons = Fixture.lessons(Fixture.SEED, ONE);
        new Workshop(root, lessons).done(Fixture.SEED);
        // The server that it starts finds the certificates by its folder.
        for (var name : List.of("server.crt", "key.pem")) {
            Text.write(root.resolve("certs").resolve(name), Text.read(Path.of("certs", name)));
        }
        var learn = new Learn(root, lessons, shown.plain(), new Keys(new PipedInputStream(keys)), "", Board.NONE);
        running = CompletableFuture.runAsync(learn::run, task -> new Thread(task, "coach-learn").start());
    }

    private void save(String server) {
        Text.write(root.resolve("lessons/workshop/Server.java"), server);
    }

    private static String server(String field, String body) {
        return "package workshop;\n\npublic final class Server {\n    " + field
                + "\n    public static push.http.RunningServer start(java.util.Map<String, String> env) throws Exception {\n        "
                + body + "\n    }\n}\n";
    }
}
