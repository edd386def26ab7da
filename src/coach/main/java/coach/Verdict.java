package coach;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The results of a lesson's tests for a server.
 *
 * <p><b>Threads:</b> immutable.
 */
record Verdict(Lesson lesson, List<Test> tests, long ms) {

    /** The outcome of a test; a test not judged, because this server cannot be set up for it, is never green. */
    enum Outcome {
        GREEN,
        RED,
        NOT_JUDGED,
        NOT_RUN
    }

    /** The state of a lesson as a whole. */
    enum Colour {
        GREEN("green"),
        /** Nothing red, something green, and something not judged. */
        IN_PART("in part"),
        RED("red"),
        NOT_JUDGED("not judged"),
        NO_TEST("no test");

        final String word;

        Colour(String word) {
            this.word = word;
        }
    }

    /**
     * One test, or a whole class that could not begin.
     *
     * @param message why it is red, not judged or not run
     * @param means the usual meaning of a red one, or empty
     */
    record Test(String name, Outcome outcome, String message, String means, Map<String, String> figures, long ms) {
        /** Returns the method alone, without the text that distinguishes one run from another. */
        String method() {
            return name.replaceFirst(" .*", "");
        }
    }

    /** Returns the method of a test that is named {@code method} or {@code Class.method}. */
    static String method(String test) {
        return test.substring(test.lastIndexOf('.') + 1);
    }

    Colour colour() {
        if (count(Outcome.RED) > 0) {
            return Colour.RED;
        }
        if (count(Outcome.GREEN) == 0) {
            return count(Outcome.NOT_JUDGED) > 0 ? Colour.NOT_JUDGED : Colour.NO_TEST;
        }
        // One that did not run, with none red before it, was called off: that is not green either.
        return count(Outcome.NOT_JUDGED) + count(Outcome.NOT_RUN) > 0 ? Colour.IN_PART : Colour.GREEN;
    }

    /** Returns whether nothing is red, and something is green. */
    boolean isGood() {
        return colour() == Colour.GREEN || colour() == Colour.IN_PART;
    }

    long count(Outcome outcome) {
        return tests.stream().filter(test -> test.outcome() == outcome).count();
    }

    /** Returns whether a test of this method was judged for this server. */
    boolean judges(String method) {
        return tests.stream().noneMatch(test -> test.method().equals(method) && test.outcome() == Outcome.NOT_JUDGED);
    }

    Optional<Test> firstRed() {
        return tests.stream().filter(test -> test.outcome() == Outcome.RED).findFirst();
    }

    /** Returns {@code delivered 1000/1000 · repeated 0 · p99 3.1 ms}, of all green tests, or of the first red one. */
    String figures() {
        var all = new LinkedHashMap<String, String>();
        var told = firstRed().map(List::of).orElse(tests);
        told.forEach(test -> all.putAll(test.figures()));
        return all.entrySet().stream()
                .map(figure -> figure.getKey() + " " + figure.getValue())
                .collect(Collectors.joining(" · "));
    }

    /** Returns text such as {@code 5 green, 1 red, 2 not run}. */
    String counts() {
        return tests.stream()
                .collect(Collectors.groupingBy(Test::outcome, () -> new java.util.TreeMap<>(), Collectors.counting()))
                .entrySet()
                .stream()
                .map(entry -> entry.getValue() + " "
                        + entry.getKey()
                                .name()
                                .toLowerCase(java.util.Locale.ROOT)
                                .replace('_', ' '))
                .collect(Collectors.joining(", "));
    }
}
