package raced;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** The same, and looks at a part of those that it has given out. */
public final class Viewed implements LongSupplier {
    private final List<Long> given = new ArrayList<>();

    @Override
    public long getAsLong() {
        int own = (int) next();
        return given.subList(0, own).get(own - 1);
    }

    private synchronized long next() {
        given.add(given.size() + 1L);
        return given.size();
    }
}
