package bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/**
 * All results of one run of the benchmarks, as stored in its JSON file.
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
        int rounds,
        List<String> leftOut,
        List<InProcess> encode,
        List<InProcess> fanOut,
        List<Wire> wire,
        List<Wire> scaling,
        List<Floor> floors,
        List<Wire> frozen,
        List<Wire> joins,
        List<Start> starts,
        List<Memory> memory,
        List<Wire> together,
        List<Follow> follows,
        List<String> repeated) {

    /** A result of JMH: the time of one call, the bytes that it allocates, and the deliveries to divide them by. */
    record InProcess(String way, int streams, int burst, double micros, double bytes) {
        double perDelivery() {
            return micros / streams / burst;
        }

        double bytesPerDelivery() {
            return bytes / streams / burst;
        }
    }

    /** A load on a server in a separate process, with its row of the sitting. */
    record Wire(
            String peer,
            String row,
            int connections,
            int streamsEach,
            int frozenPercent,
            long residentBytes,
            Experiment.Run run) {
        int streams() {
            return connections * streamsEach;
        }

        double perSecond() {
            return run.delivered() / run.seconds();
        }
    }

    /** The memory that a server holds for idle streams; heap is 0 for a peer that has none. */
    record Memory(String peer, double residentPerConnection, double heapPerConnection, double heapPerFurtherStream) {}

    /** The time from the start of a process to its first answer of 200. */
    record Start(String peer, double seconds) {}

    /** The cost of a second server behind NATS before it has a client: CPU per message, and resident memory. */
    record Follow(String peer, double cpuMicros, double natsMicros, long residentBytes) {}

    /** The minimal cost of a delivery, on this many connections of this many streams. */
    record Floor(int connections, int streamsEach, double micros) {
        int streams() {
            return connections * streamsEach;
        }
    }

    Results(boolean quick, int rounds, Machine machine) {
        this(
                machine.date(),
                quick,
                machine.name(),
                machine.processor(),
                machine.processors(),
                machine.memoryBytes(),
                machine.jdk(),
                String.join(" ", Contender.flags()),
                machine.node(),
                machine.commit(),
                machine.loadAverage(),
                rounds,
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>());
    }

    /** Drops the results of these, because they are measured again. */
    void forget(Predicate<String> again) {
        leftOut.removeIf(what ->
                again.test(what.replaceFirst("^round \\d+ of \\d+: ", "").replaceFirst(": .*", "")));
        for (List<Wire> wires : List.of(wire, scaling, frozen, joins)) {
            wires.removeIf(one -> again.test(one.peer()));
        }
        starts.removeIf(one -> again.test(one.peer()));
        memory.removeIf(one -> again.test(one.peer()));
        if (again.test(Bench.FLOOR)) {
            floors.clear();
        }
        if (again.test(Together.NAME)) {
            together.clear();
            follows.clear();
        }
        if (again.test(Bench.IN_PROCESS)) {
            encode.clear();
            fanOut.clear();
        }
    }

    /** Sorts the servers into this order, whichever was measured first. */
    void sort(List<String> order) {
        for (List<Wire> wires : List.of(wire, scaling, frozen, joins)) {
            wires.sort(Comparator.comparingInt(one -> order.indexOf(one.peer())));
        }
        starts.sort(Comparator.comparingInt(one -> order.indexOf(one.peer())));
        memory.sort(Comparator.comparingInt(one -> order.indexOf(one.peer())));
    }
}
