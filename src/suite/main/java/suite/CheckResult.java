package suite;

import java.util.Map;
import java.util.Set;

/**
 * The result of one check, or of a whole class that could not begin.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param type the class of the check
 * @param name the check's name, with what tells one run of several from another
 * @param message why it is red, not judged or not run; empty if it is green
 * @param likelyCause what a red one usually means, or empty
 * @param figures what it has measured
 * @param clauses what it proves
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

    /** How a check ended; one that cannot judge this server is never a green one. */
    public enum Outcome {
        GREEN,
        RED,
        NOT_JUDGED,
        NOT_RUN
    }
}
