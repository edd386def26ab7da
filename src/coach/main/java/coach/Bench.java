package coach;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.function.Function;

/**
 * Tries the servers that are not the learner's, namely the steps of the ladder and the wrong answers: in JVMs side by
 * side, each of which stays from one trial to the next unless a server has left something running in it, or in this
 * one.
 *
 * <p><b>Threads:</b> any thread; a JVM is used by one task at a time.
 */
final class Bench implements AutoCloseable {

    private final Tasks lanes;
    private final Queue<InOtherJvm> free = new ConcurrentLinkedQueue<>(); // The JVMs that no task uses.
    private final Function<Trial, List<Verdict.Test>> judge;

    /** Runs trials in this JVM, one after the other. */
    Bench() {
        lanes = new Tasks(1);
        judge = Trial::here;
    }

    /**
     * @param lanes the number of concurrent trials; more than there are processors, because a test mostly waits
     * @param patienceMs the time that a test waits for something that should come immediately
     */
    Bench(int lanes, long patienceMs) {
        this.lanes = new Tasks(lanes);
        judge = trial -> inOtherJvm(trial, patienceMs);
    }

    /** Begins a task, with trials in it, as soon as a lane is free; {@link Tasks#end} returns its result. */
    <T> Future<T> begin(Callable<T> task) {
        return lanes.begin(task);
    }

    /** Returns the result of each test, up to the first red one; call it in a task. */
    List<Verdict.Test> judge(Trial trial) {
        return judge.apply(trial);
    }

    /** Returns the same as a verdict. */
    Verdict verdict(Lesson lesson, Trial trial) {
        long began = System.nanoTime();
        var tests = judge(trial);
        return new Verdict(lesson, tests, (System.nanoTime() - began) / 1_000_000);
    }

    private List<Verdict.Test> inOtherJvm(Trial trial, long patienceMs) {
        var waiting = free.poll();
        var jvm = waiting == null ? InOtherJvm.start(System.getProperty("java.class.path"), patienceMs) : waiting;
        var said = jvm.judge(trial); // One that has not answered does not come back.
        if (jvm.isClean()) {
            free.add(jvm);
        } else {
            jvm.close();
        }
        return said;
    }

    @Override
    public void close() {
        lanes.close();
        free.forEach(InOtherJvm::close);
    }
}
