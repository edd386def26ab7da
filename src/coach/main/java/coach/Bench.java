package coach;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.function.Function;

/**
 * Where the servers are tried that are not the learner's, the steps of the ladder and the wrong answers: in JVMs side by side, which
 * stay from one trial to the next, or in this one.
 *
 * <p><b>Threads:</b> any thread; a JVM is used by one task at a time.
 */
final class Bench implements AutoCloseable {

    private final Tasks lanes;
    private final Queue<InOtherJvm> free = new ConcurrentLinkedQueue<>(); // The JVMs that no task uses.
    private final Function<Trial, List<Verdict.Test>> judge;

    /** In this JVM, one after the other. */
    Bench() {
        lanes = new Tasks(1);
        judge = Trial::here;
    }

    /**
     * @param lanes how many trials are under way at the same time; more than there are processors, for a test mostly waits
     * @param patienceMs how long a test waits for what ought to come immediately
     */
    Bench(int lanes, long patienceMs) {
        this.lanes = new Tasks(lanes);
        judge = trial -> inOtherJvm(trial, patienceMs);
    }

    /** Begins a task, with trials in it, as soon as a lane is free; {@link Tasks#end} says what came of it. */
    <T> Future<T> begin(Callable<T> task) {
        return lanes.begin(task);
    }

    /** What each test says, up to the first red one; to be asked in a task. */
    List<Verdict.Test> judge(Trial trial) {
        return judge.apply(trial);
    }

    /** The same as a verdict. */
    Verdict verdict(Lesson lesson, Trial trial) {
        long began = System.nanoTime();
        var tests = judge(trial);
        return new Verdict(lesson, tests, (System.nanoTime() - began) / 1_000_000);
    }

    private List<Verdict.Test> inOtherJvm(Trial trial, long patienceMs) {
        var waiting = free.poll();
        var jvm = waiting == null ? InOtherJvm.start(System.getProperty("java.class.path"), patienceMs) : waiting;
        var said = jvm.judge(trial); // One that has not answered does not come back.
        free.add(jvm);
        return said;
    }

    @Override
    public void close() {
        lanes.close();
        free.forEach(InOtherJvm::close);
    }
}
