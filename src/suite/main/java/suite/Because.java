package suite;

/**
 * Gives an assertion the likely cause of its failure, in a sentence beside it:
 *
 * <pre>{@code because("Reading the list turns it round.", () -> assertEquals(expected, texts, "the history"));}</pre>
 *
 * <p>A check fails for different reasons at different assertions, so a cause belongs to one of them and not to the
 * check. A verdict shows it as a separate field, see {@link CheckFailed}. If causes are nested, the inner one counts.
 *
 * <p><b>Threads:</b> any thread.
 */
final class Because {

    private Because() {}

    /** Statements that assert something. */
    @FunctionalInterface
    interface Assertion<E extends Exception> {
        void run() throws E;
    }

    /** An expression that asserts something, such as {@code recorder.next("start")}. */
    @FunctionalInterface
    interface Asserted<T, E extends Exception> {
        T get() throws E;
    }

    /** @param cause one or two sentences: what a server that fails here probably does, in the words of its author */
    static <E extends Exception> void because(String cause, Assertion<E> assertion) throws E {
        try {
            assertion.run();
        } catch (AssertionError e) {
            throw CheckFailed.withLikelyCause(e, cause);
        }
    }

    /** Does the same for an expression, and returns its value. */
    static <T, E extends Exception> T because(String cause, Asserted<T, E> assertion) throws E {
        try {
            return assertion.get();
        } catch (AssertionError e) {
            throw CheckFailed.withLikelyCause(e, cause);
        }
    }
}
