package suite;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The processor time of a process and of its children, because a command such as {@code go run} starts the server.
 *
 * <p><b>Threads:</b> immutable.
 */
record ProcessTime(List<ProcessHandle> processes) {

    /** Returns this process's time, or empty if there is no such process or the system does not tell. */
    static Optional<ProcessTime> of(long pid) {
        return ProcessHandle.of(Math.max(0, pid))
                .map(first -> new ProcessTime(
                        Stream.concat(Stream.of(first), first.descendants()).toList()))
                .filter(time -> time.processes.get(0).info().totalCpuDuration().isPresent());
    }

    /** Returns the percentage of one processor used during this time. */
    long busy(Duration time) {
        long before = used();
        long began = System.nanoTime();
        Deadline.pause(time);
        long took = System.nanoTime() - began;
        return 100 * (used() - before) / took;
    }

    private long used() {
        return processes.stream()
                .mapToLong(process ->
                        process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos())
                .sum();
    }
}
