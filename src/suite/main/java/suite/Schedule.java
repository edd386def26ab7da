package suite;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Chooses which thread of the server goes first. It decides what a race decides by luck, once in a thousand runs: one
 * request is held at a place in the server's code, another is answered meanwhile, and then the first goes on. This is
 * repeated for every place that the first request passes through, see {@link PausePoints}.
 *
 * <p>If the second request waits for the first, because the server has a lock there, the first goes on immediately. A request is
 * over when the server's threads have left its code, which may be long after the client has its answer.
 *
 * <p><b>Length:</b> the place, the thread that is held there and every wait for it are guarded by one lock.
 *
 * <p><b>Threads:</b> guarded by this object's lock.
 */
public final class Schedule {

    /** A held thread, before it calls a method of a collection or something else. */
    private record Held(Thread thread, Object receiver, String method) {}

    private static final int MOST = 150;
    /** The further places to try when the second request had to wait at one after which something was wrong. */
    private static final int AFTER_VAGUE = 30;
    /** The number of retries of a place that the first request has not reached: it may take several ways. */
    private static final int AGAIN = 2;

    private static final Duration LOOK = Duration.ofMillis(2);
    private static final int SURE = 3;
    /** The number of looks in a row that find a thread waiting, but not for a lock: another may be about to wake it. */
    private static final int SURE_UNLESS_WOKEN = 25;

    private static final Duration LONGEST = Duration.ofMillis(500);
    private static final Set<Thread.State> WAITING =
            Set.of(Thread.State.BLOCKED, Thread.State.WAITING, Thread.State.TIMED_WAITING);
    private static final String NO_LOCK =
            "A thread that changes it and one that reads it, copies it or walks through it must hold the same lock; or take a collection that is made for several threads.";
    private static final Pattern CHANGES = Pattern.compile(
            "(add|remove|put|poll|pop|push|offer|clear|set|sort|replace|retain|insert|merge|compute)\\w*");
    private static volatile Optional<Schedule> current = Optional.empty();

    private final PausePoints points;
    private final Predicate<Thread> holds;

    private final LongAdder passes = new LongAdder();

    @GuardedBy("this")
    private final Set<Place> seen = new LinkedHashSet<>();

    /** Those that have come through the server's code, and may be held. */
    @GuardedBy("this")
    private final Set<Thread> threads = new LinkedHashSet<>();

    @GuardedBy("this")
    private Optional<Place> stopAt;

    /** The thread that is or was held, whose places are those of the first request. */
    @GuardedBy("this")
    private Optional<Thread> first = Optional.empty();

    /** Where the first request has entered the server's code: its thread may serve the second one later. */
    @GuardedBy("this")
    private String entry = "";

    @GuardedBy("this")
    private Optional<Held> held = Optional.empty();

    @GuardedBy("this")
    private String race = "";

    private Schedule(PausePoints points, Predicate<Thread> holds, Optional<Place> stopAt) {
        this.points = points;
        this.holds = holds;
        this.stopAt = stopAt;
    }

    /** Called by the server before a method call or a field write. */
    public static void point() {
        current.ifPresent(schedule -> schedule.reached("", ""));
    }

    /** Called by the server before it calls this method of a collection, or copies it. */
    public static void call(Object receiver, String method) {
        current.ifPresent(schedule -> schedule.reached(receiver == null ? "" : receiver, method));
    }

    /** Holds the first request, but no IO thread, which might bring the second one. */
    static int explore(Supplier<PausePoints> points, Runnable first, Runnable second, Consumer<String> check) {
        return explore(points, thread -> !isIo(thread), first, second, check);
    }

    /**
     * Holds the first request at each of its places in turn, while the second is answered. Returns the number of places
     * at which it was held.
     *
     * @param points is asked anew for each place, because the check may start the server again
     * @param holds selects the threads that may be held; the first of them that reaches a place is the first request
     * @param check is called when both have been answered, with the place in words; it fails if the result is wrong. If
     *     the second had to wait until the first went on, a later place is more likely to be the wrong one, and is
     *     named instead
     */
    static int explore(
            Supplier<PausePoints> points,
            Predicate<Thread> holds,
            Runnable first,
            Runnable second,
            Consumer<String> check) {
        var known = new LinkedHashSet<>(places(points.get(), holds, first));
        var todo = new ArrayDeque<>(known);
        var vague = Optional.<AssertionError>empty();
        int more = AFTER_VAGUE;
        int held = 0;
        while (!todo.isEmpty() && (vague.isEmpty() || more-- > 0)) {
            var place = todo.remove();
            var turn = Turn.MISSED;
            for (int go = 0; turn == Turn.MISSED && go <= AGAIN; go++) {
                var schedule = new Schedule(points.get(), holds, Optional.of(place));
                turn = schedule.run(first, second, place);
                try {
                    check.accept(place.toString());
                } catch (AssertionError e) {
                    if (turn == Turn.PASSED) {
                        throw e;
                    }
                    vague = vague.or(() -> Optional.of(e)); // The fault occurred after that place.
                }
                if (turn != Turn.MISSED) {
                    held++; // By now the first may pass through places that it did not pass through before.
                    schedule.places().stream()
                            .filter(later -> known.size() < MOST && known.add(later))
                            .forEach(todo::add);
                }
            }
        }
        if (vague.isPresent()) {
            throw vague.get();
        }
        return held;
    }

