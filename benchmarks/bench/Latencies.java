package bench;

/**
 * Times, counted in buckets, each 3 % wider than the one before, so that millions of them cost no memory.
 *
 * <p><b>Threads:</b> confined to one.
 */
final class Latencies {
    private static final int PARTS = 32; // Of each power of two.

    private final long[] counts = new long[64 * PARTS];
    private long count;
    private long max;

    void add(long nanos) {
        long value = Math.max(1, nanos);
        counts[bucket(value)]++;
        count++;
        max = Math.max(max, value);
    }

    /** Returns the time that this fraction of all times does not exceed, in microseconds; 0 if there are none. */
    double micros(double part) {
        if (part >= 1 || count == 0) {
            return max / 1e3;
        }
        long rank = (long) Math.ceil(part * count);
        int bucket = 0;
        for (long below = counts[0]; below < rank; below += counts[bucket]) {
            bucket++;
        }
        return Math.min(max, upperBound(bucket)) / 1e3;
    }

    private static int bucket(long value) {
        int power = 63 - Long.numberOfLeadingZeros(value);
        long within = power >= 5 ? (value >>> (power - 5)) - PARTS : (value << (5 - power)) - PARTS;
        return power * PARTS + (int) within;
    }

    private static double upperBound(int bucket) {
        return Math.scalb(1 + (bucket % PARTS + 1) / (double) PARTS, bucket / PARTS);
    }
}
