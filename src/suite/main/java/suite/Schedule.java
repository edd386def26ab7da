package suite;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Chooses which thread of the server goes first. What a race decides by luck, once in a thousand runs, is decided here: one request
 * is held at a place in the server's code, another is answered meanwhile, and then the first goes on. That is repeated for every
 * place through which the first request comes, see {@link PausePoints}.
 *
 * <p>If the second request waits for the first, because the server has a lock there, the first goes on immediately.
 *
 * <p><b>Length:</b> the place, the thread that is held there and every wait for it are guarded by one lock.
 *
 * <p><b>Threads:</b> guarded by this object's lock.
 */
public final class Schedule {

    /**
     * A place in the server's code.
     *
     * @param instruction tells two places of one line apart
     * @param caller the method that makes the object, if the place is in a constructor; or empty
     */
    private record Place(String method, String file, int line, int instruction, String caller) {
        static Place of(StackWalker.StackFrame frame, Optional<StackWalker.StackFrame> caller) {
            var type = frame.getDeclaringClass().getSimpleName();
            boolean makes = frame.getMethodName().equals("<init>");
            return new Place(
                    makes ? "new " + type : frame.getMethodName(),
                    String.valueOf(frame.getFileName()),
                    frame.getLineNumber(),
                    frame.getByteCodeIndex(),
                    makes ? caller.map(Place::at).orElse("") : "");
        }

        private static String at(StackWalker.StackFrame frame) {
            return frame.getMethodName() + "(" + frame.getFileName() + ":" + frame.getLineNumber() + ")";
        }

        @Override
        public String toString() {
            return caller.isEmpty() ? method + "(" + file + ":" + line + ")" : caller + ", in " + method;
        }
    }

    /** A thread that is held, before it calls a method of a collection or something else. */
    private record Held(Thread thread, Object receiver, String method) {}

    private static final int MOST = 150;
    /** So many places more are tried when the second request had to wait at one after which something was wrong. */
    private static final int AFTER_VAGUE = 30;

    private static final Duration LONGEST = Duration.ofMillis(300);
    private static final Set<Thread.State> WAITING =
            Set.of(Thread.State.BLOCKED, Thread.State.WAITING, Thread.State.TIMED_WAITING);
    private static final Pattern CHANGES = Pattern.compile(
            "(add|remove|put|poll|pop|push|offer|clear|set|sort|replace|retain|insert|merge|compute)\\w*");
    private static volatile Optional<Schedule> current = Optional.empty();

    private final PausePoints points;

    @GuardedBy("this")
    private final Set<Place> seen = new LinkedHashSet<>();

    @GuardedBy("this")
    private Optional<Place> stopAt;

    @GuardedBy("this")
    private Optional<Held> held = Optional.empty();

    @GuardedBy("this")
    private String race = "";

    private Schedule(PausePoints points, Optional<Place> stopAt) {
        this.points = points;
        this.stopAt = stopAt;
    }

    /** Called by the server before a method call or a field write. */
    public static void point() {
        current.ifPresent(schedule -> schedule.reached("", ""));
    }

    /** Called by the server before it calls this method of a collection. */
    public static void call(Object receiver, String method) {
        current.ifPresent(schedule -> schedule.reached(receiver, method));
    }

    /**
     * Holds the first request at each of its places in turn, while the second is answered.
     *
     * @param check is called when both have been answered, with the place in words; it fails if what came of it is wrong. Where
     *     the second had to wait until the first went on, a later place is more likely to be the wrong one, and is named instead
     */
    static void explore(PausePoints points, Runnable first, Runnable second, Consumer<String> check) {
        var all = new Schedule(points, Optional.empty());
        current = Optional.of(all);
        try {
            first.run();
        } finally {
            current = Optional.empty();
        }
        var vague = Optional.<AssertionError>empty();
        int more = AFTER_VAGUE;
        for (var place : all.places()) {
            if (vague.isPresent() && more-- == 0) {
                break;
            }
            boolean waited = new Schedule(points, Optional.of(place)).run(first, second, place);
            try {
                check.accept(place.toString());
            } catch (AssertionError e) {
                if (!waited) {
                    throw e;
                }
                vague = vague.or(() -> Optional.of(e)); // What went wrong there came after that place.
            }
        }
        if (vague.isPresent()) {
            throw vague.get();
        }
    }

    private synchronized List<Place> places() {
        return new ArrayList<>(seen).subList(0, Math.min(MOST, seen.size()));
    }

