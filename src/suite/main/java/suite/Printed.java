package suite;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a server in this JVM has to say to a test that fails: what its threads have printed, and where they stand in its own code.
 *
 * <p><b>Threads:</b> any thread; the outputs are guarded by their map's lock.
 */
public final class Printed {

    private static final Duration MOMENT = Duration.ofMillis(30);
    private static final Map<ThreadGroup, ProcessOutput> OUTPUTS = new WeakHashMap<>();

    private static volatile boolean kept; // Set once, before anything is judged.

    private Printed() {}

    /** From now on, what is printed in this JVM is kept for the server whose thread prints it, and shown nowhere. */
    public static void keep() {
        kept = true;
        var kept = new PrintStream(new Kept(), true, StandardCharsets.UTF_8);
        System.setOut(kept);
        System.setErr(kept);
    }

    /** What these threads have printed, once it is kept. */
    public static ProcessOutput by(ThreadGroup threads) {
        synchronized (OUTPUTS) {
            return OUTPUTS.computeIfAbsent(threads, group -> ProcessOutput.nothing());
        }
    }

    /** What they have printed since the mark; empty if nothing. */
    public static String aside(ThreadGroup threads) {
        var printed =
                kept ? by(threads).sinceMark() : ""; // Elsewhere a message is compared with the one that is promised.
        return printed.isEmpty() ? "" : "\n  Meanwhile the server printed:" + printed;
    }

    /** Where they stand in the server's own code, twice in a moment; empty if nowhere: for what was waited for in vain. */
    public static String standing(String server, ThreadGroup threads) {
        if (!kept) {
            return "";
        }
        var before = places(server, threads);
        Deadline.pause(MOMENT);
        var now = places(server, threads);
        var where = now.entrySet().stream()
                .filter(entry -> before.getOrDefault(entry.getKey(), "").equals(entry.getValue()))
                .map(entry -> "\n    " + where(server, entry.getKey()))
                .filter(line -> !line.isBlank())
                .collect(Collectors.joining());
        return where.isEmpty() ? "" : "\n  Where it stands:" + where;
    }

    /** Where an exception came from or through in the server's own code: {@code , at Server.java:52 (open)}; or empty. */
    public static String place(String server, Throwable thrown) {
        return !kept
                ? ""
                : Stream.iterate(thrown, one -> one != null, Throwable::getCause)
                        .flatMap(one -> Stream.of(one.getStackTrace()))
                        .filter(frame -> isOf(server, frame))
                        .findFirst()
                        .map(frame -> ", at " + place(frame))
                        .orElse("");
    }

    /** How many of these threads stand in the server's own code. */
    public static long in(String server, ThreadGroup threads) {
        return places(server, threads).size();
    }

    /** Those of these threads that are in the server's own code, each with the method in which it is. */
    private static Map<Thread, String> places(String server, ThreadGroup group) {
        var threads = new Thread[group.activeCount() + 8];
        int count = group.enumerate(threads);
        var places = new LinkedHashMap<Thread, String>();
        for (var thread : Arrays.copyOf(threads, count)) {
            Stream.of(thread.getStackTrace())
                    .filter(frame -> isOf(server, frame))
                    .findFirst()
                    .ifPresent(frame -> places.put(thread, method(frame)));
        }
        return places;
    }

    /** {@code thread XNIO-1 I/O-1 waits at Server.java:87 (post), in LinkedBlockingQueue.put}. */
    private static String where(String server, Thread thread) {
        var stack = thread.getStackTrace();
        for (int i = 0; i < stack.length; i++) {
            if (isOf(server, stack[i])) {
                return "thread " + thread.getName() + doing(thread.getState()) + place(stack[i])
                        + (i == 0 ? "" : ", in " + method(stack[i - 1]));
            }
        }
        return "";
    }

    private static String doing(Thread.State state) {
        return switch (state) {
            case BLOCKED -> " waits for a lock that another thread has at ";
            case WAITING, TIMED_WAITING -> " waits at ";
            default -> " runs at ";
        };
    }

    private static boolean isOf(String server, StackTraceElement frame) {
        return frame.getClassName().startsWith(server.substring(0, server.lastIndexOf('.') + 1));
    }

    private static String place(StackTraceElement frame) {
        return frame.getFileName() + ":" + frame.getLineNumber() + " (" + frame.getMethodName() + ")";
    }

    private static String method(StackTraceElement frame) {
        var type = frame.getClassName();
        return type.substring(type.lastIndexOf('.') + 1) + "." + frame.getMethodName();
    }

    /** Gives each output to the innermost group that a server's threads are in. */
    private static final class Kept extends OutputStream {
        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            var text = new String(bytes, offset, length, StandardCharsets.UTF_8);
            for (var group = Thread.currentThread().getThreadGroup(); group != null; group = group.getParent()) {
                ProcessOutput output;
                synchronized (OUTPUTS) {
                    output = OUTPUTS.get(group);
                }
                if (output != null) {
                    output.add(text);
                    return;
                }
            }
        }
    }
}
