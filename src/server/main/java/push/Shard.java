package push;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The connections of one event loop, whose streams are woken together.
 *
 * <p>It exists so that a burst of a hundred messages costs one wake-up per loop, not one per message and stream. The
 * flag is cleared before the log's head is read. A message that arrives after that read finds the flag clear and wakes
 * the shard again, so no message is left unsent.
 *
 * <p><b>Length:</b> its rounds, its clock and the guards around both belong together.
 *
 * <p><b>Threads:</b> confined to its event loop, except {@code wake}, {@code answer} and {@code figures}.
 */
public final class Shard {
    private static final Logger LOG = Logger.getLogger(Shard.class.getName());

    /** After so many connections of a round the loop reads what has come in. It does so only when it has no tasks. */
    static final int SLICE = 25;

    /** So many messages may be answered before every stream has been written them, while a round is under way. */
    private static final int MAX_AHEAD = 64;

    /** Of the messages that the log keeps, at most this part; otherwise streams could be lapped. */
    private static final int PART_AHEAD = 4;

    /** After a gap of this many ticks the loop was blocked. It reads pending input before it judges its clients. */
    private static final int LATE_TICKS = 4;

    private static final String FAILED = "A connection failed in a round; the others continue";

    private record Answer(Connection connection, Runnable task) {}

    /** The number of streams, the lag of the slowest stream in messages, and the bytes held by waiting requests. */
    public record Figures(int streams, long maxLag, long heldBytes) {}

    private final EventLoop loop;
    private final Settings settings;
    private final MessageLog log;
    private final Stats stats;
    private final int slice; // So many connections.
    private final Batches batches;
    private final Stalled stalled;
    private final Owner owner = new Owner();
    private final Subscription[] written = new Subscription[Connection.MAX_TOGETHER];
    private final Runnable round = this::round;
    private final Runnable rest = this::slice;
    private final List<Connection> connections = new ArrayList<>();
    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>(); // Filled by publishers.
    private final AtomicBoolean woken = new AtomicBoolean(); // Set by publishers, cleared by the loop.
    private volatile Figures figures = new Figures(0, 0, 0); // Volatile: status requests read it on other threads.
    private int next = -1; // The connections before it have not had their turn in the round; negative between rounds.
    private boolean planned; // The next slice will run when input has been read.
    private long beganAt; // The log's head when the round began.
    private long writtenTo; // Every stream that takes it has been written the log up to here.
    private long tickedNanos;
    private boolean wasLate;

    Shard(EventLoop loop, Settings settings, MessageLog log, Stats stats, int slice) {
        this.loop = loop;
        this.settings = settings;
        this.log = log;
        this.stats = stats;
        this.slice = slice;
        this.batches = new Batches(log);
        this.stalled = new Stalled(loop, stats, settings.loops());
        this.tickedNanos = loop.nanoTime();
        loop.executeAfter(this::tick, settings.tickMs());
    }

    /** Receives the events of this shard's connections. */
    private final class Owner implements Connection.Owner {
        @Override
        public void joined() {
            figures = new Figures(figures.streams + 1, figures.maxLag, figures.heldBytes);
        }

        @Override
        public void left(EndReason reason) {
            figures = new Figures(figures.streams - 1, figures.maxLag, figures.heldBytes);
            stats.close(reason);
        }

        @Override
        public void answer(Connection connection, Runnable task) {
            answers.add(new Answer(connection, task));
            wake();
        }

        @Override
        public void ended(Connection connection) {
            connections.remove(connection);
        }
    }

    /** Adds the connection of a new client. */
    Connection connect(Transport transport) {
        Connection connection = new Connection(settings, loop, log, batches, stalled, transport, owner, written);
        connections.add(connection);
        return connection;
    }

    /** Tells the shard that the log has grown. Several calls before the next round cause only one round. */
    void wake() {
        // A stream that is joining counts itself before it reads the log's head, so it misses nothing.
        boolean anybody = figures.streams > 0 || !answers.isEmpty();
        if (anybody && !woken.get() && woken.compareAndSet(false, true)) {
            loop.execute(round);
        }
    }