    /** Returns the places that a request passes through when it is not held. */
    private static List<Place> places(PausePoints points, Predicate<Thread> holds, Runnable request) {
        var all = new Schedule(points, holds, Optional.empty());
        all.watch(() -> {
            request.run();
            all.awaitRest();
        });
        return all.places();
    }

    /** Returns the IO threads that pass through the server's code during a request. */
    static Set<Thread> ioThreads(PausePoints points, Runnable request) {
        var all = new Schedule(points, Schedule::isIo, Optional.empty());
        all.watch(request);
        return all.passed();
    }

    /** Returns how many places the threads in the server's code pass through during this. */
    static long passes(PausePoints points, Runnable during) {
        var all = new Schedule(points, thread -> false, Optional.empty());
        all.watch(during);
        return all.passes.sum();
    }

    private void watch(Runnable request) {
        current = Optional.of(this);
        try {
            request.run();
        } finally {
            current = Optional.empty();
        }
    }

    private static boolean isIo(Thread thread) {
        return thread.getName().contains(" I/O-");
    }

    private synchronized Set<Thread> passed() {
        return new HashSet<>(threads);
    }

    private synchronized List<Place> places() {
        return new ArrayList<>(seen).subList(0, Math.min(MOST, seen.size()));
    }

    /** The result of the attempt to hold the first request at a place. */
    private enum Turn {
        /** It was held, and the second passed it. */
        PASSED,
        /** It was held, and the second waited until it was let go. */
        WAITED,
        /** It has not reached that place. */
        MISSED
    }

    private Turn run(Runnable first, Runnable second, Place place) {
        var turn = Turn.MISSED;
        current = Optional.of(this);
        try {
            var one = CompletableFuture.runAsync(first, Threads.named("suite-first"));
            var thread = awaitHeld(one);
            if (thread.isPresent()) {
                var before = stillWaiting(thread.get());
                var other = CompletableFuture.runAsync(second, Threads.named("suite-second"));
                awaitDoneOrStuck(other, thread.get(), before);
                turn = other.isDone() ? Turn.PASSED : Turn.WAITED;
                release();
                await(other, place);
            } else {
                holdNobody(); // This time it took another way; the check expects both.
                second.run();
            }
            await(one, place);
            awaitRest();
        } finally {
            current = Optional.empty();
            release();
        }
        failIfTheyMet(place);
        return turn;
    }

    private static void await(CompletableFuture<?> request, Place place) {
        try {
            // After so long a request gives up by itself, and says what it waited for.
            Deadline.in(Deadline.PATIENCE).poll(request::isDone);
            Deadline.await(request);
        } catch (CompletionException e) {
            if (e.getCause() instanceof AssertionError failed) {
                var told = CheckFailed.withLikelyCause(failed, "");
                throw CheckFailed.withLikelyCause(
                        new AssertionError(
                                "one request was held at " + place + " while another came: " + told.fault(), failed),
                        told.likelyCause());
            }
            throw e;
        }
    }

    /** Called at a place. A thread that is not to be held may meet the held one. */
    private void reached(Object receiver, String method) {
        passes.increment();
        var here = new Held(Thread.currentThread(), receiver, method);
        if (holds.test(here.thread())) {
            Place.current(points).ifPresent(place -> reached(place, here));
        } else if (heldAt(receiver)) {
            Place.current(points).ifPresent(place -> meet(place, here));
        }
    }

    private synchronized boolean heldAt(Object receiver) {
        return held.isPresent() && held.get().receiver() == receiver;
    }

    private synchronized void meet(Place place, Held here) {
        if (heldAt(here.receiver()) && isUnsafe(held.get(), here)) {
            race = "two threads use one " + here.receiver().getClass().getSimpleName()
                    + " at the same time, and it is made for one: " + here.method() + " at " + place + " and "
                    + held.get().method();
        }
    }

    private synchronized void reached(Place place, Held here) {
        threads.add(here.thread());
        var visited = place;
        if (first.isEmpty() || first.get() == here.thread() && entry.equals(Place.entry(points))) {
            visited = seen.add(place) ? place : place.comingBy();
            seen.add(visited);
        }
        if (stopAt.equals(Optional.of(visited))) {
            stopAt = Optional.empty();
            first = Optional.of(here.thread());
            entry = Place.entry(points);
            held = Optional.of(here);
            notifyAll();
            Deadline.exactly(Deadline.PATIENCE).await(this, () -> !isHeld());
            held = Optional.empty();
        } else {
            meet(place, here);
        }
    }

