package suite;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import suite.CheckResult.Outcome;

/**
 * The results of one check in all its runs.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param worst the first run that was red, else the first that was not judged, else the last one
 * @param counts the number of runs for each outcome
 */
record Tally(CheckResult worst, Map<Outcome, Integer> counts) {

    /** Returns the checks in the order in which they first came, each with all its runs. */
    static List<Tally> of(List<CheckResult> results) {
        var byCheck = new LinkedHashMap<String, List<CheckResult>>();
        for (var result : results) {
            byCheck.computeIfAbsent(result.type() + "." + result.name(), name -> new ArrayList<>())
                    .add(result);
        }
        return byCheck.values().stream().map(Tally::ofOne).toList();
    }

    private static Tally ofOne(List<CheckResult> runs) {
        var counts = new LinkedHashMap<Outcome, Integer>();
        runs.forEach(run -> counts.merge(run.outcome(), 1, Integer::sum));
        var worst = first(runs, Outcome.RED, first(runs, Outcome.NOT_JUDGED, runs.get(runs.size() - 1)));
        return new Tally(worst, counts);
    }

    private static CheckResult first(List<CheckResult> runs, Outcome outcome, CheckResult otherwise) {
        return runs.stream().filter(run -> run.outcome() == outcome).findFirst().orElse(otherwise);
    }

    Outcome outcome() {
        return worst.outcome();
    }

    int count(Outcome outcome) {
        return counts.getOrDefault(outcome, 0);
    }

    int runs() {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** Returns {@code 97 of 100 green}, {@code not judged}, both if some were not judged, or nothing for one run. */
    String ofAll() {
        int unjudged = count(Outcome.NOT_JUDGED);
        if (runs() == 1 || unjudged == runs()) {
            return runs() == 1 ? "" : "not judged";
        }
        var judged = count(Outcome.GREEN) + " of " + (runs() - unjudged) + " green";
        return unjudged == 0 ? judged : judged + ", " + unjudged + " not judged";
    }
}
