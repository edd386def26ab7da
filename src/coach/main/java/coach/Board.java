package coach;

import java.util.List;
import java.util.function.IntFunction;

/**
 * Receives what a learner sees on the terminal, to show it elsewhere as well.
 *
 * <p><b>Threads:</b> called on the coach's thread.
 */
interface Board extends AutoCloseable {

    Board NONE = new Board() {};

    /** A lesson begins, or the coach does. */
    default void lesson(Workshop workshop, Lesson lesson) {}

    /** A trial begins. */
    default void judging(Lesson lesson) {}

    /** The server does not compile. */
    default void faults(Lesson lesson, List<String> faults) {}

    /**
     * There is a verdict.
     *
     * @param later the tests that are still running
     * @param time its duration, as text
     */
    default void verdict(Workshop workshop, Lesson lesson, Verdict verdict, List<String> later, String time) {}

    /** The lesson is green, and these are wrong answers to it. */
    default void wrongAnswers(List<Mutant> mutants) {}

    /**
     * The trial is over; its server can still be queried.
     *
     * @param frames the frames of one client with it, in lines of this many columns
     */
    default void ended(IntFunction<List<String>> frames) {}

    @Override
    default void close() {}
}
