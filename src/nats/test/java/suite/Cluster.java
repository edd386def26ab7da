package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Real servers that share their messages through real NATS servers, and the judgement of what their clients see while
 * something fails.
 *
 * <p><b>Threads:</b> confined to the test's.
 */
final class Cluster implements AutoCloseable {
    private static final AtomicInteger ENDS = new AtomicInteger();

    final NatsNodes nodes;
    final List<KitServer> servers = new ArrayList<>();

    private Cluster(NatsNodes nodes) {
        this.nodes = nodes;
    }

    /** Starts so many servers at these nodes, with these settings, names and values by turns. */
    static Cluster start(NatsNodes nodes, int servers, String... settings) {
        var cluster = new Cluster(nodes);
        try {
            for (int i = 0; i < servers; i++) {
                cluster.servers.add(KitServer.start(cluster.settings(settings)));
            }
        } catch (AssertionError e) {
            cluster.close();
            throw e;
        }
        return cluster;
    }

    /** These servers, which run already at these nodes. */
    static Cluster of(NatsNodes nodes, List<KitServer> servers) {
        var cluster = new Cluster(nodes);
        cluster.servers.addAll(servers);
        return cluster;
    }

    Map<String, String> settings(String... more) {
        var settings = new HashMap<String, String>();
        settings.put("PUSH_NATS_URL", nodes.urls());
        settings.put("PUSH_NATS_REPLICAS", Integer.toString(nodes.count()));
        settings.put("PUSH_HEARTBEAT_MS", "500");
        for (int i = 0; i < more.length; i += 2) {
            settings.put(more[i], more[i + 1]);
        }
        return settings;
    }

    KitServer a() {
        return servers.get(0);
    }

    KitServer b() {
        return servers.get(1);
    }

    /** How many messages these servers have posted since each of them started. */
    long posted() {
        return servers.stream()
                .mapToLong(server -> server.get("/status")
                        .json()
                        .path("messages")
                        .path("posted")
                        .asLong())
                .sum();
    }

    /** What a fault may do to streams. */
    enum Allowed {
        /** Every stream goes on with the next message. */
        NOTHING,
        /** A stream may be told of another epoch, and then gets everything that was acknowledged under its new id. */
        EPOCH,
        /** A stream may be told that messages are missing. */
        START
    }

    /**
     * Posts and reads while something fails and is mended, and judges: nothing that was acknowledged is lost or doubled, every
     * reader has one unbroken order or was told why not, all have the same messages, and posting goes on.
     *
     * @return what the clients have seen
     */
    Seen through(String fault, Allowed allowed, Runnable failing) {
        return through(fault, allowed, 6, 10, load -> failing.run());
    }

    /** What the readers and posters saw of a fault. */
    record Seen(List<Reader> readers, Load load) {}

    Seen through(String fault, Allowed allowed, int clients, int pauseMs, Consumer<Load> failing) {
        var readers = new ArrayList<Reader>();
        try {
            for (int i = 0; i < servers.size(); i++) {
                readers.add(Reader.start(servers, i, Format.NDJSON));
                readers.add(Reader.start(servers, i, Format.SSE));
            }
            try (var load = Load.start(servers, clients, pauseMs)) {
                load.awaitMore(50);
                failing.accept(load);
                load.awaitMore(50); // Posting goes on, without a restart of ours.
                load.stop();
                String end = "end " + ENDS.incrementAndGet();
                assertEquals(201, a().post("ann", end, "").status());
                readers.forEach(reader -> reader.await(end, Duration.ofSeconds(20)));
                judge(readers, load, allowed);
                System.out.printf(
                        "%s: %d messages, %d answers were no 201, longest pause %.1f s, starts %s%n",
                        fault,
                        load.answered(),
                        load.refused(),
                        load.longestPause().toMillis() / 1e3,
                        readers.stream().map(Reader::reasons).toList());
                return new Seen(List.copyOf(readers), load);
            }
        } catch (AssertionError e) {
            throw new AssertionError(fault + ": " + e.getMessage() + said(), e);
        } finally {
            readers.forEach(Reader::close);
        }
    }

    /** What our servers and those of NATS say of themselves, for what has failed. */
    private String said() {
        return servers.stream()
                        .map(server -> "\n" + server.get("/status") + "\n" + server.said())
                        .collect(Collectors.joining())
                + nodes.said();
    }

    private void judge(List<Reader> readers, Load load, Allowed allowed) {
        assertEquals(List.of(), load.faults());
        var byId = new TreeMap<String, Message>();
        for (var reader : readers) {
            assertEquals("", reader.fault());
            if (allowed == Allowed.NOTHING) {
                assertEquals(List.of(), reader.reasons(), "no stream was to lose continuity");
            }
            for (var run : reader.runs()) {
                var texts = new HashSet<String>();
                for (var message : run.messages()) {
                    assertTrue(texts.add(message.text()), () -> "doubled in one run: " + message);
                    var known = byId.putIfAbsent(message.id(), message);
                    assertTrue(known == null || known.equals(message), () -> known + " is elsewhere " + message);
                }
            }
        }
        if (allowed != Allowed.START) {
            boolean oneRun =
                    readers.stream().allMatch(reader -> reader.reasons().isEmpty());
            readers.forEach(oneRun ? reader -> judgeAll(reader, load) : reader -> judgeTexts(reader, load));
        }
        servers.stream().filter(KitServer::isAlive).forEach(server -> {
            boolean balanced =
                    Deadline.in(Deadline.PATIENCE).poll(() -> server.status().balanced());
            assertTrue(balanced, () -> "opened = open + Σ closed, but " + server.status());
        });
    }

    /** Each message that was answered has come, under whatever id. */
    private static void judgeTexts(Reader reader, Load load) {
        var reasons = new HashSet<>(reader.reasons());
        reasons.remove("epoch");
        assertEquals(Set.of(), reasons, "of what a stream was told, beside another epoch");
        var missing = new HashSet<>(load.ids().keySet());
        reader.messages().forEach(message -> missing.remove(message.text()));
        assertEquals(Set.of(), missing, "acknowledged, and not seen");
    }

    /** Each message that was answered has come once, with the id of its answer. */
    private static void judgeAll(Reader reader, Load load) {
        var seen = new HashMap<String, String>();
        for (var message : reader.messages()) {
            if (message.text().startsWith(load.mark())) {
                var before = seen.put(message.text(), message.id());
                assertEquals(null, before, "doubled: " + message);
            }
        }
        var ids = load.ids();
        seen.keySet().retainAll(ids.keySet()); // A message whose client has given up may have been stored all the same.
        assertEquals(new TreeMap<>(ids), new TreeMap<>(seen), "acknowledged, and seen");
    }

    @Override
    public void close() {
        servers.forEach(KitServer::close);
        nodes.close();
    }
}