    /** Begins a round. If one is under way, the next begins at its end. */
    void round() {
        if (!planned) {
            slice();
        }
    }

    /**
     * Writes to the streams of the round's next connections: all that is in the log by then. Sends the responses that
     * wait, unless they would get too far ahead of the streams.
     */
    private void slice() {
        planned = false;
        long nowNanos = loop.nanoTime();
        if (next < 0) {
            woken.set(false);
            stats.countWakeup();
            beganAt = log.newest();
            next = connections.size();
        }
        for (int i = 0; i < slice && next >= 0; i++) {
            next = Math.min(next, connections.size()) - 1; // In descending order: any of them may end meanwhile.
            if (next >= 0) {
                write(connections.get(next), nowNanos);
            }
        }
        if (next < 0) {
            writtenTo = beganAt;
            report();
        }
        if (log.newest() - writtenTo <= maxAhead()) {
            answerAll();
        }
        if (next >= 0 || woken.get()) {
            loop.executeAfterInput(rest);
            planned = true;
        }
    }

    private void write(Connection connection, long nowNanos) {
        try {
            connection.write(log.newest(), nowNanos);
        } catch (RuntimeException | Error e) {
            LOG.log(Level.WARNING, FAILED, e);
        }
    }

    private long maxAhead() {
        return Math.min(MAX_AHEAD, (log.newest() - log.first() + 1) / PART_AHEAD);
    }

    /** Sends waiting responses; consecutive responses of one connection are flushed together. */
    private void answerAll() {
        Answer next = answers.poll();
        while (next != null) {
            Connection connection = next.connection;
            connection.hold();
            for (int i = 0; i < Connection.MAX_TOGETHER && next != null && next.connection == connection; i++) {
                guard(next.task);
                next = answers.poll();
            }
            connection.release();
        }
    }

    private void tick() {
        loop.executeAfter(this::tick, settings.tickMs()); // First, so that the clock continues whatever fails below.
        if ((woken.get() || next >= 0) && !planned) { // If a task could not be added because memory ran out.
            guard(rest);
        }
        long nowNanos = loop.nanoTime();
        boolean isLate = !wasLate && nowNanos - tickedNanos > LATE_TICKS * settings.tickMs() * 1_000_000;
        wasLate = isLate;
        tickedNanos = nowNanos;
        guard(stalled::tick);
        long head = log.newest();
        forEach(connection -> connection.tick(head, nowNanos, isLate));
        report();
    }

    private void report() {
        batches.report(stats);
        long head = log.newest();
        long maxLag = 0;
        for (int i = 0; i < connections.size(); i++) {
            maxLag = Math.max(maxLag, connections.get(i).maxLag(head));
        }
        figures = new Figures(figures.streams, maxLag, stalled.held());
    }

    /** Writes the log up to its head to each stream, then a bye record, and ends the stream. */
    void sayGoodbye() {
        loop.execute(() -> {
            long now = loop.nanoTime();
            long head = log.newest();
            forEach(connection -> connection.sayGoodbye(head, now));
        });
    }

    /** Applies a task to every connection, on the loop's thread. */
    void later(Consumer<Connection> task) {
        loop.execute(() -> forEach(task));
    }

    private void forEach(Consumer<Connection> task) {
        for (int i = connections.size() - 1; i >= 0; i = Math.min(i, connections.size()) - 1) {
            Connection connection = connections.get(i); // In descending order: the task may end this one or several.
            try {
                task.accept(connection);
            } catch (RuntimeException | Error e) {
                LOG.log(Level.WARNING, FAILED, e);
            }
        }
    }

    /** Runs a task whose failure must not stop the steps after it. */
    private static void guard(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            LOG.log(Level.WARNING, "A task failed; the tasks after it continue", e);
        }
    }

    /** Returns how many streams are waiting for their clients. */
    int waiting() {
        return stalled.streams();
    }

    /** Returns the figures for the status page. Any thread. */
    public Figures figures() {
        return figures;
    }
}
