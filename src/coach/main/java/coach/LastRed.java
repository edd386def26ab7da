package coach;

/**
 * The test that was red when a lesson was last judged, and its message. It runs before all others, so that its verdict
 * comes soonest. If its message is now different, it may reflect another mistake, and the lesson's order counts again.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param test as {@code method} or {@code Class.method}; or empty
 * @param said its message; empty if it has not been judged yet
 */
record LastRed(String test, String said) {

    static final LastRed NONE = new LastRed("", "");

    /** Returns the one that a lesson promises. */
    static LastRed promised(Lesson lesson) {
        return new LastRed(lesson.red().map(Lesson.Red::test).orElse(""), "");
    }

    static LastRed of(Verdict verdict) {
        return verdict.firstRed()
                .map(red -> new LastRed(red.method(), red.message()))
                .orElse(NONE);
    }

    String method() {
        return Verdict.method(test);
    }

    /** Returns whether this is another message, ignoring the numbers, ids and times in it. */
    boolean isAnother(String message) {
        return !said.isEmpty() && !folded(said).equals(folded(message));
    }

    private static String folded(String message) {
        return message.replaceFirst("(?s)\n.*", "").replaceAll("[\\w.-]*[0-9][\\w.-]*", "0");
    }
}
