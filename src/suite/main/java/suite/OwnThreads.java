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
 * The threads of this JVM that are in the code of a server: in its own classes, and not in those that it uses.
 *
 * <p><b>Threads:</b> any thread.
 *
 * @param prefix how the names of the server's classes begin
 * @param group of the threads that the server has started: another server of the same classes may run beside it
 */
record OwnThreads(String prefix, ThreadGroup group) {

    private static final int SURE = 20; // So many looks in a row.
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

    /** Where they stand, {@code XNIO-1 I/O-2 at drain(Server.java:131)}; empty if there is none. */
    String places() {
        return all().map(entry -> entry.getKey().getName() + " at " + place(entry.getValue()))
                .sorted()
                .distinct()
                .collect(Collectors.joining(", "));
    }

    /** Waits until none of them is at work: each has left the server's code, or waits in it; but not for longer than this. */
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

    /** Whether an IO thread waits for a lock, or for something else that another thread has to do. */
    boolean hasWaitingIoThread() {
        return all().anyMatch(entry ->
                entry.getKey().getName().contains(" I/O-") && entry.getKey().getState() != Thread.State.RUNNABLE);
    }

    /** How much of one processor they use in so much time from now on, in percent. */
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

    /** Which of them its own code has put to sleep for a time, as seen within so much time; empty if none. */
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

    /** Whether the server's code has called a sleep itself: to wait for a lock or at a queue is something else. */
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
        return all().map(Map.Entry::getKey)
                .collect(Collectors.toMap(Function.identity(), thread -> threads.getThreadCpuTime(thread.getId())));
    }

    private Stream<Map.Entry<Thread, StackTraceElement[]>> all() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(entry -> isOfGroup(entry.getKey().getThreadGroup()))
                .filter(entry -> Stream.of(entry.getValue()).anyMatch(this::isOwn));
    }

    /** A thread that has ended has no group. */
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
