package push;

/**
 * A stream of a shard that does nothing, for tests that need one thing of it.
 *
 * <p><b>Threads:</b> confined to its shard's IO thread.
 */
abstract class QuietMember implements Shard.Member {
    @Override
    public void drain(long head, long nowNanos) {}

    @Override
    public void settle(long head, long nowNanos) {}

    @Override
    public void tick(long nowNanos) {}

    @Override
    public void leave(long nowNanos) {}

    @Override
    public void fail() {}

    @Override
    public long lag(long head) {
        return 0;
    }
}
