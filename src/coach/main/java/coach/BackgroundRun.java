package coach;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/**
 * One go at the learner's server: compile what stands there, then judge it by one lesson. It runs beside the coach's own thread,
 * which stays free for keys, and can be called off.
 *
 * <p><b>Threads:</b> made and asked on the coach's thread; works on one of its own.
 */
final class BackgroundRun {

    /** What came of it: faults of the compiler, or else a verdict. */
    record Result(List<String> faults, Optional<Verdict> verdict) {}

    /** A trial longer than this is stuck: its server is ended, so that its tests come to an end. */
    private static final long STUCK_MS = 120_000;

    private final CompletableFuture<Result> result = new CompletableFuture<>();
    private final long began = System.currentTimeMillis();
    private final OptionalLong savedMs;
    private final Consumer<String> started;
    private volatile boolean stale; // Set by the coach's thread, read by the trial's own.

    /** @param savedMs when the learner saved, as a time of day in milliseconds; empty if no save has led to this trial */
    BackgroundRun(Learner learner, Lesson lesson, String first, OptionalLong savedMs, Consumer<String> started) {
        this.savedMs = savedMs;
        this.started = started;
        var thread = new Thread(
                () -> {
                    try {
                        result.complete(run(learner, lesson, first));
                    } catch (Throwable e) { // Told on the coach's thread, and thrown there.
                        result.completeExceptionally(e);
                    }
                },
                "coach-trial");
        thread.setDaemon(true);
        thread.start();
    }

    private Result run(Learner learner, Lesson lesson, String first) {
        started.accept("compiling");
        var faults = learner.compile();
        if (stale || !faults.isEmpty()) {
            return new Result(faults, Optional.empty());
        }
        return new Result(List.of(), Optional.of(new Judge(first, true, this::go).judge(lesson, learner.subject())));
    }

    /** A test starts, unless the trial was called off before the judge began to listen. */
    private void go(String test) {
        if (stale) {
            callOff();
        }
        started.accept(test);
    }

    boolean done() {
        if (System.currentTimeMillis() - began > STUCK_MS) {
            callOff();
        }
        return result.isDone();
    }

    Result result() {
        try {
            return result.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof UserError mistake ? mistake : e;
        }
    }

    /** What it is about to say is of no use any more, for the learner has saved again. */
    void makeStale() {
        stale = true;
        callOff();
    }

    boolean stale() {
        return stale;
    }

    /** Starts no further test and ends the server under test, so that the one that runs fails soon. */
    static void callOff() {
        StopAtRed.callOff();
        ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
    }

    /** {@code 1.4 s after your save}. */
    String time() {
        long ms = System.currentTimeMillis() - savedMs.orElse(began);
        return Text.seconds(ms) + (savedMs.isPresent() ? " after your save" : "");
    }
}
