package push;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;

/**
 * A hundred thousand clients that have lost their servers and come back, in virtual time: each after its own {@code retryMs}, to a
 * server that can do so many handshakes a second and lets so many wait.
 *
 * <p>It exists to check the arithmetic of DESIGN.md before such a storm does. A handshake here is two turns of a server's processor,
 * with a round trip between them; the figures are those that were measured.
 *
 * <p><b>Threads:</b> confined to the test's.
 */
final class ReconnectStorm {
    /**
     * What the storm does to.
     *
     * @param handshakeUs the CPU time of one handshake, in microseconds
     * @param maxHandshakes how many may be under way at a server before the oldest is dropped
     * @param fromMs the shortest {@code retryMs}, and {@code toMs} the longest
     */
    record Plan(int clients, int servers, int cores, int handshakeUs, int maxHandshakes, int fromMs, int toMs) {
        /** How long it takes the servers to shake hands with all, if they do nothing else and nothing twice. */
        long leastMs() {
            return (long) clients * handshakeUs / servers / cores / 1_000;
        }
    }

    /** How it ended: when the last client was back, how many attempts were dropped, and the CPU time spent on them. */
    record Outcome(long allBackMs, long dropped, long wastedMs) {}

    private static final long LONGEST_MS = 120_000;
    private static final long PATIENCE_MS = 10_000; // PUSH_BODY_MS
    private static final int ROUND_TRIP_MS = 20;
    private static final double FIRST_TURN = 0.8; // The signature and the key exchange come before the server's flight.

    private final class Client {
        final int retryMs;
        boolean secondTurn;
        long spentNanos;
        long sinceNanos;

        Client(int retryMs) {
            this.retryMs = retryMs;
        }

        /** The browser waits for what it was last told, each time. */
        void later() {
            loop.executeAfter(this::connect, retryMs);
        }

        void connect() {
            secondTurn = false;
            spentNanos = 0;
            sinceNanos = loop.nanoTime();
            servers.get(random.nextInt(servers.size())).accept(this);
        }
    }

    private final class Server {
        final Set<Client> underWay = new LinkedHashSet<>(); // Oldest first.
        final Queue<Client> readable = new ArrayDeque<>();
        long owedNanos; // Of processor time that was spent ahead.

        void accept(Client client) {
            if (underWay.size() >= plan.maxHandshakes) {
                drop(underWay.iterator().next());
            }
            underWay.add(client);
            readable.add(client);
        }

        void drop(Client client) {
            underWay.remove(client);
            dropped++;
            wastedNanos += client.spentNanos;
            client.later();
        }

        /** A millisecond of every core. */
        void work() {
            owedNanos -= plan.cores * 1_000_000L;
            while (!underWay.isEmpty()
                    && loop.nanoTime() - underWay.iterator().next().sinceNanos > PATIENCE_MS * 1_000_000L) {
                drop(underWay.iterator().next());
            }
            while (owedNanos < 0 && !readable.isEmpty()) {
                var client = readable.remove();
                if (!underWay.contains(client)) {
                    continue; // It was dropped while it waited for its turn.
                }
                long whole = plan.handshakeUs * 1_000L;
                long turn = (long) (client.secondTurn ? whole * (1 - FIRST_TURN) : whole * FIRST_TURN);
                owedNanos += turn;
                client.spentNanos += turn;
                if (client.secondTurn) {
                    underWay.remove(client);
                    back++;
                } else {
                    client.secondTurn = true;
                    loop.executeAfter(() -> readable.add(client), ROUND_TRIP_MS);
                }
            }
            owedNanos = Math.max(0, owedNanos); // What was not used is lost.
        }
    }

    private final Plan plan;
    private final Random random;
    private final FakeLoop loop = new FakeLoop();
    private final List<Server> servers = new ArrayList<>();
    private long back;
    private long dropped;
    private long wastedNanos;

    private ReconnectStorm(Plan plan, long seed) {
        this.plan = plan;
        this.random = new Random(seed);
    }

    /** Has all clients lose their servers in one moment, and waits until the last is back, or for two minutes. */
    static Outcome run(Plan plan, long seed) {
        return new ReconnectStorm(plan, seed).run();
    }

    private Outcome run() {
        for (int i = 0; i < plan.servers; i++) {
            servers.add(new Server());
        }
        for (int i = 0; i < plan.clients; i++) {
            new Client(plan.fromMs + random.nextInt(plan.toMs - plan.fromMs + 1)).later();
        }
        long ms = 0;
        while (back < plan.clients && ms < LONGEST_MS) {
            loop.pass(1);
            servers.forEach(Server::work);
            ms++;
        }
        return new Outcome(back < plan.clients ? -1 : ms, dropped, wastedNanos / 1_000_000);
    }

    /** Prints the table of DESIGN.md. */
    public static void main(String[] args) {
        long seed = args.length > 0 ? Long.parseLong(args[0]) : System.nanoTime();
        System.out.println("seed " + seed);
        for (var plan : List.of(
                new Plan(10_000, 9, 2, 1_500, 2_000, 1_000, 5_000),
                new Plan(100_000, 10, 2, 1_500, 10_000, 1_000, 5_000),
                new Plan(100_000, 10, 2, 1_500, 2_000, 1_000, 9_000),
                new Plan(100_000, 10, 2, 1_500, 2_000, 1_000, 5_000),
                new Plan(100_000, 6, 2, 1_500, 20_000, 1_000, 5_000),
                new Plan(100_000, 4, 2, 1_500, 25_000, 1_000, 5_000),
                new Plan(100_000, 4, 2, 1_500, 25_000, 1_000, 20_000))) {
            System.out.println(plan + " least " + plan.leastMs() + " ms: " + run(plan, seed));
        }
    }
}
