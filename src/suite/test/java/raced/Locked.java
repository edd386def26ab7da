package raced;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** Gives out numbers, and remembers them, one thread after the other. */
public final class Locked implements LongSupplier {
    private final List<Long> given = new ArrayList<>();
    private long last;

    @Override
    public synchronized long getAsLong() {
        last++;
        given.add(last);
        return last;
    }
}
