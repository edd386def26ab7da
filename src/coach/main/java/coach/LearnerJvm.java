package coach;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import suite.Debugger;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The JVM that runs and judges the learner's server, as the coach sees it. It stays from save to save, so that it is
 * warm; and it is a separate process, so that it can be discarded when the learner's code hangs or ends it.
 *
 * <p><b>Threads:</b> any thread; writing is guarded by this object's lock.
 */
final class LearnerJvm {

    /** The JVM has answered with an exception, or not at all. */
    static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1;

        Refused(String message) {
            super(message);
        }
    }

    private record Question(BiConsumer<String, JsonNode> lines, CompletableFuture<JsonNode> done) {}

    private final Process process;
    private final PrintStream out;
    private final AtomicInteger questions = new AtomicInteger();
    private final Map<Integer, Question> asked = new ConcurrentHashMap<>();
    private volatile boolean over; // Set by the reading thread, when it has read everything.
    private volatile boolean killed; // Set before its process is ended.
    /** The last line that is not an answer: the JVM's own, or one that the learner's code wrote. */
    private volatile String lastWords = "";

    private LearnerJvm(Process process) {
        this.process = process;
        out = new PrintStream(process.getOutputStream(), true, UTF_8);
        Daemon.start("coach-learner-jvm", this::read);
    }

    /**
     * @param flags of the JVM, in addition to its usual ones
     * @param folder its working folder
     */
    static LearnerJvm start(List<String> flags, Path folder) {
        var builder = new ProcessBuilder(JvmCommand.words(flags, JvmCommand.classPath(), LearnerHost.class.getName()))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .directory(folder.toAbsolutePath().toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("PUSH_"));
        Debugger.leaveOut(builder.environment());
        try {
            return new LearnerJvm(builder.start());
        } catch (IOException e) {
            throw new UserError("cannot start a JVM for your server: " + e, e);
        }
    }

    private void read() {
        try (var in = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            for (var line = in.readLine(); line != null; line = in.readLine()) {
                read(line);
            }
        } catch (IOException e) {
            // It has ended.
        } finally {
            over = true; // A caller from now on checks it after adding its question to the pending ones.
            asked.values().forEach(question -> question.done.completeExceptionally(new Refused(ending())));
        }
    }

    /** Reads a line. The learner's code, and a JVM out of memory, may write to the same output: that is no answer. */
    private void read(String line) {
        JsonNode said;
        try {
            said = JsonMapper.shared().readTree(line);
        } catch (JacksonException e) {
            lastWords = line;
            return;
        }
        if (said.path("question").isInt()) {
            take(said.path("question").asInt(), said.path("about").asString(), said.path("says"));
        }
    }

    private void take(int number, String about, JsonNode says) {
        var question = asked.get(number);
        if (question == null) {
            return; // Nothing waits for it.
        }
        switch (about) {
            case "done" -> question.done.complete(says);
            case "failed" -> question.done.completeExceptionally(new Refused(says.asString()));
            default -> question.lines.accept(about, says);
        }
    }

    private String ending() {
        try {
            boolean ended = process.waitFor(1, TimeUnit.SECONDS);
            if (killed) {
                return "the server's JVM was ended, because a test of it did not come to its end";
            }
            if (lastWords.contains("OutOfMemoryError")) {
                return "the server has used up the memory of its JVM, " + JvmCommand.MEMORY_MB + " MB, which ended: "
                        + lastWords.replaceFirst(".*?(?=java\\.lang)", "")
                        + "\nIs there a loop that adds without end, or a list or a queue that only grows?";
            }
            return ended
                    ? "the server has ended its JVM, with exit code " + process.exitValue()
                    : "the server's JVM has closed its output";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    /**
     * Asks, and waits for the end of the answer.
     *
     * @param lines receives the subject and content of each line before it
     */
    JsonNode ask(String verb, Map<String, ?> about, BiConsumer<String, JsonNode> lines, Duration within) {
        int number = questions.incrementAndGet();
        var answer = new CompletableFuture<JsonNode>();
        asked.put(number, new Question(lines, answer));
        var question = new HashMap<String, Object>(about);
        question.put("question", number);
        question.put("verb", verb);
        try {
            synchronized (this) {
                out.println(JsonMapper.shared().writeValueAsString(question));
            }
            if (over || !process.isAlive()) {
                throw new Refused(ending());
            }
            return answer.get(within.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Refused refused
                    ? refused
                    : new Refused(e.getCause().toString());
        } catch (TimeoutException e) {
            throw new Refused("the server's JVM did not answer within " + Text.seconds(within.toMillis()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refused("interrupted");
        } finally {
            asked.remove(number);
        }
    }

    /** Returns the number of threads left over from judging; many, if it does not say. */
    int left() {
        try {
            return ask("left", Map.of(), (about, says) -> {}, Duration.ofSeconds(2))
                    .asInt();
        } catch (Refused e) {
            return Integer.MAX_VALUE;
        }
    }

    /** Returns whether this is its process, or one that it has started. */
    boolean owns(ProcessHandle other) {
        return other.equals(process.toHandle()) || process.descendants().anyMatch(other::equals);
    }

    boolean alive() {
        return process.isAlive();
    }

    /** Ends it, with everything that it has started, such as a browser. */
    void kill() {
        killed = true;
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
