package coach;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import coach.Verdict.Outcome;
import java.lang.reflect.Method;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import suite.CheckClass;
import suite.Options;
import suite.Runner;
import suite.RunsLong;

/**
 * Judges the learner's server by the tests of a lesson side by side, each with its own server, and returns a verdict as
 * soon as there is one: at the first red test, when all but the long tests are green, or when the learner has waited
 * long enough. The remaining tests go on after it; the long tests one by one.
 *
 * <p><b>Length:</b> the queue, the results and every wait on them are guarded by one lock.
 *
 * <p><b>Threads:</b> one judges at a time; the tests run on threads of their own, guarded by this object's lock.
 */
final class SideBySide {

    /** More than there are processors, because a test mostly waits. */
    private static final int LANES = Integer.getInteger("coach.lanes", 4);
    /** The time that another red test waits for the requested one. */
    private static final long GRACE_MS = 700;
    /** The time that a learner waits for a green verdict, from the start of the tests. */
    private static final long ENOUGH_MS = Long.getLong("coach.enoughMs", 1_800);

    private static final long NEVER_MS = 600_000;

    private final LastRed last;
    private final String first;
    private final Consumer<String> started;
    private final ThreadGroup group;
    private final List<Method> quick = new ArrayList<>();
    private final List<Method> slow = new ArrayList<>();
    private final Map<Method, List<Verdict.Test>> results = new HashMap<>();
    /** The work of one lane, one item after the other: a test, or all tests of a class that share a browser. */
    private final Deque<List<Method>> queue = new ArrayDeque<>();

    private final Set<Method> running = new HashSet<>();
    private final Set<Method> told = new LinkedHashSet<>();
    private boolean inOrder; // The last red test is red for another reason, and is not reported first.
    private Map<String, String> parameters = Map.of();
    private Map<String, byte[]> classes = Map.of();

    /**
     * @param classesOfTests by their names
     * @param last its test runs before all others
     * @param started is told each test's name as it starts
     * @param group for the threads of the tests and of their servers
     */
    SideBySide(List<String> classesOfTests, LastRed last, Consumer<String> started, ThreadGroup group) {
        this.group = group;
        this.last = last;
        this.first = last.method();
        this.started = started;
        for (var name : classesOfTests) {
            for (var test : new CheckClass(Judge.load(name), "", "", "").checks()) {
                (runsLong(test) ? slow : quick).add(test);
            }
        }
        if (quick.isEmpty()) { // Then no verdict can come sooner.
            quick.addAll(slow);
            slow.clear();
        }
    }

    private static boolean runsLong(Method test) {
        return test.isAnnotationPresent(RunsLong.class)
                || test.getDeclaringClass().isAnnotationPresent(RunsLong.class);
    }

    private static boolean sharesABrowser(Method test) {
        return Stream.of(test.getDeclaringClass().getDeclaredFields())
                .anyMatch(field -> field.getType().getSimpleName().equals("Chromium"));
    }

    /** Returns the names of the tests that are still running after the verdict. */
    synchronized List<String> later() {
        return Stream.concat(quick.stream().filter(test -> !told.contains(test)), slow.stream())
                .map(Method::getName)
                .toList();
    }

    /** Returns the results of all tests but the long ones, for a server of these classes. */
    List<Verdict.Test> judge(Map<String, byte[]> classes) {
        this.classes = classes;
        Options.use(Options.server(LearnerHost.SERVER));
        StopAtRed.begin();
        parameters = Judge.parameters("", true);
        synchronized (this) {
            var ordered = quick.stream()
                    .sorted(Comparator.comparing(test -> !test.getName().equals(first)))
                    .toList();
            ordered.stream().filter(test -> !sharesABrowser(test)).forEach(test -> queue.add(List.of(test)));
            var inBrowser = ordered.stream().filter(SideBySide::sharesABrowser).toList();
            if (!inBrowser.isEmpty()) {
                queue.add(inBrowser);
            }
        }
        lanes(quick.size());
        await(quick, ENOUGH_MS);
        judgeInOrder();
        synchronized (this) {
            boolean green = firstRed().isEmpty();
            quick.stream().filter(test -> !green || results.containsKey(test)).forEach(told::add);
            return said(List.copyOf(told));
        }
    }

    private void lanes(int tests) {
        for (int i = 0; i < Math.min(LANES, tests); i++) {
            lane(i);
        }
    }

