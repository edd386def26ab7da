package suite;

import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * One or more real {@code nats-server} processes on free ports of this machine, which can be killed, frozen and started again,
 * each with its own data.
 *
 * <p><b>Length:</b> a node's life, its faults and what an operator asks of it.
 *
 * <p><b>Threads:</b> confined to the test's.
 */
final class NatsNodes implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(150);
    private static final Duration CATCH_UP = Duration.ofSeconds(20);

    private final String program;
    private final Path folder;
    private final String extra;
    private final int[] ports;
    private final int[] routes;
    private final Process[] processes;
    private final List<FaultyProxy> relays = new ArrayList<>(); // Between the first node and the others, each way.
    private final Thread atExit = new Thread(this::killAll);

    private NatsNodes(String program, int count, String extra) {
        this.program = program;
        this.extra = extra;
        this.ports = IntStream.range(0, count).map(i -> Ports.next()).toArray();
        this.routes = IntStream.range(0, count).map(i -> Ports.next()).toArray();
        this.processes = new Process[count];
        try {
            folder = Files.createTempDirectory("push-nats");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Runtime.getRuntime().addShutdownHook(atExit); // So that none is left when the tests are interrupted.
    }

    /** Starts so many, as a cluster if they are more than one. */
    static NatsNodes start(int count) {
        return start(program("new"), count, "");
    }

    /** The same, with more lines of configuration. */
    static NatsNodes start(String program, int count, String extra) {
        var nodes = launch(program, count, extra);
        nodes.awaitUp();
        return nodes;
    }

    /** The same, without waiting for them. */
    static NatsNodes launch(String program, int count, String extra) {
        var nodes = new NatsNodes(program, count, extra);
        for (int i = 0; i < count; i++) {
            nodes.launch(i);
        }
        return nodes;
    }

    /** Three, of which the first can be cut off from the others, while its clients still reach it. */
    static NatsNodes startWithRelays() {
        var nodes = new NatsNodes(program("new"), 3, "");
        for (int port : new int[] {nodes.routes[1], nodes.routes[2], nodes.routes[0], nodes.routes[0]}) {
            nodes.relays.add(FaultyProxy.to(port));
        }
        for (int i = 0; i < 3; i++) {
            nodes.launch(i);
        }
        nodes.awaitUp();
        return nodes;
    }

    /** Cuts the first node off from the others. */
    void cutOff() {
        relays.forEach(FaultyProxy::refuse);
        relays.forEach(FaultyProxy::reset);
    }

    void mend() {
        relays.forEach(FaultyProxy::pass);
    }

    /** The ports at which a node finds the others. */
    private IntStream routes(int node) {
        if (relays.isEmpty()) {
            return IntStream.of(routes);
        }
        return node == 0
                ? IntStream.of(relays.get(0).port(), relays.get(1).port())
                : IntStream.of(relays.get(node + 1).port(), routes[3 - node]);
    }

    /** The path of a nats-server: {@code new} is one that may run three replicas, {@code old} one that may not. */
    static String program(String age) {
        try {
            var process = new ProcessBuilder("sh", "src/build/nats.sh", age)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            var path = new String(process.getInputStream().readAllBytes()).strip();
            if (process.waitFor() != 0) {
                throw new AssertionError("src/build/nats.sh has found no nats-server");
            }
            return path;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw Deadline.interrupted();
        }
    }

    int count() {
        return ports.length;
    }

    int port(int node) {
        return ports[node];
    }

    /** All addresses, for PUSH_NATS_URL. */
    String urls() {
        return IntStream.of(ports).mapToObj(port -> "nats://127.0.0.1:" + port).collect(Collectors.joining(","));
    }

    void launch(int node) {
        var config = folder.resolve("n" + node + ".conf");
        try {
            Files.writeString(config, config(node, extra));
            processes[node] = new ProcessBuilder(program, "-c", config.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            folder.resolve("n" + node + ".log").toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String config(int node, String more) {
        var text = "server_name: n" + node + "\nlisten: 127.0.0.1:" + ports[node] + "\njetstream { store_dir: \""
                + folder.resolve("n" + node) + "\", max_mem: 64M, max_file: 512M }\n";
        if (ports.length > 1) {
            var nowhere = relays.isEmpty() ? "" : ", advertise: \"127.0.0.1:1\""; // Else they would find each other.
            text += "cluster { name: push, listen: 127.0.0.1:" + routes[node] + nowhere + ", routes: ["
                    + routes(node)
                            .mapToObj(port -> "nats-route://127.0.0.1:" + port)
                            .collect(Collectors.joining(", "))
                    + "] }\n";
        }
        return text + more + "\n";
    }

    /** Has a node read other lines of configuration, as an operator does by SIGHUP. */
    void reload(int node, String more) {
        try {
            Files.writeString(folder.resolve("n" + node + ".conf"), config(node, more));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        signal(node, "HUP");
    }

    void kill(int node) {
        processes[node].destroyForcibly().onExit().join();
    }

    private void restart(int node) {
        kill(node);
        launch(node);
    }

    /** As an operator stops it: it takes more than a second to end. */
    void stop(int node) {
        processes[node].destroy();
        processes[node].onExit().orTimeout(30, TimeUnit.SECONDS).join();
    }

    void freeze(int node) {
        signal(node, "STOP");
    }

    void thaw(int node) {
        signal(node, "CONT");
    }

    private void signal(int node, String name) {
        Signal.send(processes[node].pid(), name);
    }

    /**
     * Waits until JetStream stores on as many nodes as there are. If they do not find each other, all are started again: NATS
     * 2.10.27 sometimes has no place for three replicas on three nodes for minutes.
     */
    void awaitUp() {
        var patience = new Deadline[] {Deadline.in(CATCH_UP)};
        boolean up = Deadline.in(START).poll(() -> {
            try (var operator = connect()) {
                operator.management()
                        .addStream(StreamConfiguration.builder()
                                .name("up")
                                .subjects("up")
                                .replicas(count())
                                .build());
                return operator.management().deleteStream("up");
            } catch (IOException | JetStreamApiException e) {
                if (patience[0].passed()) {
                    System.out.println("started again, because they did not find each other: " + e);
                    IntStream.range(0, count()).forEach(this::restart);
                    patience[0] = Deadline.in(CATCH_UP);
                }
                return false;
            }
        });
        if (!up) {
            throw new AssertionError("JetStream was not up within " + Deadline.say(START) + ": " + said());
        }
    }

    /** The last lines that each node has logged. */
    String said() {
        var all = new StringBuilder();
        for (int node = 0; node < count(); node++) {
            try {
                var lines = Files.readAllLines(folder.resolve("n" + node + ".log"));
                all.append("\nn").append(node).append(":\n  ");
                all.append(String.join("\n  ", lines.subList(Math.max(0, lines.size() - 20), lines.size())));
            } catch (IOException e) {
                all.append(e);
            }
        }
        return all.toString();
    }

    Operator connect() throws IOException {
        return Operator.connect(urls());
    }

    /** What an operator does to JetStream. */
    interface Task<T> {
        T apply(JetStreamManagement management) throws Exception;
    }

    <T> T manage(Task<T> task) {
        try (var operator = connect()) {
            return task.apply(operator.management());
        } catch (Exception e) {
            throw new AssertionError("an operator's command has failed: " + e, e);
        }
    }

    /**
     * Waits until the stream has a leader, and every replica of it is there and up to date. A replica that does not catch up
     * is started again, as an operator does it: NATS 2.10.27 sometimes forgets one.
     */
    void awaitWhole() {
        var patience = new Deadline[] {Deadline.in(CATCH_UP)};
        boolean whole = Deadline.in(START).poll(() -> {
            var behind = behind();
            if (!behind.isEmpty() && behind.size() < count() && patience[0].passed()) {
                System.out.println("started again, because they did not catch up: " + behind);
                behind.forEach(this::restart);
                patience[0] = Deadline.in(CATCH_UP);
            }
            return behind.isEmpty();
        });
        if (!whole) {
            throw new AssertionError("the stream's replicas were not whole within " + Deadline.say(START));
        }
    }

    /** The nodes whose replica is not up to date; all, while the stream has no leader. */
    private Set<Integer> behind() {
        var behind = IntStream.range(0, count()).boxed().collect(Collectors.toSet());
        try (var operator = connect()) {
            var management = operator.management();
            var info = management
                    .getStreamInfo(management.getStreamNames("push.messages").get(0))
                    .getClusterInfo();
            if (info != null && info.getLeader() != null) {
                behind.remove(node(info.getLeader()));
                info.getReplicas().stream()
                        .filter(one -> one.isCurrent() && !one.isOffline())
                        .forEach(one -> behind.remove(node(one.getName())));
            }
        } catch (IOException | JetStreamApiException | RuntimeException e) {
            // There is an election.
        }
        return behind;
    }

    private static int node(String name) {
        return Integer.parseInt(name.substring(1));
    }

    /** The name of the stream that holds the messages. */
    String stream() {
        return manage(management -> management.getStreamNames("push.messages").get(0));
    }

    /** The node that leads the stream. */
    int leader() {
        var leader = new String[1];
        boolean known = Deadline.in(START).poll(() -> {
            try (var operator = connect()) {
                var management = operator.management();
                leader[0] = management
                        .getStreamInfo(
                                management.getStreamNames("push.messages").get(0))
                        .getClusterInfo()
                        .getLeader();
                return leader[0] != null && !leader[0].isEmpty();
            } catch (IOException | JetStreamApiException | RuntimeException e) {
                return false; // There is an election.
            }
        });
        if (!known) {
            throw new AssertionError("the stream has no leader");
        }
        return node(leader[0]);
    }

    @Override
    public void close() {
        killAll();
        relays.forEach(FaultyProxy::close);
        Runtime.getRuntime().removeShutdownHook(atExit);
        try (var files = Files.walk(folder)) {
            var all = new ArrayList<>(files.toList());
            all.sort(Comparator.reverseOrder());
            for (var file : all) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            // What a node was writing when it was killed may come and go; the folder is a temporary one.
        }
    }

    private void killAll() {
        for (var process : List.of(processes)) {
            if (process != null) {
                process.destroyForcibly().onExit().join();
            }
        }
    }
}
