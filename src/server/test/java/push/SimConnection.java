package push;

import java.util.ArrayList;
import java.util.List;

/**
 * A client's connection in the simulation: answers PINGs or does not, jams, gives no window, dies, and fails on
 * request.
 *
 * <p><b>Threads:</b> confined to the simulation's.
 */
final class SimConnection implements Transport {
    final List<SimSink> sinks = new ArrayList<>(); // Those that have not ended.
    final FakeLoop loop;
    final boolean canPing;
    private final World world;
    Connection connection;
    boolean held;
    boolean jammed;
    boolean windowUsedUp;
    boolean silent; // Answers no PING.
    boolean aborted;
    boolean dead;
    boolean goneAway; // The client has said GOAWAY.
    boolean drained; // We have.
    boolean failsNext;
    private boolean hasFailed;
    long pingedNanos = -1; // A PING waits for its answer.
    int nextId = 1;

    SimConnection(World world, FakeLoop loop, boolean canPing) {
        this.world = world;
        this.loop = loop;
        this.canPing = canPing;
    }

    private void fail() {
        if (failsNext) {
            failsNext = false;
            if (world.random.nextBoolean()) {
                throw new IllegalStateException("planned");
            }
            throw new OutOfMemoryError("planned");
        }
    }

    @Override
    public void hold() {
        fail();
        if (held) {
            throw world.violation("a connection was held twice");
        }
        held = true;
    }

    @Override
    public void release() {
        held = false;
        int together = 0;
        for (SimSink sink : sinks) {
            if (sink.isKept()) {
                together++;
                if (!jammed) {
                    sink.drain();
                }
            }
        }
        if (together > Connection.MAX_TOGETHER) {
            throw world.violation(together + " streams waited for one flush");
        }
        fail();
    }

    @Override
    public boolean canPing() {
        return canPing;
    }

    @Override
    public void ping() {
        hasFailed |= failsNext; // A PING that could not be sent gets no answer.
        fail();
        if (dead || aborted) {
            return;
        }
        pingedNanos = loop.nanoTime();
        world.pings++;
        if (!silent) {
            loop.execute(() -> heard());
        }
    }

    /** Stops or resumes the client's answers to PINGs; when it resumes, it answers the pending one first. */
    void speak(boolean isSilent) {
        silent = isSilent;
        heard();
    }

    private void heard() {
        if (!dead && !silent) {
            pingedNanos = -1;
            connection.heard();
        }
    }

    @Override
    public boolean isJammed() {
        return jammed;
    }

    @Override
    public boolean isWindowUsedUp() {
        return windowUsedUp && !jammed;
    }

    @Override
    public int windowHolder() {
        return sinks.isEmpty() ? -1 : sinks.get(0).id();
    }

    @Override
    public void endWindowHolder(int id) {}

    @Override
    public void tick(long nowNanos) {}

    @Override
    public void refuseIncoming() {}

    @Override
    public void goAway() {
        drained = true;
        loop.execute(this::die);
    }

    @Override
    public void abort() {
        if (!aborted && !dead) {
            aborted = true;
            boolean isTight = world.usedBytes > World.TIGHT_BYTES && jammed;
            if (!isTight && !hasFailed && !(silent && pingedNanos >= 0)) {
                throw world.violation("a connection was aborted whose client answers");
            }
            loop.execute(this::die);
        }
    }

    /** The connection has ended, as the transport reports. */
    void die() {
        if (dead) {
            return;
        }
        dead = true;
        world.connections.remove(this);
        connection.end(EndReason.TCP);
        world.died.add(this);
    }
}