    /** Returns whether one of two threads changes a collection that has no lock of its own. */
    private static boolean isUnsafe(Held one, Held other) {
        var type = other.receiver().getClass().getName();
        return (CHANGES.matcher(one.method()).matches()
                        || CHANGES.matcher(other.method()).matches())
                && type.matches("java\\.util\\.(?!(Vector|Stack|Hashtable)$)\\w+");
    }

    private synchronized void failIfTheyMet(Place place) {
        if (!race.isEmpty()) {
            throw CheckFailed.withLikelyCause(new AssertionError(race + " at " + place), NO_LOCK);
        }
    }

    /** Waits until the first is held. It may have its answer before it reaches the place. */
    private Optional<Thread> awaitHeld(CompletableFuture<?> request) {
        var deadline = Deadline.in(Deadline.PATIENCE);
        while (heldThread().isEmpty() && !(request.isDone() && atWork().isEmpty()) && !deadline.passed()) {
            pauseUnlessHeld();
        }
        return heldThread(); // It may be held since the last look.
    }

    private synchronized Optional<Thread> heldThread() {
        return held.map(Held::thread);
    }

    private synchronized void pauseUnlessHeld() {
        Deadline.exactly(LOOK).await(this, this::isHeld);
    }

    /** Waits until the threads that have come through the server's code have left it, or wait in it. */
    private void awaitRest() {
        var deadline = Deadline.in(Deadline.PATIENCE);
        int waiting = 0;
        for (var busy = atWork(); !busy.isEmpty() && waiting < SURE_UNLESS_WOKEN; busy = atWork()) {
            waiting += busy.stream().allMatch(thread -> WAITING.contains(thread.getState())) ? 1 : 0;
            if (deadline.passed()) {
                throw new AssertionError(
                        "a request has its answer, but " + busy.get(0).getName()
                                + " is still at work in the server's code after " + Deadline.say(Deadline.PATIENCE)
                                + ", so it cannot be held at every place there");
            }
            Deadline.pause(LOOK);
        }
    }

    private synchronized List<Thread> atWork() {
        threads.removeIf(thread -> !isInside(thread.getStackTrace()));
        return List.copyOf(threads);
    }

    private boolean isInside(StackTraceElement[] stack) {
        return Stream.of(stack).anyMatch(frame -> points.isOwn(frame.getClassName()));
    }

    /** @param before the threads that were waiting before the second came, and so not for the first */
    private void awaitDoneOrStuck(CompletableFuture<?> second, Thread first, Set<Thread> before) {
        var deadline = Deadline.in(LONGEST);
        int stuck = 0;
        for (int sure = SURE; stuck < sure && !second.isDone() && !deadline.passed(); ) {
            Deadline.pause(LOOK);
            var waiting = waiting(first);
            waiting.removeAll(before);
            // One that waits for a while goes on by itself, so it is given all the time there is.
            boolean forAWhile = waiting.stream().anyMatch(thread -> thread.getState() == Thread.State.TIMED_WAITING);
            stuck = waiting.isEmpty() || forAWhile ? 0 : stuck + 1;
            sure = waiting.stream().anyMatch(thread -> waitsFor(first, thread)) ? SURE : SURE_UNLESS_WOKEN;
        }
    }

    /** Returns whether a thread waits for a lock that the other holds. */
    private static boolean waitsFor(Thread owner, Thread thread) {
        var told = ManagementFactory.getThreadMXBean().getThreadInfo(thread.getId());
        return told != null && told.getLockOwnerId() == owner.getId();
    }

    /** Returns those that go on waiting: to one that has only met another thread at a lock, the second may come yet. */
    private Set<Thread> stillWaiting(Thread first) {
        var waiting = waiting(first);
        if (!waiting.isEmpty()) {
            Deadline.pause(LOOK);
            waiting.retainAll(waiting(first));
        }
        return waiting;
    }

    /** Returns the threads of this server that wait in its code, and not for us, except the held one. */
    private Set<Thread> waiting(Thread first) {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(entry -> entry.getKey() != first
                        && entry.getKey().getThreadGroup() == first.getThreadGroup()
                        && WAITING.contains(entry.getKey().getState())
                        && isInside(entry.getValue())
                        && Stream.of(entry.getValue())
                                .noneMatch(frame -> frame.getClassName().equals(Schedule.class.getName())))
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(HashSet::new));
    }

    private synchronized void holdNobody() {
        stopAt = Optional.empty();
    }

    private synchronized boolean isHeld() {
        return held.isPresent();
    }

    private synchronized void release() {
        held = Optional.empty();
        notifyAll();
    }
}
