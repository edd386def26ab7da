package bench;

import java.util.ArrayList;
import java.util.List;

/**
 * All that one run of the benchmarks has found, as it stands in its file of JSON.
 *
 * <p><b>Threads:</b> confined to one; the lists grow.
 */
record Results(
        String date,
        boolean quick,
        String machine,
        String processor,
        int processors,
        long memoryBytes,
        String jdk,
        String flags,
        String node,
        String commit,
        String loadAverage,
        List<InProcess> encode,
        List<InProcess> fanOut,
        List<Wire> wire,
        List<Wire> scaling,
        List<Wire> frozen,
        List<Wire> joins,
        List<Memory> memory,
        List<Joined> joined) {

    /** A result of JMH: the time of one call, the bytes that it allocates, and by how many deliveries they divide. */
    record InProcess(String way, int streams, int burst, double micros, double bytes) {
        double perDelivery() {
            return micros / streams / burst;
        }

        double bytesPerDelivery() {
            return bytes / streams / burst;
        }
    }

    /** A load on a server in its own process. */
    record Wire(
            String peer, int connections, int streamsEach, int frozenPercent, long residentBytes, Experiment.Run run) {
        int streams() {
            return connections * streamsEach;
        }

        double perSecond() {
            return run.delivered() / run.seconds();
        }
    }

    /** What a server holds for idle streams; heap is 0 for a peer that has none. */
    record Memory(String peer, double residentPerConnection, double heapPerConnection, double heapPerFurtherStream) {}

    /** A load whose streams were opened one connection after another, or on all connections in turn. */
    record Joined(boolean inTurns, Wire wire) {}

    /** A file of an earlier edition lacks what was measured later. */
    Results {
        joined = joined == null ? new ArrayList<>() : joined;
    }

    Results(boolean quick, Machine machine) {
        this(
                machine.date(),
                quick,
                machine.name(),
                machine.processor(),
                machine.processors(),
                machine.memoryBytes(),
                machine.jdk(),
                String.join(" ", Peer.flags()),
                machine.node(),
                machine.commit(),
                machine.loadAverage(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>());
    }
}
