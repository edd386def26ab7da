package push;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;

/**
 * A hundred thousand clients that have lost their servers and come back, in virtual time: each after its own
 * {@code retryMs}, to a server with a limited rate of handshakes and a limited number at a time.
 *
 * <p>It exists to check the arithmetic of DESIGN.md before such a storm does. A handshake here is two turns of a
 * server's processor, with a round trip between them; the figures were measured.
 *
 * <p><b>Threads:</b> confined to the test's.
 */
final class ReconnectStorm {
    /**
     * The parameters of the storm.
     *
     * @param handshakeUs the CPU time of one handshake, in microseconds
     * @param maxHandshakes the number that may be in progress at a server; others wait before TLS
     * @param fromMs the shortest {@code retryMs}, and {@code toMs} the longest
     */
    record Plan(int clients, int servers, int cores, int handshakeUs, int maxHandshakes, int fromMs, int toMs) {
        /** Returns how long it takes the servers to shake hands with all, if they do nothing else and nothing twice. */
        long leastMs() {
            return (long) clients * handshakeUs / servers / cores / 1_000;
        }
    }

    /** The result: when the last client was back, how many attempts were given up, and the CPU time spent on those. */
    record Outcome(long allBackMs, long givenUp, long wastedMs) {}

    private static final long LONGEST_MS = 120_000;
    private static final long PATIENCE_MS = 10_000; // PUSH_BODY_MS
    private static final int ROUND_TRIP_MS = 20;
    private static final double FIRST_TURN = 0.8; // The signature and the key exchange come before the server's flight.

    /** One connection of a client, until its handshake is done or the server has given it up. */
    private final class Attempt {
        final int retryMs; // The browser waits for the last value that it was told, each time.
        final long sinceNanos = loop.nanoTime();
        boolean isShaking;
        boolean secondTurn;
        boolean isOver;
        long spentNanos;

        Attempt(int retryMs) {
            this.retryMs = retryMs;
        }
    }

    private void connectLater(int retryMs) {
        loop.executeAfter(() -> servers.get(random.nextInt(servers.size())).accept(new Attempt(retryMs)), retryMs);
    }

    private final class Server {
        final Set<Attempt> all = new LinkedHashSet<>(); // Oldest first.
        final Queue<Attempt> waiting = new ArrayDeque<>(); // Before TLS.
        final Queue<Attempt> fresh = new ArrayDeque<>(); // With input, and no handshake yet.
        final Queue<Attempt> begun = new ArrayDeque<>(); // With input for a handshake that has begun.
        int shaking;
        boolean isFreshNext;
        long owedNanos; // Processor time that was spent ahead.

        void accept(Attempt attempt) {
            all.add(attempt);
            waiting.add(attempt);
            letIn();
        }

        void letIn() {
            while (shaking < plan.maxHandshakes && !waiting.isEmpty()) {
                var next = waiting.remove();
                if (!next.isOver) {
                    shaking++;
                    next.isShaking = true;
                    fresh.add(next);
                }
            }
        }

        void end(Attempt attempt) {
            attempt.isOver = true;
            all.remove(attempt);
            shaking -= attempt.isShaking ? 1 : 0;
            letIn();
        }

        void giveUp(Attempt attempt) {
            end(attempt);
            givenUp++;
            wastedNanos += attempt.spentNanos;
            connectLater(attempt.retryMs);
        }

        /** Runs every core for a millisecond. */
        void work() {
            owedNanos -= plan.cores * 1_000_000L;
            while (!all.isEmpty() && loop.nanoTime() - all.iterator().next().sinceNanos > PATIENCE_MS * 1_000_000L) {
                giveUp(all.iterator().next());
            }
            while (owedNanos < 0 && hasNext()) {
                var next = next();
                long whole = plan.handshakeUs * 1_000L;
                long turn = (long) (next.secondTurn ? whole * (1 - FIRST_TURN) : whole * FIRST_TURN);
                owedNanos += turn;
                next.spentNanos += turn;
                if (next.secondTurn) {
                    end(next);
                    back++;
                } else {
                    next.secondTurn = true;
                    loop.executeAfter(() -> begun.add(next), ROUND_TRIP_MS);
                }
            }
            owedNanos = Math.max(0, owedNanos); // Unused time is lost.
        }

        boolean hasNext() {
            skip(fresh);
            skip(begun);
            return !fresh.isEmpty() || !begun.isEmpty();
        }

        /** Removes attempts that were given up while they stood in the queue. */
        private void skip(Queue<Attempt> queue) {
            while (!queue.isEmpty() && queue.element().isOver) {
                queue.remove();
            }
        }

        /** Returns the next attempt: handshakes that have begun and new ones take turns. */
        Attempt next() {
            isFreshNext = !isFreshNext;
            return (isFreshNext ? !fresh.isEmpty() : begun.isEmpty()) ? fresh.remove() : begun.remove();
        }
    }

    private final Plan plan;
    private final Random random;
    private final FakeLoop loop = new FakeLoop();
    private final List<Server> servers = new ArrayList<>();
    private long back;
    private long givenUp;
    private long wastedNanos;

    private ReconnectStorm(Plan plan, long seed) {
        this.plan = plan;
        this.random = new Random(seed);
    }

    /** Lets all clients lose their servers in one moment, and waits until the last is back, or for two minutes. */
    static Outcome run(Plan plan, long seed) {
        return new ReconnectStorm(plan, seed).run();
    }

    private Outcome run() {
        for (int i = 0; i < plan.servers; i++) {
            servers.add(new Server());
        }
        for (int i = 0; i < plan.clients; i++) {
            connectLater(plan.fromMs + random.nextInt(plan.toMs - plan.fromMs + 1));
        }
        long ms = 0;
        while (back < plan.clients && ms < LONGEST_MS) {
            loop.pass(1);
            servers.forEach(Server::work);
            ms++;
        }
        return new Outcome(back < plan.clients ? -1 : ms, givenUp, wastedNanos / 1_000_000);
    }

    /** Prints the table of DESIGN.md. */
    public static void main(String[] args) {
        long seed = args.length > 0 ? Long.parseLong(args[0]) : System.nanoTime();
        System.out.println("seed " + seed);
        for (var plan : List.of(
                new Plan(10_000, 9, 2, 1_500, 2_000, 1_000, 5_000),
                new Plan(100_000, 10, 2, 1_500, 2_000, 1_000, 5_000),
                new Plan(100_000, 10, 2, 1_500, 10_000, 1_000, 5_000),
                new Plan(100_000, 6, 2, 1_500, 2_000, 1_000, 5_000),
                new Plan(100_000, 4, 2, 1_500, 2_000, 1_000, 5_000),
                new Plan(100_000, 4, 2, 1_500, 25_000, 1_000, 5_000),
                new Plan(100_000, 4, 2, 1_500, 2_000, 1_000, 20_000),
                new Plan(100_000, 2, 2, 1_500, 2_000, 1_000, 5_000))) {
            System.out.println(plan + " least " + plan.leastMs() + " ms: " + run(plan, seed));
        }
    }
}
