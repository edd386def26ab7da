package suite;

/**
 * How a response ended.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param code the error code of a reset, as RFC 9113 section 7 names it; otherwise empty
 * @param detail what else is known, for a failure message
 */
record Ending(How how, String code, String detail) {

    /** The ways to end. */
    enum How {
        /** The whole response came: END_STREAM. */
        END_STREAM,
        /** The server sent RST_STREAM. */
        RESET,
        /** The connection failed or closed under the response. */
        CONNECTION,
        /** The test itself cancelled. */
        CANCELLED
    }

    @Override
    public String toString() {
        return how + (code.isEmpty() ? "" : " " + code) + (detail.isEmpty() ? "" : " (" + detail + ")");
    }
}
