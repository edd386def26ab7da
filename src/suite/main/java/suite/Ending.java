package suite;

/**
 * The end of a response.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param code the error code of a reset, as RFC 9113 section 7 names it; otherwise empty
 * @param detail further facts, for a failure message
 */
record Ending(How how, String code, String detail) {

    /** The ways to end. */
    enum How {
        /** The whole response arrived: END_STREAM. */
        END_STREAM,
        /** The server sent RST_STREAM. */
        RESET,
        /** The connection failed or closed during the response. */
        CONNECTION,
        /** The test itself cancelled. */
        CANCELLED
    }

    @Override
    public String toString() {
        return how + (code.isEmpty() ? "" : " " + code) + (detail.isEmpty() ? "" : " (" + detail + ")");
    }
}
