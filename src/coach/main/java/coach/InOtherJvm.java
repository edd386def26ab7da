package coach;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import tools.jackson.databind.json.JsonMapper;

/**
 * A JVM that judges one server after the other, as the coach asks: so several are judged at the same time, each with
 * its own heap, threads and patience, or with a wrong answer at the beginning of the class path. A question and its
 * answer are one line of JSON each.
 *
 * <p><b>Threads:</b> one at a time.
 */
public final class InOtherJvm implements AutoCloseable {

    /**
     * The tests of a trial, or the reason why there are none.
     *
     * @param left whether a thread of the server goes on after its end
     */
    private record Said(List<Verdict.Test> tests, String fault, boolean left) {}

    /** After this many trials, leftovers of other kinds are likely and not worth searching for. */
    static final int MOST = 40;

    /** The names of the threads of Undertow's servers begin with this. */
    private static final String SERVERS = "XNIO-";

    private static final long TO_END_MS = 300;

    private static final long PATIENCE_S = 180;

    private static final ScheduledExecutorService CLOCK = Executors.newSingleThreadScheduledExecutor(task -> {
        var thread = new Thread(task, "coach-jvm-clock");
        thread.setDaemon(true);
        return thread;
    });

    private final Process process;
    private final PrintStream out;
    private final BufferedReader in;
    private int trials;
    private boolean left; // Something may run in it for ever, and take the processor from what is judged.

    private InOtherJvm(Process process) {
        this.process = process;
        out = new PrintStream(process.getOutputStream(), true, UTF_8);
        in = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    }

    /** @param patienceMs of the suite, see {@link suite.Options} */
    static InOtherJvm start(String classPath, long patienceMs) {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var builder = new ProcessBuilder(
                java,
                "-XX:TieredStopAtLevel=1", // It runs most of its code only a few times.
                "-XX:+UseSerialGC",
                "-ea",
                "-Xmx1g",
                "-Dsuite.patienceMs=" + patienceMs,
                "-Dsuite.keepBrowser=true",
                "-Dfile.encoding=UTF-8",
                "-cp",
                classPath,
                InOtherJvm.class.getName());
        suite.Debugger.leaveOut(builder.environment());
        builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        try {
            return new InOtherJvm(builder.start());
        } catch (IOException e) {
            throw new UserError("cannot start a JVM: " + e, e);
        }
    }

    /** Judges a trial. After a {@link UserError} this JVM is of no more use. */
    List<Verdict.Test> judge(Trial trial) {
        var killer = CLOCK.schedule(this::close, PATIENCE_S, TimeUnit.SECONDS);
        trials++;
        try {
            out.println(JsonMapper.shared().writeValueAsString(trial));
            var said = in.readLine();
            if (said == null) {
                throw new UserError("its JVM ended with exit code " + process.waitFor() + " and no verdict");
            }
            var answer = JsonMapper.shared().readValue(said, Said.class);
            left = answer.left;
            if (!answer.fault.isEmpty()) {
                throw new UserError(answer.fault);
            }
            return answer.tests;
        } catch (IOException e) {
            throw new UserError("its JVM cannot be asked: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("interrupted", e);
        } finally {
            killer.cancel(false);
        }
    }

    /** Returns whether it is as good for the next trial as a new one. */
    boolean isClean() {
        return trials < MOST && !left;
    }

    /** Ends it, with everything that it has started, such as a browser. */
    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    public static void main(String[] args) throws IOException {
        var in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        var out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, UTF_8);
        Coach.hush();
        for (var asked = in.readLine(); asked != null; asked = in.readLine()) {
            out.println(JsonMapper.shared().writeValueAsString(answer(asked)));
        }
        Runtime.getRuntime().exit(0); // Not by returning: a judged server may have left threads behind.
    }

    private static Said answer(String asked) {
        try {
            var tests = JsonMapper.shared().readValue(asked, Trial.class).here();
            return new Said(tests, "", isLeft());
        } catch (UserError e) {
            return new Said(List.of(), e.getMessage(), true);
        }
    }

    private static boolean isLeft() {
        long end = System.nanoTime() + TO_END_MS * 1_000_000;
        while (serverRuns()) {
            if (System.nanoTime() > end) {
                return true;
            }
            LockSupport.parkNanos(5_000_000);
        }
        return false;
    }

    private static boolean serverRuns() {
        var threads = new Thread[Thread.activeCount() + 8];
        return Arrays.stream(threads, 0, Thread.enumerate(threads))
                .anyMatch(thread -> thread.getName().startsWith(SERVERS));
    }
}
