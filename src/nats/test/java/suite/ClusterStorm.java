package suite;

import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import suite.Cluster.Allowed;

/**
 * A cluster that is used while one thing after the other fails, for as long as it is asked to: {@code ClusterStorm SECONDS SEED}.
 * At the end nothing that was acknowledged may be lost or doubled, and no stream may have lost continuity.
 *
 * <p><b>Threads:</b> the main thread.
 */
final class ClusterStorm {
    private final Random random;
    private final Map<String, Integer> faults = new TreeMap<>();
    private final Cluster cluster;

    private ClusterStorm(Cluster cluster, long seed) {
        this.cluster = cluster;
        this.random = new Random(seed);
    }

    public static void main(String[] args) {
        long seconds = args.length > 0 && !args[0].isEmpty() ? Long.parseLong(args[0]) : 60;
        long seed = args.length > 1 && !args[1].isEmpty() ? Long.parseLong(args[1]) : System.nanoTime();
        System.out.println("A storm of " + seconds + " s from seed " + seed);
        int exit = 1;
        try (var cluster = Cluster.start(NatsNodes.start(3), 3, "PUSH_NATS_WAIT_MS", "20000")) {
            var storm = new ClusterStorm(cluster, seed);
            cluster.through("storm", Allowed.NOTHING, 6, 40, load -> storm.blow(Duration.ofSeconds(seconds)));
            System.out.println("What failed: " + storm.faults + "\nClean");
            exit = 0;
        } catch (AssertionError e) {
            System.out.println("NOT CLEAN: " + e.getMessage());
        }
        System.exit(exit); // Threads of clients may be left.
    }

    private void blow(Duration time) {
        long began = System.nanoTime();
        while (System.nanoTime() - began < time.toNanos()) { // As long as was asked for, also on a busy machine.
            String fault = fault();
            faults.merge(fault, 1, Integer::sum);
            long mended = System.nanoTime();
            cluster.nodes.awaitWhole();
            System.out.printf(
                    "%4d s  %s; whole again %.1f s after it was mended%n",
                    (System.nanoTime() - began) / 1_000_000_000, fault, (System.nanoTime() - mended) / 1e9);
            pause(200, 4_000);
        }
    }

    private String fault() {
        int node = random.nextInt(3);
        var server = cluster.servers.get(random.nextInt(3));
        switch (random.nextInt(7)) {
            case 0 -> {
                cluster.nodes.kill(node);
                pause(0, 3_000);
                cluster.nodes.launch(node);
                return "NATS server killed";
            }
            case 1 -> {
                int leader = cluster.nodes.leader();
                cluster.nodes.kill(leader);
                pause(0, 3_000);
                cluster.nodes.launch(leader);
                return "leader killed";
            }
            case 2 -> {
                int leader = cluster.nodes.leader();
                cluster.nodes.freeze(leader);
                pause(500, 8_000);
                cluster.nodes.thaw(leader);
                return "leader frozen";
            }
            case 3 -> {
                cluster.nodes.stop(node);
                cluster.nodes.launch(node);
                return "NATS server restarted";
            }
            case 4 -> {
                for (int i = 0; i < 3; i++) {
                    cluster.nodes.kill(i);
                }
                pause(0, 2_000);
                for (int i = 0; i < 3; i++) {
                    cluster.nodes.launch(i);
                }
                return "all NATS servers killed";
            }
            case 5 -> {
                server.kill();
                pause(0, 2_000);
                server.restart();
                server.awaitReady();
                return "server killed";
            }
            default -> {
                server.signal("STOP");
                pause(500, 8_000);
                server.signal("CONT");
                return "server frozen";
            }
        }
    }

    private void pause(int fromMs, int toMs) {
        Deadline.pause(Duration.ofMillis(fromMs + random.nextInt(toMs - fromMs)));
    }
}
