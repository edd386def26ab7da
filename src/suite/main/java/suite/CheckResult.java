package suite;

import java.util.Map;
import java.util.Set;

/**
 * The result of one check, or of a whole class that could not begin.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param type the class of the check
 * @param name the check's name, with the text that distinguishes one run from another
 * @param message why it is red, not judged or not run; empty if it is green
 * @param likelyCause of this failure, or empty
 * @param figures its measurements
 * @param clauses the clauses that it proves
 */
public record CheckResult(
        String type,
        String name,
        Outcome outcome,
        String message,
        String likelyCause,
        Map<String, String> figures,
        long ms,
        Set<String> clauses) {

    /** The outcome of a check. A check that cannot judge this server is never green. */
    public enum Outcome {
        GREEN,
        RED,
        NOT_JUDGED,
        NOT_RUN
    }
}
