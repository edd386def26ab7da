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
 * Reports what a server in this JVM did when a test fails: the output of its threads, and their positions in its own
 * code.
 *
 * <p><b>Threads:</b> any thread; the outputs are guarded by their map's lock.
 */
public final class Printed {

    private static final Duration MOMENT = Duration.ofMillis(30);
    private static final Map<ThreadGroup, ProcessOutput> OUTPUTS = new WeakHashMap<>();

    private static volatile boolean kept; // Set once, before anything is judged.

    private Printed() {}

    /** Keeps everything printed in this JVM from now on for the server whose thread prints it, and shows it nowhere. */
    public static void keep() {
        kept = true;
        var kept = new PrintStream(new Kept(), true, StandardCharsets.UTF_8);
        System.setOut(kept);
        System.setErr(kept);
    }

    /** Returns the output of these threads, once it is kept. */
    public static ProcessOutput by(ThreadGroup threads) {
        synchronized (OUTPUTS) {
            return OUTPUTS.computeIfAbsent(threads, group -> ProcessOutput.nothing());
        }
    }

    /** Returns their output since the mark; empty if there is none. */
    public static String aside(ThreadGroup threads) {
        var printed = kept ? by(threads).sinceMark() : ""; // Otherwise the message must equal the promised one.
        return printed.isEmpty() ? "" : "\n  Meanwhile the server printed:" + printed;
    }

    /** Returns their places in the server's own code, seen twice in a moment, after a wait in vain; empty if none. */
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

    /** Returns the exception's place in the server's own code: {@code , at Server.java:52 (open)}; or empty. */
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

    /** Returns the number of these threads that are in the server's own code. */
    public static long in(String server, ThreadGroup threads) {
        return places(server, threads).size();
    }

    /** Returns those of these threads that are in the server's own code, each with its current method. */
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

    /** Returns text such as {@code thread XNIO-1 I/O-1 waits at Server.java:87 (post), in LinkedBlockingQueue.put}. */
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

    /** Assigns each output to the innermost group that a server's threads are in. */
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
