package bench;

import java.util.List;
import java.util.Locale;

/**
 * One figure over the rounds of a sitting: the median and the range.
 *
 * <p><b>Threads:</b> immutable.
 */
record Spread(double median, double least, double most) {
    static Spread of(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        double median = sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
        return new Spread(median, sorted.get(0), sorted.get(sorted.size() - 1));
    }

    /** Returns the median, and in brackets the range if there was more than one round: {@code 7.6 (7.2–8.7)}. */
    String text(String format, double unit) {
        String text = String.format(Locale.ROOT, format, median / unit);
        return least == most
                ? text
                : text + String.format(Locale.ROOT, " (" + format + "–" + format + ")", least / unit, most / unit);
    }
}
