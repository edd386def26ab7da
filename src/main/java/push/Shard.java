package push;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.xnio.XnioIoThread;

/**
 * The streams of one IO thread, woken together.
 *
 * <p>It exists so that a burst of a hundred messages costs one wake-up for each IO thread and not one for each message
 * and stream. The flag is cleared before the log's head is read: a message that comes after the reading finds the flag
 * clear and wakes the shard again, so none is ever left lying.
 *
 * <p><b>Length:</b> its loop and what guards it belong together.
 *
 * <p><b>Threads:</b> confined to its IO thread, but for {@code wake}, {@code answer}, {@code execute} and the figures.
 */
final class Shard implements Runnable {
    private static final Logger LOG = Logger.getLogger(Shard.class.getName());

    final Config config;
    final MessageLog log;
    final Stats stats;
    final Round round = new Round();
    final Turns turns = new Turns();
    final Stalled stalled;
    final Leftovers.Total leftovers;
    private final XnioIoThread thread;
    private final AtomicBoolean woken = new AtomicBoolean(); // Set by publishers, cleared by the IO thread.
    private final Map<Wire, Batch> batches = new EnumMap<>(Wire.class);
    private final List<Member> members = new ArrayList<>();
    private final Set<Connection> connections = new LinkedHashSet<>();
    private final long tickMs;
    private final Queue<Runnable> answers = new ConcurrentLinkedQueue<>(); // Filled by publishers.
    private volatile Figures figures = new Figures(0, 0, 0); // Volatile: read by threads that answer for the status.

    /** An open stream, as its shard sees it. */
    interface Member {
        /** Writes what the log has up to its head. */
        void drain(long head, long nowNanos);

        /** Its connection has been flushed after a round: looks whether what it wrote has gone out. */
        void settle(long head, long nowNanos);

        /** Looks at the clock: a heartbeat if nothing was written for a while, the end if nothing moves. */
        void tick(long nowNanos);

        /** Ends after what the log has, with a bye. */
        void leave(long nowNanos);

        /** Ends, for something has failed that should not. */
        void fail();

        /** How many messages it is behind. */
        long lag(long head);
    }

    /** How many streams there are, how many messages the last of them is behind, and what waiting requests take. */
    record Figures(int streams, long maxLag, long heldBytes) {}

    Shard(XnioIoThread thread, Config config, MessageLog log, Stats stats) {
        this.thread = thread;
        this.config = config;
        this.log = log;
        this.stats = stats;
        this.stalled = new Stalled(stats.memory, config.ioThreads());
        this.leftovers = new Leftovers.Total(stats.memory.maxLeftovers(config.ioThreads()));
        int shortest = Math.min(
                Math.min(config.heartbeatMs(), config.stallMs()), Math.min(config.pingMs(), config.pingTimeoutMs()));
        this.tickMs = Math.max(5, Math.min(1_000, shortest / 8));
        later(this::tick, tickMs);
    }

    private void later(Runnable task, long ms) {
        unlessClosed(() -> thread.executeAfter(task, ms, TimeUnit.MILLISECONDS));
    }

    /** The log has grown: one round will look at every stream, however often this is called before it. */
    void wake() {
        // A stream that joins now counts itself in before it reads the log's head, and so misses nothing.
        boolean anybody = figures.streams > 0 || !answers.isEmpty();
        if (anybody && !woken.get() && woken.compareAndSet(false, true)) {
            execute(this);
        }
    }

    /**
     * Answers a POST after the round has looked at every stream, with the other answers of the round. Answered earlier,
     * a fast publisher would outrun the streams, and they would be lapped.
     */
    void answer(Runnable task) {
        answers.add(task);
        wake();
    }

    /** Runs a task on the IO thread; not at all once that has ended, and every stream with it. */
    void execute(Runnable task) {
        unlessClosed(() -> thread.execute(task));
    }

    private static void unlessClosed(Runnable asking) {
        try {
            asking.run();
        } catch (RejectedExecutionException e) {
            // The server has been closed.
        }
    }

    boolean isCurrentThread() {
        return thread == Thread.currentThread();
    }

    @Override
    public void run() {
        long nowNanos = System.nanoTime();
        if (!round.begin(nowNanos)) {
            later(this, 1);
            return;
        }
        woken.set(false);
        stats.wakeups.increment();
        long head = log.newest();
        try {
            forEach(member -> member.drain(head, nowNanos));
            for (Runnable answer = answers.poll(); answer != null; answer = answers.poll()) {
                guard(answer, () -> {});
            }
        } finally {
            round.end();
        }
        forEach(member -> member.settle(head, nowNanos));
        report();
        round.followed = woken.get();
    }

    private void forEach(Consumer<Member> task) {
        for (int i = members.size() - 1; i >= 0; i = Math.min(i, members.size()) - 1) {
            Member member = members.get(i); // Downwards: one may leave while it is looked at, or several.
            try {
                task.accept(member);
            } catch (Exception | Error e) { // An OutOfMemoryError too costs one stream, and not the others their turn.
                guard(member::fail, () -> LOG.log(Level.WARNING, "A stream has failed and is ended", e));
            }
        }
    }

    /** Runs something that must not stop what follows; then what is to be said of it. */
    private static void guard(Runnable task, Runnable saying) {
        try {
            task.run();
            saying.run();
        } catch (Exception | Error e) {
            LOG.log(Level.WARNING, "Something has failed, and what follows it goes on", e);
        }
    }

    private void tick() {
        try {
            later(this::tick, tickMs); // First: whatever fails below, the clock goes on.
        } catch (Error e) {
            LostThread.end(); // Without a clock nothing here would ever end again.
        }
        if (woken.get()) { // Where memory had run out when it was woken, the round was lost.
            guard(this, () -> {});
        }
        long now = System.nanoTime();
        guard(stalled::tick, () -> {});
        forEachConnection(connection -> connection.tick(now));
        forEach(member -> member.tick(now));
        report();
    }

    private void report() {
        for (Batch batch : batches.values()) {
            stats.deliveries.add(batch.delivered);
            stats.laps.add(batch.laps);
            batch.delivered = 0;
            batch.laps = 0;
        }
        long head = log.newest();
        long maxLag = 0;
        for (int i = 0; i < members.size(); i++) {
            maxLag = Math.max(maxLag, members.get(i).lag(head));
        }
        figures = new Figures(members.size(), maxLag, stalled.held());
    }

    Batch batch(Wire wire) {
        return batches.computeIfAbsent(wire, key -> new Batch(log, key));
    }

    void add(Member member) {
        members.add(member);
        figures = new Figures(members.size(), figures.maxLag, figures.heldBytes);
    }

    void remove(Member member) {
        members.remove(member);
        figures = new Figures(members.size(), figures.maxLag, figures.heldBytes);
    }

    void add(Connection connection) {
        connections.add(connection);
    }

    void remove(Connection connection) {
        connections.remove(connection);
    }

    /** Ends the connection of which most reset streams are left, if there are too many. */
    void clearLeftovers() {
        if (leftovers.isTooMany()) {
            connections.stream()
                    .max(Comparator.comparingInt(connection -> connection.leftovers.all()))
                    .ifPresent(Connection::endForLeftovers);
        }
    }

    /** Every stream gets what the log has, then a bye and its end. */
    void drain() {
        long now = System.nanoTime();
        forEach(member -> member.leave(now));
    }

    void forEachConnection(Consumer<Connection> task) {
        List.copyOf(connections).forEach(one -> guard(() -> task.accept(one), () -> {})); // A copy: one may end.
    }

    Figures figures() {
        return figures;
    }
}
