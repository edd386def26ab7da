package push;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection: its open streams, which are written together, and the check that the client is alive.
 *
 * <p>It exists because a client may open many streams on one connection. The output of up to {@value #MAX_TOGETHER}
 * streams is flushed together, so short messages share one TLS record and one socket write.
 *
 * <p><b>Length:</b> opening, writing, timing and closing a connection's streams depend on each other.
 *
 * <p><b>Threads:</b> confined to its event loop, except {@code answer}.
 */
public final class Connection {
    /** More short messages than fit in one TLS record. A higher limit would save nothing. */
    static final int MAX_TOGETHER = 128;

    private static final Logger LOG = Logger.getLogger(Connection.class.getName());

    /** The events that a connection reports to its shard. */
    interface Owner {
        /** A stream is about to open. It has not read the log yet. */
        void joined();

        /** A stream has ended. */
        void left(EndReason reason);

        /** A request is to be answered as soon as the streams are not too far behind. Any thread. */
        void answer(Connection connection, Runnable task);

        /** The connection and all its streams have ended. */
        void ended(Connection connection);
    }

    /** One step that is applied to each stream in turn. Returns true if the stream must then be settled. */
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
    private final Subscription[] written; // Those that wait for a flush; one array for all connections of a shard.
    private final Stalled.Tally tally = new Stalled.Tally();
    private @Nullable EndReason reason;
    private boolean peerHasGoneAway; // Open streams continue; no new stream starts.
    private boolean ended;

    Connection(
            Settings settings,
            EventLoop loop,
            MessageLog log,
            Batches batches,
            Stalled stalled,
            Transport transport,
            Owner owner,
            Subscription[] written) {
        long now = loop.nanoTime();
        this.settings = settings;
        this.loop = loop;
        this.log = log;
        this.batches = batches;
        this.stalled = stalled;
        this.transport = transport;
        this.owner = owner;
        this.written = written;
        this.keepAlive = new KeepAlive(settings, now);
        this.window = new SharedWindow(transport, settings.stallMs(), now);
    }

    /** Receives the events of this connection's streams. */
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

    /**
     * Frees memory: runs the given task, which ends one waiting stream or response. If TCP accepts no bytes, ends the
     * whole connection instead, because each stream would keep its queued bytes.
     */
    public void letGo(Runnable ending) {
        if (transport.isJammed()) {
            jam();
        } else {
            ending.run();
        }
    }

    /** Ends the connection because TCP accepts no bytes and the memory is needed. */
    public void jam() {
        willEnd(EndReason.STALLED);
        transport.abort();
        end(EndReason.STALLED);
    }

    /**
     * Opens a stream that {@link Stats#open} has counted, then sends its first record and the records that follow the
     * client's position.
     *
     * @param id the stream identifier on this connection, which the peer uses to reset it
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

    /** Returns the number of open streams. */
    public int streams() {
        return streams.size();
    }

    /** Returns whether an open stream has this identifier. */
    public boolean isStream(int id) {
        return byId.containsKey(id);
    }

    /** Returns the work on this event loop that waits for clients. */
    public Stalled stalled() {
        return stalled;
    }

    /** Returns this connection's share of that work. */
    public Stalled.Tally tally() {
        return tally;
    }

    /** Returns whether progress at {@code movedNanos} is too long ago, allowing for the connection's shared window. */
    public boolean isStalled(long movedNanos, long nowNanos) {
        return window.isStalled(movedNanos, nowNanos);
    }

    /**
     * Answers a request as soon as the streams are not too far behind. If POSTs were answered immediately, a fast
     * publisher would outrun the streams, which would then be lapped. Any thread.
     */
    public void answer(Runnable task) {
        owner.answer(this, task);
    }

    /** Records that the peer has sent something and is therefore alive. */
    public void heard() {
        keepAlive.heard(loop.nanoTime());
    }

    /** Ends a stream that the peer has reset, even if the stream was stalled. */
    public void reset(int id, EndReason why) {
        Subscription stream = byId.get(id);
        if (stream != null) {
            stream.willEnd(why);
            loop.execute(() -> stream.close(why)); // Deferred because the transport is still reading.
        }
    }

    /** Records why one stream is ending. The first reason wins. */
    public void willEnd(int id, EndReason told) {
        Subscription stream = byId.get(id);
        if (stream != null) {
            stream.willEnd(told);
        }
    }

    /** Records why the connection is ending. The first reason wins. */
    public void willEnd(EndReason told) {
        if (reason == null) {
            reason = told;
        }
    }

    /** Records that the peer has sent GOAWAY. Its open streams continue (RFC 9113, 6.8). */
    public void peerGoesAway() {
        peerHasGoneAway = true;
    }

    /** Returns whether the peer has sent GOAWAY. */
    public boolean peerHasGoneAway() {
        return peerHasGoneAway;
    }

    /**
     * Returns the reason to give for streams of a lost connection, which depends on whether the peer sent GOAWAY first.
     */
    public EndReason lost() {
        return peerHasGoneAway ? EndReason.GOAWAY : EndReason.TCP;
    }

    /** Ends the connection and all its open streams. Does nothing if the connection has already ended. */
    public void end(EndReason otherwise) {
        if (ended) {
            return;
        }
        ended = true;
        willEnd(peerHasGoneAway ? EndReason.GOAWAY : otherwise);
        List.copyOf(streams).forEach(stream -> stream.close(otherwise));
        owner.ended(this);
    }

    /** Writes the log up to its head to each stream. */
    void write(long head, long nowNanos) {
        together(Subscription::write, head, nowNanos);
    }

    /** Writes the log up to its head to each stream, then a bye record, and ends the stream. */
    void sayGoodbye(long head, long nowNanos) {
        together(Subscription::sayGoodbye, head, nowNanos);
    }

    /**
     * Runs the periodic checks.
     *
     * @param isLate whether the event loop was blocked, so that data from clients may have arrived but not been read
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

    /** Applies a step to every stream and flushes the output of up to {@value #MAX_TOGETHER} streams together. */
    private void together(Step step, long head, long nowNanos) {
        int i = streams.size() - 1; // In descending order, because a step may end this stream or several.
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

    /** Holds back the output of this connection until {@link #release}. */
    void hold() {
        try {
            transport.hold();
        } catch (RuntimeException | Error e) {
            LOG.log(
                    Level.WARNING,
                    "Could not hold back a connection's flushes; each of its streams is flushed alone",
                    e);
        }
    }

    void release() {
        try {
            transport.release();
        } catch (RuntimeException | Error e) {
            LOG.log(Level.WARNING, "Could not flush a connection; its streams will notice", e);
        }
    }

    /** Returns how many messages the slowest stream is behind. */
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
