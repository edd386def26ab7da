package suite;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The threads of this JVM that are executing a server's own classes, and not those that it uses.
 *
 * <p><b>Threads:</b> any thread.
 *
 * @param prefix the start of the names of the server's classes
 * @param group the group of the threads that the server has started: another server with the same classes may be
 *     running
 */
record OwnThreads(String prefix, ThreadGroup group) {

    private static final int SURE = 20; // This many looks in a row.
    private static final Set<String> SLEEP = Set.of("sleep", "parkNanos", "parkUntil");
    private static final Set<String> SLEEPERS = Set.of(
            "java.lang.Thread",
            "java.util.concurrent.TimeUnit",
            "java.util.concurrent.locks.LockSupport",
            "jdk.internal.misc.Unsafe");

    /** @param server the name of the server's class */
    static OwnThreads of(String server, ThreadGroup group) {
        return new OwnThreads(server.substring(0, server.indexOf('.') + 1), group);
    }

    int count() {
        return (int) all().count();
    }

    /** Returns their positions, {@code XNIO-1 I/O-2 at drain(Server.java:131)}; empty if there are none. */
    String places() {
        return all().map(entry -> entry.getKey().getName() + " at " + place(entry.getValue()))
                .sorted()
                .distinct()
                .collect(Collectors.joining(", "));
    }

    /** Waits until none of them is working: each has left the server's code, or waits in it; no longer than this. */
    void awaitRest(Duration most) {
        var deadline = Deadline.exactly(most);
        int looks = 0;
        for (var states = states(); !states.isEmpty() && looks < SURE && !deadline.passed(); states = states()) {
            looks = states.stream().anyMatch(state -> state == Thread.State.RUNNABLE) ? 0 : looks + 1;
            Deadline.pause(Duration.ofMillis(2));
        }
    }

    private List<Thread.State> states() {
        return all().map(entry -> entry.getKey().getState()).toList();
    }

    /** Returns whether an IO thread waits for a lock, or for another thread to do something. */
    boolean hasWaitingIoThread() {
        return all().anyMatch(entry ->
                entry.getKey().getName().contains(" I/O-") && entry.getKey().getState() != Thread.State.RUNNABLE);
    }

    /**
     * Returns the percentage of one processor that all of the server's threads use during this time: what its own code
     * asks for again and again may be done on a thread of a library's.
     */
    long busy(Duration time) {
        var before = used();
        long began = System.nanoTime();
        Deadline.pause(time);
        long took = System.nanoTime() - began;
        long used = used().entrySet().stream()
                .mapToLong(entry -> entry.getValue() - before.getOrDefault(entry.getKey(), entry.getValue()))
                .sum();
        return 100 * used / took;
    }

    /** Returns the place of one that its own code has put to sleep, as seen during this time; empty if none. */
    String asleep(Duration time) {
        var found = new String[] {""};
        boolean asleep = Deadline.exactly(time).poll(() -> {
            found[0] = all().filter(entry -> isAsleep(entry.getValue()))
                    .map(entry -> "at " + place(entry.getValue()))
                    .findFirst()
                    .orElse("");
            return !found[0].isEmpty();
        });
        return asleep ? found[0] : "";
    }

    /** Returns whether the server's code has called a sleep itself; waiting for a lock or at a queue is different. */
    private boolean isAsleep(StackTraceElement[] stack) {
        boolean sleeps = false;
        for (var frame : stack) {
            if (isOwn(frame)) {
                return sleeps;
            }
            sleeps |= SLEEP.contains(frame.getMethodName());
            if (!SLEEPERS.contains(frame.getClassName())) {
                return false;
            }
        }
        return false;
    }

    private Map<Thread, Long> used() {
        var threads = ManagementFactory.getThreadMXBean();
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> isOfGroup(thread.getThreadGroup()))
                .collect(Collectors.toMap(Function.identity(), thread -> threads.getThreadCpuTime(thread.getId())));
    }

    private Stream<Map.Entry<Thread, StackTraceElement[]>> all() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(entry -> isOfGroup(entry.getKey().getThreadGroup()))
                .filter(entry -> Stream.of(entry.getValue()).anyMatch(this::isOwn));
    }

    /** Returns whether this thread belongs to the group. A thread that has ended has no group. */
    private boolean isOfGroup(ThreadGroup other) {
        return other != null && group.parentOf(other);
    }

    private boolean isOwn(StackTraceElement frame) {
        return frame.getClassName().startsWith(prefix);
    }

    private String place(StackTraceElement[] stack) {
        var frame = Stream.of(stack).filter(this::isOwn).findFirst().orElseThrow();
        return frame.getMethodName() + "(" + frame.getFileName() + ":" + frame.getLineNumber() + ")";
    }
}
