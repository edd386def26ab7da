package push;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection: its open streams, which are written together, and whether the client is alive.
 *
 * <p>It exists because a client may hold many streams on one connection. What up to {@value #MAX_TOGETHER} of them write is
 * flushed once, in whatever order they have joined: for short messages one TLS record and one write to the socket.
 *
 * <p><b>Length:</b> joining, writing, time and the end of a connection's streams, each of which concerns the others.
 *
 * <p><b>Threads:</b> confined to its event loop, but for {@code answer}.
 */
public final class Connection {
    /** Each that waits for the flush keeps two buffers of the transport's; more of them would save little. */
    static final int MAX_TOGETHER = 16;

    private static final Logger LOG = Logger.getLogger(Connection.class.getName());

    /** What a connection tells the shard that it belongs to. */
    interface Owner {
        /** A stream is about to be opened, and has not read the log yet. */
        void joined();

        /** A stream has ended. */
        void left(EndReason reason);

        /** A request is to be answered when every stream has been looked at; any thread. */
        void answer(Connection connection, Runnable task);

        /** The connection has ended, and every stream of it. */
        void ended(Connection connection);
    }

    /** What is done with each stream in turn; true if it must be settled. */
    private interface Step {
        boolean apply(Subscription stream, long head, long nowNanos);
    }

    private final Settings settings;
    private final EventLoop loop;
    private final MessageLog log;
    private final Batches batches;
    private final Stalled stalled;
    private final Transport transport;
    private final Owner owner;
    private final StreamOwner streamOwner = new StreamOwner();
    private final KeepAlive keepAlive;
    private final SharedWindow window;
    private final List<Subscription> streams = new ArrayList<>();
    private final Map<Integer, Subscription> byId = new HashMap<>();
    private final Subscription[] written = new Subscription[MAX_TOGETHER];
    private final Stalled.Tally tally = new Stalled.Tally();
    private @Nullable EndReason reason;
    private boolean peerHasGoneAway; // What is open goes on, and nothing new begins.
    private boolean ended;

    Connection(
            Settings settings,
            EventLoop loop,
            MessageLog log,
            Batches batches,
            Stalled stalled,
            Transport transport,
            Owner owner) {
        long now = loop.nanoTime();
        this.settings = settings;
        this.loop = loop;
        this.log = log;
        this.batches = batches;
        this.stalled = stalled;
        this.transport = transport;
        this.owner = owner;
        this.keepAlive = new KeepAlive(settings, now);
        this.window = new SharedWindow(transport, settings.stallMs(), now);
    }

    /** What its streams tell it. */
    private final class StreamOwner implements Subscription.Owner {
        @Override
        public void waits(Subscription stream) {
            stalled.add(stream);
        }

        @Override
        public void goesOn(Subscription stream) {
            stalled.remove(stream);
        }

        @Override
        public void ended(Subscription stream, EndReason otherwise) {
            stalled.remove(stream);
            streams.remove(stream);
            byId.remove(stream.id, stream);
            EndReason told = stream.reason() != null ? stream.reason() : reason;
            owner.left(told != null ? told : otherwise);
        }

        @Override
        public Stalled.Tally tally() {
            return tally;
        }

        @Override
        public void letGo(Subscription stream) {
            Connection.this.letGo(() -> stream.close(EndReason.STALLED));
        }
    }

    /** Memory is tight: ends one that waits, or all of them if TCP takes nothing and so each keeps what it has queued. */
    public void letGo(Runnable ending) {
        if (transport.isJammed()) {
            jam();
        } else {
            ending.run();
        }
    }

    /** Ends the connection because TCP takes nothing and memory is needed. */
    public void jam() {
        willEnd(EndReason.STALLED);
        transport.abort();
        end(EndReason.STALLED);
    }

    /**
     * Opens a stream, which has been counted in by {@link Stats#open}, and sends its first record and what follows the client's
     * position.
     *
     * @param id the stream's number on this connection, by which the peer resets it
     */
    public void open(int id, Sink sink, Wire wire, Resume resume) {
        assert loop.isCurrent();
        owner.joined();
        Subscription stream;
        try {
            Cursor cursor = new Cursor(log, batches.of(wire), settings.heartbeatMs(), resume);
            stream = new Subscription(id, loop, sink, cursor, settings.heartbeatMs(), streamOwner);
            streams.add(stream);
            byId.put(id, stream);
        } catch (RuntimeException | Error e) {
            owner.left(EndReason.ERROR);
            sink.abort();
            throw e;
        }
        sink.listen(stream);
        if (ended) {
            stream.close(EndReason.TCP);
        }
        long now = loop.nanoTime();
        if (stream.write(log.newest(), now)) {
            stream.settle(log.newest(), now);
        }
    }

    /** How many streams it holds open. */
    public int streams() {
        return streams.size();
    }

    /** Whether this is the number of an open stream. */
    public boolean isStream(int id) {
        return byId.containsKey(id);
    }

    /** What its loop keeps for clients that let it wait. */
    public Stalled stalled() {
        return stalled;
    }

    /** What this connection keeps of that. */
    public Stalled.Tally tally() {
        return tally;
    }

    /** Whether what has moved last at this time has stood still for too long, by the clock of the connection's window. */
    public boolean isStalled(long movedNanos, long nowNanos) {
        return window.isStalled(movedNanos, nowNanos);
    }

    /**
     * Answers a request when every stream has been looked at, with the other answers of the round: else a client that posts
     * as fast as it is answered outruns the streams, which then are lapped. Any thread.
     */
    public void answer(Runnable task) {
        owner.answer(this, task);
    }

    /** Something has come in: the peer lives. */
    public void heard() {
        keepAlive.heard(loop.nanoTime());
    }

    /** The peer has reset a stream, which ends here and now even if it was stalled. */
    public void reset(int id, EndReason why) {
        Subscription stream = byId.get(id);
        if (stream != null) {
            stream.willEnd(why);
            loop.execute(() -> stream.close(why)); // Later: the transport is in the middle of reading.
        }
    }

    /** Tells why one stream is about to end; the first reason stays. */
    public void willEnd(int id, EndReason told) {
        Subscription stream = byId.get(id);
        if (stream != null) {
            stream.willEnd(told);
        }
    }

    /** Tells why the connection is about to end; the first reason stays. */
    public void willEnd(EndReason told) {
        if (reason == null) {
            reason = told;
        }
    }

    /** The peer has said GOAWAY: its open streams go on (RFC 9113, 6.8). */
    public void peerGoesAway() {
        peerHasGoneAway = true;
    }

    /** Whether the peer has said GOAWAY. */
    public boolean peerHasGoneAway() {
        return peerHasGoneAway;
    }

    /** Why streams end whose connection is lost: it may have been announced. */
    public EndReason lost() {
        return peerHasGoneAway ? EndReason.GOAWAY : EndReason.TCP;
    }

    /** The connection has ended, and with it every stream that has not been told yet; harmless the second time. */
    public void end(EndReason otherwise) {
        if (ended) {
            return;
        }
        ended = true;
        willEnd(peerHasGoneAway ? EndReason.GOAWAY : otherwise);
        List.copyOf(streams).forEach(stream -> stream.close(otherwise));
        owner.ended(this);
    }

    /** Writes what the log has up to its head to each stream. */
    void write(long head, long nowNanos) {
        together(Subscription::write, head, nowNanos);
    }

    /** Every stream gets what the log has, then a bye and its end. */
    void sayGoodbye(long head, long nowNanos) {
        together(Subscription::sayGoodbye, head, nowNanos);
    }

    /**
     * Looks at the clock.
     *
     * @param isLate whether the loop stood still, so that its clients may have answered and nobody has read it yet
     */
    void tick(long head, long nowNanos, boolean isLate) {
        transport.tick(nowNanos);
        if (!isLate) {
            endWhatIsDead(nowNanos);
        }
        together(Subscription::tick, head, nowNanos);
    }

    private void endWhatIsDead(long nowNanos) {
        int id = window.tick(nowNanos);
        Subscription holder = byId.get(id);
        if (holder != null && holder.isWaiting()) {
            holder.close(EndReason.STALLED);
        } else if (holder == null && id >= 0) {
            transport.endWindowHolder(id);
        }
        for (int i = streams.size() - 1; i >= 0; i = Math.min(i, streams.size()) - 1) {
            Subscription stream = streams.get(i);
            if (stream.isWaiting() && window.isStalled(stream.movedNanos(), nowNanos)) {
                stream.close(EndReason.STALLED);
            }
        }
        switch (transport.canPing() ? keepAlive.tick(nowNanos) : KeepAlive.Verdict.GO_ON) {
            case GO_ON -> {}
            case PING -> transport.ping();
            case DEAD -> {
                willEnd(EndReason.PING);
                transport.abort();
            }
        }
    }

    /** Takes a step with every stream; what some of them write goes out together. */
    private void together(Step step, long head, long nowNanos) {
        int i = streams.size() - 1; // Downwards: one may end while it is looked at, or several.
        while (i >= 0) {
            int count = 0;
            hold();
            while (i >= 0 && count < MAX_TOGETHER) {
                stalled.relieve();
                i = Math.min(i, streams.size() - 1);
                Subscription stream = i < 0 ? null : streams.get(i);
                if (stream != null && step.apply(stream, head, nowNanos)) {
                    written[count++] = stream;
                }
                i--;
            }
            release();
            for (int k = 0; k < count; k++) {
                written[k].settle(head, nowNanos);
            }
            i = Math.min(i, streams.size() - 1);
        }
    }

    /** From now on, what goes out on this connection waits for {@link #release}. */
    void hold() {
        try {
            transport.hold();
        } catch (RuntimeException | Error e) {
            LOG.log(Level.WARNING, "A connection could not be held, and is written to as it comes", e);
        }
    }

    void release() {
        try {
            transport.release();
        } catch (RuntimeException | Error e) {
            LOG.log(Level.WARNING, "What was held could not be sent; its streams look for themselves", e);
        }
    }

    /** How many messages the last of its streams is behind. */
    long maxLag(long head) {
        long max = 0;
        for (int i = 0; i < streams.size(); i++) {
            max = Math.max(max, streams.get(i).lag(head));
        }
        return max;
    }

    Transport transport() {
        return transport;
    }
}
