package suite;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import suite.CheckResult.Outcome;

/**
 * All results of a run of the suite for one server.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param server its URL, or the command that starts it
 */
record Verdicts(String server, Instant began, long ms, List<Tally> checks) {

    /** Returns whether something was judged, and all of it is green. */
    boolean good() {
        return count(Outcome.GREEN) > 0 && count(Outcome.RED) == 0 && count(Outcome.NOT_RUN) == 0;
    }

    long count(Outcome outcome) {
        return checks.stream().filter(one -> one.outcome() == outcome).count();
    }

    /** Returns the joint outcome of the checks that prove a clause; {@code NOT_RUN} if none has run. */
    Outcome of(String clause) {
        return outcome(proving(clause));
    }

    List<Tally> proving(String clause) {
        return checks.stream()
                .filter(one -> one.worst().clauses().contains(clause))
                .toList();
    }

    /** Returns red if one is red; green if one is green and none is red; else not judged. */
    private static Outcome outcome(List<Tally> checks) {
        for (var outcome : List.of(Outcome.RED, Outcome.GREEN, Outcome.NOT_JUDGED)) {
            if (checks.stream().anyMatch(one -> one.outcome() == outcome)) {
                return outcome;
            }
        }
        return Outcome.NOT_RUN;
    }

    /** Returns {@code green}, {@code in part} if some of them are not judged, {@code red} or {@code not judged}. */
    static String word(List<Tally> checks) {
        var outcome = outcome(checks);
        boolean part = checks.stream().anyMatch(one -> one.outcome() == Outcome.NOT_JUDGED);
        return outcome == Outcome.GREEN && part ? "in part" : word(outcome);
    }

    static String word(Outcome outcome) {
        return outcome.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** Returns text such as {@code 5 green, 1 red}. */
    static String counts(List<Tally> checks) {
        return Arrays.stream(Outcome.values())
                .map(outcome -> Map.entry(
                        outcome,
                        checks.stream().filter(one -> one.outcome() == outcome).count()))
                .filter(count -> count.getValue() > 0)
                .map(count -> count.getValue() + " " + word(count.getKey()))
                .collect(Collectors.joining(", "));
    }

    /** Returns text such as {@code delivered 1000/1000 · p99 3.1 ms}. */
    static String figures(Map<String, String> figures) {
        return figures.entrySet().stream()
                .map(figure -> figure.getKey() + " " + figure.getValue())
                .collect(Collectors.joining(" · "));
    }
}
