package coach;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What the tests of a lesson said of a server.
 *
 * <p><b>Threads:</b> immutable.
 */
record Verdict(Lesson lesson, List<Test> tests, long ms) {

    /** How a test ended; a test that is not judged, because this server cannot be set as it needs, is never a green one. */
    enum Outcome {
        GREEN,
        RED,
        NOT_JUDGED,
        NOT_RUN
    }

    /** What a lesson as a whole is. */
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
     * @param means what a red one usually means, or empty
     */
    record Test(String name, Outcome outcome, String message, String means, Map<String, String> figures, long ms) {
        /** The method alone, without what tells one run of several from another. */
        String method() {
            return name.replaceFirst(" .*", "");
        }
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

    /** Nothing is red, and something is green. */
    boolean isGood() {
        return colour() == Colour.GREEN || colour() == Colour.IN_PART;
    }

    long count(Outcome outcome) {
        return tests.stream().filter(test -> test.outcome() == outcome).count();
    }

    /** Whether a test of this method had something to say: it is not one that this server cannot be judged by. */
    boolean judges(String method) {
        return tests.stream().noneMatch(test -> test.method().equals(method) && test.outcome() == Outcome.NOT_JUDGED);
    }

    Optional<Test> firstRed() {
        return tests.stream().filter(test -> test.outcome() == Outcome.RED).findFirst();
    }

    /** {@code delivered 1000/1000 · repeated 0 · p99 3.1 ms}, of all tests that were green, or of the first red one. */
    String figures() {
        var all = new LinkedHashMap<String, String>();
        var told = firstRed().map(List::of).orElse(tests);
        told.forEach(test -> all.putAll(test.figures()));
        return all.entrySet().stream()
                .map(figure -> figure.getKey() + " " + figure.getValue())
                .collect(Collectors.joining(" · "));
    }

    /** {@code 5 green, 1 red, 2 not run}. */
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
