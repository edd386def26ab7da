package coach;

import coach.LearnerJvm.Refused;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * The one JVM that waits for the learner's next save: it is started in advance, and replaced when a run has left
 * something in it or it has ended.
 *
 * <p><b>Threads:</b> one at a time, but {@link #stop} and {@link #kill} on any.
 */
final class WarmJvm {

    /** After this many runs, leftovers are likely and not worth searching for. */
    private static final int RUNS = 40;

    private final Path folder;
    private volatile LearnerJvm jvm; // Null if there is none; killed by the thread that calls off.
    private List<String> debugging = List.of();
    private int runs;

    /** @param folder its working folder */
    WarmJvm(Path folder) {
        this.folder = folder;
    }

    /** Makes it wait for a debugger on this port before it runs anything, and run one test after the other. */
    void waitForDebugger(int port) {
        debugging = List.of(
                "-agentlib:jdwp=transport=dt_socket,server=y,suspend=y,quiet=y,address=127.0.0.1:" + port,
                "-Dcoach.lanes=1");
    }

    void start() {
        var unused = jvm();
    }

    synchronized LearnerJvm jvm() {
        if (jvm == null || !jvm.alive()) {
            var patience = Stream.of("suite.startMs", "suite.patienceMs", "coach.enoughMs")
                    .filter(name -> System.getProperty(name) != null)
                    .map(name -> "-D" + name + "=" + System.getProperty(name))
                    .toList();
            jvm = LearnerJvm.start(
                    Stream.of(debugging, patience).flatMap(List::stream).toList(), folder);
        }
        return jvm;
    }

    /**
     * Prepares a JVM for the next run; it replaces the last run's JVM if that run has left something running.
     *
     * @param hurried whether the next run is waiting
     */
    void makeReady(BooleanSupplier hurried) {
        if (!debugging.isEmpty() || hurried.getAsBoolean()) {
            return;
        }
        var used = jvm();
        // The tests beside a red one finish by themselves.
        for (int i = 0; i < 60 && !hurried.getAsBoolean() && used.left() > 0; i++) {
            LockSupport.parkNanos(50_000_000);
        }
        if (!hurried.getAsBoolean() && (++runs % RUNS == 0 || used.left() > 0)) {
            used.kill();
            jvm = null;
            start();
        }
    }

    /** Returns whether this is its process, or one that it has started. */
    boolean owns(ProcessHandle other) {
        var used = jvm;
        return used != null && used.owns(other);
    }

    /** Ends a cancelled run; a JVM that does not answer is discarded. */
    void stop() {
        var used = jvm;
        if (used != null) {
            try {
                var unused = used.ask("stop", Map.of(), (about, says) -> {}, Duration.ofSeconds(1));
            } catch (Refused e) {
                used.kill();
            }
        }
    }

    void kill() {
        var used = jvm;
        if (used != null) {
            used.kill();
        }
    }
}