    /** Returns whether the second had to wait until the first was let go. */
    private boolean run(Runnable first, Runnable second, Place place) {
        boolean waited = false;
        current = Optional.of(this);
        try {
            var one = CompletableFuture.runAsync(first, Threads.named("suite-first"));
            var thread = awaitHeld(one);
            if (thread.isPresent()) {
                var other = CompletableFuture.runAsync(second, Threads.named("suite-second"));
                awaitDoneOrStuck(other, thread.get());
                waited = !other.isDone();
                release();
                await(other);
            } else {
                second.run(); // This time it came by another way; what is checked expects both.
            }
            await(one);
        } finally {
            current = Optional.empty();
            release();
        }
        failIfTheyMet(place);
        return waited;
    }

    private static void await(CompletableFuture<?> request) {
        try {
            Deadline.await(request);
        } catch (CompletionException e) {
            if (e.getCause() instanceof AssertionError failed) {
                throw failed;
            }
            throw e;
        }
    }

    /** An IO thread is never held, because it might be the one that brings the second request. */
    private void reached(Object receiver, String method) {
        var thread = Thread.currentThread();
        if (thread.getName().contains(" I/O-")) {
            return;
        }
        var here = place();
        if (here.isPresent()) {
            reached(here.get(), new Held(thread, receiver, method));
        }
    }

    private synchronized void reached(Place place, Held here) {
        seen.add(place);
        if (stopAt.equals(Optional.of(place))) {
            stopAt = Optional.empty();
            held = Optional.of(here);
            notifyAll();
            Deadline.exactly(Deadline.PATIENCE).await(this, () -> !isHeld());
        } else if (held.isPresent() && held.get().receiver() == here.receiver() && isUnsafe(held.get(), here)) {
            race = "two threads use one " + here.receiver().getClass().getSimpleName()
                    + " at the same time, and it is made for one: " + here.method() + " at " + place + " and "
                    + held.get().method();
        }
    }

    /** Whether one of two threads changes a collection that has no lock of its own. */
    private static boolean isUnsafe(Held one, Held other) {
        var type = other.receiver().getClass().getName();
        return (CHANGES.matcher(one.method()).matches()
                        || CHANGES.matcher(other.method()).matches())
                && type.matches("java\\.util\\.\\w+");
    }

    private synchronized void failIfTheyMet(Place place) {
        if (!race.isEmpty()) {
            throw new AssertionError(race + " at " + place);
        }
    }

    /** Where the current thread is in this server's code; the suite's own threads, which ask it for its port, are nowhere. */
    private Optional<Place> place() {
        return StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
                .walk(frames -> {
                    var all = frames.toList();
                    var own = all.stream()
                            .filter(frame -> frame.getDeclaringClass().getClassLoader() == points)
                            .filter(frame ->
                                    all.stream().noneMatch(other -> other.getDeclaringClass() == RunningServer.class))
                            .toList();
                    var caller = own.stream()
                            .filter(frame -> !frame.getMethodName().equals("<init>"))
                            .findFirst();
                    return own.stream().findFirst().map(frame -> Place.of(frame, caller));
                });
    }

    private synchronized Optional<Thread> awaitHeld(CompletableFuture<?> first) {
        var deadline = Deadline.in(Deadline.PATIENCE);
        while (held.isEmpty() && !first.isDone() && !deadline.passed()) {
            Deadline.exactly(Duration.ofMillis(2)).await(this, this::isHeld);
        }
        return held.map(Held::thread);
    }

    private void awaitDoneOrStuck(CompletableFuture<?> second, Thread first) {
        var deadline = Deadline.exactly(LONGEST);
        for (int stuck = 0; stuck < 3 && !second.isDone() && !deadline.passed(); ) {
            Deadline.pause(Duration.ofMillis(2));
            stuck = anotherWaits(first) ? stuck + 1 : 0;
        }
    }

    /** Whether a thread of this server waits in the server's code, but for the one that is held. */
    private boolean anotherWaits(Thread first) {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(entry -> entry.getKey() != first
                        && entry.getKey().getThreadGroup() == first.getThreadGroup()
                        && WAITING.contains(entry.getKey().getState()))
                .anyMatch(entry -> Stream.of(entry.getValue()).anyMatch(frame -> points.isOwn(frame.getClassName())));
    }

    private synchronized boolean isHeld() {
        return held.isPresent();
    }

    private synchronized void release() {
        held = Optional.empty();
        notifyAll();
    }
}
