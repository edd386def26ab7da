package push;

/**
 * A connection that only counts the requests to it.
 *
 * <p><b>Threads:</b> confined to its loop's.
 */
public class FakeTransport implements Transport {
    boolean jammed;
    boolean windowUsedUp;
    int windowHolder = -1;
    int releases;
    int pings;
    int goAways;
    int aborts;

    @Override
    public void hold() {}

    @Override
    public void release() {
        releases++;
    }

    @Override
    public boolean canPing() {
        return true;
    }

    @Override
    public void ping() {
        pings++;
    }

    @Override
    public boolean isJammed() {
        return jammed;
    }

    @Override
    public boolean isWindowUsedUp() {
        return windowUsedUp;
    }

    @Override
    public int windowHolder() {
        return windowHolder;
    }

    @Override
    public void endWindowHolder(int id) {}

    @Override
    public void tick(long nowNanos) {}

    @Override
    public void refuseIncoming() {}

    @Override
    public void goAway() {
        goAways++;
    }

    @Override
    public void abort() {
        aborts++;
    }
}
