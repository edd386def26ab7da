package raced;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** Gives out numbers, and remembers them; each may be given out twice. */
public final class Unlocked implements LongSupplier {
    private final List<Long> given = new ArrayList<>();
    private long last;

    @Override
    public long getAsLong() {
        last++;
        long own = last;
        given.add(own);
        return own;
    }
}
