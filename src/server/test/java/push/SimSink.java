package push;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;

/**
 * The sink of one stream in the simulation: takes any part of the bytes it is offered, fails on request, and verifies
 * that it is not used after its end.
 *
 * <p><b>Threads:</b> confined to the simulation's.
 */
final class SimSink implements Sink {
    /** The fault of the next call. */
    enum Fault {
        NONE,
        IO,
        BUG,
        MEMORY,
        /** The peer resets the stream while it is written to. */
        ENDS,
        /** The connection dies while the stream is written to. */
        DIES,
        /** The sink calls back while it is written to. */
        CALLS
    }

    private static final int MAX_CALLS = 20_000; // In one step: more is an endless loop.

    final WireReader reader;
    final SimConnection connection;
    private final World world;
    private final int id;
    private final int capacity; // The bytes that it buffers.
    private int buffered;
    long room; // The bytes that the client takes.
    private boolean kept; // Flushed while the connection was held.
    private boolean finishing;
    private boolean broken;
    boolean fair; // No faults, no fits: the world is coming to rest.
    long limit = Long.MAX_VALUE; // It takes no more bytes until the client has given some room.
    boolean stuck; // Its flush says "not done" until the world comes to rest.
    boolean waiting;
    boolean ended;
    Fault fault = Fault.NONE;
    boolean mayFail; // Some fault has been planned: it may end as an error.
    EndReason told; // By the peer.
    long movedNanos;
    long tookNanos;
    private long step;
    private int calls;
    Listener listener;

    SimSink(World world, SimConnection connection, int id, Wire wire, Resume resume, Random random) {
        this.world = world;
        this.connection = connection;
        this.id = id;
        this.reader = new WireReader(world, this, wire, resume);
        this.capacity = 1 + random.nextInt(random.nextBoolean() ? 300 : 20_000);
        this.room = random.nextInt(3) == 0 ? 0 : random.nextInt(40_000);
        this.movedNanos = connection.loop.nanoTime();
        this.tookNanos = connection.loop.nanoTime();
    }

    int id() {
        return id;
    }

    @Override
    public void listen(Listener stream) {
        listener = stream;
        fail();
    }

    private void use(String what) {
        if (ended) {
            throw world.violation(what + " was asked of a stream that has ended");
        }
        calls = step == world.step ? calls + 1 : 0;
        step = world.step;
        if (calls > MAX_CALLS) {
            throw world.violation("a stream asks its sink without end");
        }
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        use("write");
        fail();
        io();
        if (ended) {
            return 0;
        }
        if (finishing) {
            throw world.violation("something was written after the end");
        }
        byte[] offered = new byte[bytes.remaining()];
        bytes.duplicate().get(offered);
        reader.offer(offered);
        int count = Math.min(offered.length, (fair ? 1 << 20 : capacity) - buffered);
        if (!fair && count > 0 && world.random.nextInt(3) == 0) {
            count = world.random.nextInt(count + 1);
        }
        if (!fair) {
            count = (int) Math.min(count, limit);
            limit -= count;
        }
        if (count == 0) {
            return 0;
        }
        byte[] taken = new byte[count];
        bytes.get(taken);
        buffered += count;
        tookNanos = connection.loop.nanoTime();
        reader.take(taken);
        return count;
    }

    private void io() throws IOException {
        if (broken) {
            throw new IOException("planned, again");
        }
        if (fault == Fault.IO) {
            fault = Fault.NONE;
            broken = true;
            throw new IOException("planned");
        }
    }

    private void fail() {
        Fault now = fault;
        if (now != Fault.NONE && now != Fault.IO) {
            fault = Fault.NONE;
        }
        switch (now) {
            case BUG -> throw new IllegalStateException("planned");
            case MEMORY -> throw new OutOfMemoryError("planned");
            case ENDS -> end(EndReason.TCP);
            case DIES -> connection.die();
            case CALLS -> writable();
            default -> {}
        }
    }

    @Override
    public boolean flush() throws IOException {
        use("flush");
        fail();
        io();
        if (ended) {
            return true;
        }
        if (connection.held || connection.jammed) {
            kept = connection.held || kept;
            return false;
        }
        drain();
        return buffered == 0 && !stuck;
    }

    /** Lets out the bytes that the client takes. */
    void drain() {
        long count = Math.min(buffered, room);
        room -= count;
        buffered -= (int) count;
    }

    @Override
    public void finish() throws IOException {
        use("finish");
        finishing = true; // Even if it fails: the stream was at its end.
        fail();
        io();
    }

    @Override
    public void awaitRoom(boolean wanted) {
        use("awaitRoom");
        if (wanted && !waiting) {
            movedNanos = connection.loop.nanoTime();
        }
        waiting = wanted;
        fail();
    }

    @Override
    public void abort() {
        if (ended) {
            throw world.violation("a stream was ended twice");
        }
        ended = true;
        waiting = false;
        connection.sinks.remove(this);
        world.ended(this);
        fail();
    }

    /** Takes some more bytes for the client; the listener is told as soon as some have moved. */
    void grant(long bytes) {
        room += bytes;
        limit = Long.MAX_VALUE;
        if (waiting && !connection.jammed && (buffered == 0 || room > 0)) {
            writable();
        }
    }

    void writable() {
        if (listener != null && !ended) {
            movedNanos = connection.loop.nanoTime();
            listener.writable();
        }
    }

    void end(EndReason reason) {
        if (listener != null && !ended) {
            told = told == null ? reason : told;
            listener.ended(reason);
        }
    }

    /** A heartbeat is offered: only in silence. */
    void beat() {
        world.heartbeats++;
        if (connection.loop.nanoTime() - tookNanos < world.settings.heartbeatMs() * 1_000_000L) {
            throw world.violation("a heartbeat came " + (connection.loop.nanoTime() - tookNanos) / 1_000_000
                    + " ms after something else");
        }
    }

    boolean isKept() {
        boolean was = kept;
        kept = false;
        return was;
    }

    boolean isFlushed() {
        return buffered == 0;
    }

    boolean isFinishing() {
        return finishing;
    }
}
