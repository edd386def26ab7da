package bench;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * Applies a load and records the results: posting for a while, or reconnecting all together.
 *
 * <p><b>Threads:</b> confined to the load's thread.
 */
final class Experiment {
    private static final int MISSED = 20;

    private final Load load;
    private final List<ProcessHandle> servers;

    Experiment(Load load, List<Long> pids) {
        this.load = load;
        this.servers =
                pids.stream().map(pid -> ProcessHandle.of(pid).orElseThrow()).toList();
    }

    /** The results; times are in microseconds. */
    record Run(
            int streams,
            int inFlight,
            long posted,
            long delivered,
            double seconds,
            double cpuMicros,
            double p50Micros,
            double p99Micros,
            double maxMicros,
            String problem) {}

    /**
     * Posts for a while: one message at a time, the next when the last has arrived everywhere, or with this many POSTs
     * unanswered at any time. This percentage of the connections does not read.
     */
    Run post(int inFlight, double seconds, int frozenPercent) throws IOException {
        int frozen = load.clients.size() * frozenPercent / 100;
        for (Http2Client client : load.clients.subList(0, frozen)) {
            client.freeze();
        }
        load.stopped = load.readings.size() / load.clients.size() * frozen;
        return measure(inFlight, seconds, () -> {
            while (inFlight == 1 ? load.isEverywhere() : load.unanswered < inFlight) {
                load.postOne();
            }
        });
    }

    /** Posts this many a second, whether or not earlier messages have been delivered. */
    Run rate(int perSecond, double seconds) throws IOException {
        long[] next = {System.nanoTime()};
        return measure(0, seconds, () -> {
            while (next[0] <= System.nanoTime()) {
                load.postOne();
                next[0] += 1_000_000_000L / perSecond;
            }
        });
    }

    /** Called before each look at the sockets. */
    private interface Poster {
        void post() throws IOException;
    }

    private Run measure(int inFlight, double seconds, Poster poster) throws IOException {
        load.latencies = new Latencies();
        long postedBefore = load.number;
        long arrivedBefore = load.arrived;
        double cpuBefore = cpuMicros();
        long began = System.nanoTime();
        long end = began + (long) (seconds * 1e9);
        while (System.nanoTime() < end) {
            poster.post();
            load.turn(5);
        }
        double took = (System.nanoTime() - began) / 1e9;
        long delivered = load.arrived - arrivedBefore;
        double cpuMicros = cpuMicros() - cpuBefore;
        Latencies measured = load.latencies;
        settle();
        return run(inFlight, load.number - postedBefore, delivered, took, cpuMicros, measured);
    }

    /** Waits until every post is answered, and nothing has come for a while. */
    private void settle() throws IOException {
        long deadline = System.nanoTime() + 10_000_000_000L;
        long before = -1;
        load.latencies = new Latencies();
        while (System.nanoTime() < deadline && (load.unanswered > 0 || before != load.arrived)) {
            before = load.arrived;
            long pause = System.nanoTime() + 50_000_000L;
            while (System.nanoTime() < pause) {
                load.turn(20);
            }
        }
    }

    /** Reconnects this many clients together, twenty messages later; times are until a stream has the newest. */
    Run join(int connections, String accept) throws IOException {
        load.postOne();
        settle();
        String lastEventId = load.location.substring(load.location.lastIndexOf('/') + 1);
        for (int i = 0; i < MISSED; i++) {
            load.postOne();
        }
        settle();
        load.number--; // The last message posted counts as new for the streams that join now.
        load.latencies = new Latencies();
        long arrivedBefore = load.arrived;
        double cpuBefore = cpuMicros();
        load.since = System.nanoTime();
        load.open(connections, 1, accept, connections, lastEventId);
        long deadline = load.since + 60_000_000_000L;
        while (load.arrived - arrivedBefore < connections && System.nanoTime() < deadline) {
            load.turn(20);
        }
        double seconds = (System.nanoTime() - load.since) / 1e9;
        double cpuMicros = cpuMicros() - cpuBefore;
        load.number++;
        load.since = 0;
        return run(0, MISSED, load.arrived - arrivedBefore, seconds, cpuMicros, load.latencies);
    }

    private Run run(int inFlight, long posted, long delivered, double seconds, double cpuMicros, Latencies times) {
        return new Run(
                load.readings.size(),
                inFlight,
                posted,
                delivered,
                seconds,
                cpuMicros / Math.max(1, delivered),
                times.micros(.5),
                times.micros(.99),
                times.micros(1),
                load.problem);
    }

    private double cpuMicros() {
        return servers.stream().mapToDouble(Experiment::cpuMicros).sum();
    }

    /** Returns the CPU time that a process has used. */
    static double cpuMicros(ProcessHandle process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e3;
    }
}
