package coach;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/**
 * One trial of the learner's server: compiles the current sources, then judges them by one lesson. Its verdict comes
 * first, and the results of long tests follow. It runs beside the coach's own thread, which stays free for keys, and
 * can be called off.
 *
 * <p><b>Threads:</b> created and queried on the coach's thread; works on its own thread.
 */
final class BackgroundRun {

    /**
     * Its result: faults of the compiler, or else a verdict.
     *
     * @param later the long tests, which are not in the verdict yet
     */
    record Result(List<String> faults, Optional<Verdict> verdict, List<String> later) {
        Result(Verdict verdict) {
            this(List.of(), Optional.of(verdict), List.of());
        }
    }

    /** A trial longer than this is stuck: its server is ended, so that its tests finish. */
    private static final long STUCK_MS = 120_000;
    /** The time that a test may still run after the learner has saved again. */
    private static final long STALE_MS = 2_000;

    private final Learner learner;
    private final CompletableFuture<Result> verdict = new CompletableFuture<>();
    private final CompletableFuture<Result> result = new CompletableFuture<>();
    private final long began = System.currentTimeMillis();
    private final OptionalLong savedMs;
    private final Consumer<String> started;
    private long staleSince;
    private volatile boolean stale; // Set by the coach's thread, read by the trial's own.

    /** @param savedMs when the learner saved, as a time of day in milliseconds; empty if no save has led to this trial */
    BackgroundRun(Learner learner, Lesson lesson, LastRed red, OptionalLong savedMs, Consumer<String> started) {
        this.learner = learner;
        this.savedMs = savedMs;
        this.started = started;
        Daemon.start("coach-trial", () -> {
            try {
                var last = run(lesson, red);
                verdict.complete(last);
                learner.makeReady(() -> stale);
                result.complete(last);
            } catch (Throwable e) { // Told on the coach's thread, and thrown there.
                verdict.completeExceptionally(e);
                result.completeExceptionally(e);
            }
        });
    }

    private Result run(Lesson lesson, LastRed red) {
        started.accept("compiling");
        var faults = learner.compile();
        if (stale || !faults.isEmpty()) {
            return new Result(faults, Optional.empty(), List.of());
        }
        return new Result(learner.judge(
                lesson,
                red,
                this::go,
                (soon, later) -> verdict.complete(new Result(List.of(), Optional.of(soon), List.copyOf(later)))));
    }

    /** Starts a test, unless the trial was called off before the judge began to listen. */
    private void go(String test) {
        if (stale) { // Not here: this thread reads the answers of the JVM that is asked to stop.
            Daemon.start("coach-call-off", this::callOff);
        }
        started.accept(test);
    }

    boolean done() {
        long now = System.currentTimeMillis();
        if (now - began > STUCK_MS || stale && now - staleSince > STALE_MS) {
            learner.kill();
        }
        return result.isDone();
    }

    /** Returns whether there is a verdict, though perhaps not the final one. */
    boolean judged() {
        return verdict.isDone();
    }

    /** Returns the first verdict. */
    Result verdict() {
        return of(verdict);
    }

    /** Returns the final verdict, with the long tests. */
    Result result() {
        return of(result);
    }

    private static Result of(CompletableFuture<Result> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof UserError mistake ? mistake : e;
        }
    }

    /** Marks its remaining output as useless, because the learner has saved again. */
    void makeStale() {
        staleSince = System.currentTimeMillis();
        stale = true;
        callOff();
    }

    boolean stale() {
        return stale;
    }

    /** Starts no further test and ends the server under test, so that the running one fails soon. */
    private void callOff() {
        learner.callOff();
    }

    /** Returns text such as {@code 1.4 s after your save}. */
    String time() {
        long ms = System.currentTimeMillis() - savedMs.orElse(began);
        return Text.seconds(ms) + (savedMs.isPresent() ? " after your save" : "");
    }
}
