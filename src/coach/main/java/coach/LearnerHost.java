package coach;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import suite.Options;
import suite.Printed;
import suite.Wire;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The main class of the JVM in which the learner's server runs, together with the tests that judge it, because they
 * inspect its threads and its memory, and hold its threads anywhere. {@link LearnerJvm} asks, in one line of JSON each,
 * and receives such lines as answers.
 *
 * <p><b>Threads:</b> one reads the questions, and each is answered on a thread of its own, because a learner's method may hang.
 */
public final class LearnerHost {

    static final String SERVER = "workshop.Server";

    /** This many threads are not a client's idle ones: a learner's servers do not end. */
    private static final int MANY = 250;

    /** A line of an answer: the number of its question, its subject, and its content. */
    record Line(int question, String about, Object says) {}

    private final ThreadGroup runs = new ThreadGroup("runs");
    private final PrintStream out;

    private LearnerHost(PrintStream out) {
        this.out = out;
    }

    public static void main(String[] args) throws IOException {
        var in = new BufferedReader(new InputStreamReader(new FileInputStream(FileDescriptor.in), UTF_8));
        var host = new LearnerHost(new PrintStream(new FileOutputStream(FileDescriptor.out), true, UTF_8));
        System.setIn(InputStream.nullInputStream());
        Printed.keep();
        new Thread(FirstStart::warmUp, "warm-up").start();
        for (var line = in.readLine(); line != null; line = in.readLine()) {
            var question = JsonMapper.shared().readTree(line);
            new Thread(() -> host.answer(question), "answer").start();
        }
        Runtime.getRuntime().halt(0); // The coach has ended.
    }

    private void answer(JsonNode question) {
        int number = question.path("question").asInt();
        try {
            var said = switch (question.path("verb").asString()) {
                case "judge" -> judge(number, question);
                case "frames" -> frames(question);
                case "stop" -> stop();
                case "left" -> left();
                default -> throw new IllegalArgumentException(question.toString());
            };
            say(number, "done", said);
        } catch (Throwable e) { // Any outcome is the answer.
            say(number, "failed", e.toString());
        }
    }

    /** Returns the number of threads left in the learner's code, or of all threads if there are too many. */
    private long left() {
        var threads = new Thread[runs.activeCount() + 8];
        int count = runs.enumerate(threads);
        return count > MANY ? count : Printed.in(SERVER, runs);
    }

    private static String stop() {
        StopAtRed.callOff();
        return "";
    }

    /** Reports each test's name, then the first verdict, and returns the results of the long tests. */
    private List<Verdict.Test> judge(int number, JsonNode question) {
        var tests = question.path("tests").valueStream().map(JsonNode::asString).toList();
        var last = new LastRed(
                question.path("first").asString(), question.path("said").asString());
        var side = new SideBySide(tests, last, name -> say(number, "started", name), runs);
        var soon = side.judge(classes(question));
        say(number, "later", side.later());
        say(number, "soon", soon);
        boolean goOn =
                !StopAtRed.isCalledOff() && soon.stream().noneMatch(test -> test.outcome() == Verdict.Outcome.RED);
        return goOn ? side.afterwards() : List.of();
    }

    private static List<String> frames(JsonNode question) {
        Thread.currentThread()
                .setContextClassLoader(new LearnerClasses(classes(question), LearnerHost.class.getClassLoader()));
        return Wire.sample(Options.server(SERVER), question.path("width").asInt());
    }

    private static Map<String, byte[]> classes(JsonNode question) {
        var classes = new HashMap<String, byte[]>();
        for (var entry : question.path("classes").properties()) {
            classes.put(
                    entry.getKey(), Base64.getDecoder().decode(entry.getValue().asString()));
        }
        return classes;
    }

    /** Writes a line of its own, even if the learner's code has written before it to the same output. */
    private synchronized void say(int number, String about, Object says) {
        out.println("\n" + JsonMapper.shared().writeValueAsString(new Line(number, about, says)));
    }
}