    /**
     * Lets the tests that a learner meets earlier decide if the test that was red last time is now red for another
     * reason: it was written for another mistake, and so was its likely cause.
     */
    private void judgeInOrder() {
        List<Method> before;
        synchronized (this) {
            inOrder = results.values().stream()
                    .flatMap(List::stream)
                    .anyMatch(test -> test.method().equals(first)
                            && test.outcome() == Outcome.RED
                            && last.isAnother(test.message()));
            if (!inOrder || StopAtRed.isCalledOff()) {
                return;
            }
            before = quick.stream()
                    .takeWhile(test -> !test.getName().equals(first))
                    .toList();
            StopAtRed.goOn();
            queue.clear();
            before.stream()
                    .filter(test -> !running.contains(test))
                    .filter(test -> results.getOrDefault(test, List.of()).stream()
                            .allMatch(said -> said.outcome() == Outcome.NOT_RUN))
                    .forEach(test -> {
                        results.remove(test);
                        queue.add(List.of(test));
                    });
        }
        lanes(before.size());
        long enough = System.nanoTime() + ENOUGH_MS * 1_000_000;
        synchronized (this) {
            try {
                while (!results.keySet().containsAll(before)
                        && !StopAtRed.isCalledOff()
                        && System.nanoTime() < enough) {
                    TimeUnit.MILLISECONDS.timedWait(this, 20);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Returns the results of the other tests, after a green verdict. */
    List<Verdict.Test> afterwards() {
        await(quick, NEVER_MS);
        synchronized (this) {
            queue.add(slow);
        }
        lane(LANES);
        var all = Stream.concat(quick.stream(), slow.stream()).toList();
        await(all, NEVER_MS);
        return said(all.stream().filter(test -> !told.contains(test)).toList());
    }

    /** Starts a thread that runs the queue, in a separate group: some tests look at all threads that are theirs. */
    private void lane(int number) {
        var lane = new Thread(new ThreadGroup(group, "lane-" + number), this::drive, "lane-" + number);
        lane.setDaemon(true);
        lane.start();
    }

    /**
     * Waits until all these are done, the run is called off, or one is red, and then for a moment until the requested
     * one is; but no longer than this.
     */
    private synchronized void await(List<Method> tests, long enoughMs) {
        long enough = System.nanoTime() + enoughMs * 1_000_000;
        long end = 0;
        try {
            while (!results.keySet().containsAll(tests) && !StopAtRed.isCalledOff()) {
                boolean red = firstRed().isPresent();
                if (red && end == 0) {
                    end = System.nanoTime() + GRACE_MS * 1_000_000;
                }
                boolean over = System.nanoTime() >= (red ? end : enough);
                if (asked() && red || over && (red || asked() && !results.isEmpty())) {
                    return;
                }
                TimeUnit.MILLISECONDS.timedWait(this, 20);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns whether the requested test has ended, or there is none. */
    private boolean asked() {
        return quick.stream().noneMatch(test -> test.getName().equals(first) && !results.containsKey(test));
    }

    private Optional<Verdict.Test> firstRed() {
        return results.values().stream()
                .flatMap(List::stream)
                .filter(test -> test.outcome() == Outcome.RED)
                .findFirst();
    }

    private void drive() {
        for (var tests = next(); tests.isPresent(); tests = next()) {
            tests.get().forEach(test -> run(test));
        }
    }

    private synchronized Optional<List<Method>> next() {
        var tests = Optional.ofNullable(queue.poll());
        tests.ifPresent(running::addAll);
        return tests;
    }

    /** Runs one in its own lane. */
    private void run(Method test) {
        if (sharesABrowser(test)) {
            synchronized (Lane.IN_BROWSER) {
                run(test, Lane.BROWSER);
            }
        } else {
            run(test, Lane.take());
        }
    }

    private void run(Method test, Lane lane) {
        List<Verdict.Test> said;
        try {
            Thread.currentThread().setContextClassLoader(new LearnerClasses(classes, lane));
            var type = lane.loadClass(test.getDeclaringClass().getName());
            var copy = method(type, test.getName());
            var runner = new Runner(parameters, (name, greens) -> tellStarted(name));
            said = runner.run(List.of(selectMethod(type, copy))).stream()
                    .map(Judge::test)
                    .toList();
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
        lane.giveBack();
        synchronized (this) {
            results.put(test, said);
            running.remove(test);
            notifyAll();
        }
    }

    private static Method method(Class<?> type, String name) {
        return new CheckClass(type, "", "", "")
                .checks().stream()
                        .filter(one -> one.getName().equals(name))
                        .findFirst()
                        .orElseThrow();
    }

    private synchronized void tellStarted(String name) {
        long greens = results.values().stream()
                .flatMap(List::stream)
                .filter(test -> test.outcome() == Outcome.GREEN)
                .count();
        started.accept((greens == 0 ? "" : greens + " green, now ") + name);
    }

    /**
     * Returns the results in the lesson's order, with the requested red one before all others, unless it is red for
     * another reason; a test that has not ended has not run.
     */
    private synchronized List<Verdict.Test> said(List<Method> tests) {
        var all = new ArrayList<Verdict.Test>();
        for (var test : tests) {
            all.addAll(results.getOrDefault(
                    test,
                    List.of(new Verdict.Test(
                            test.getName(), Outcome.NOT_RUN, "an earlier test is red", "", Map.of(), 0))));
        }
        if (!inOrder) {
            all.sort(Comparator.comparing(test -> !test.method().equals(first)));
        }
        return all;
    }
}
