package suite;

/**
 * The three forms of a stream with their media types, and one for any response, in which no records are searched for.
 *
 * <p><b>Threads:</b> immutable.
 */
enum Format {
    SEED("text/plain"),
    NDJSON("application/x-ndjson"),
    SSE("text/event-stream"),
    ANY("*/*");

    final String mediaType;

    Format(String mediaType) {
        this.mediaType = mediaType;
    }

    /** How a failure names it after the request: {@code " as NDJSON"}, and not at all where any form will do. */
    String said() {
        return this == ANY ? "" : " as " + this;
    }

    /** Whether a response with this content-type is of this form. */
    boolean matches(String contentType) {
        return this == ANY || contentType.replaceFirst(" *;.*", "").equalsIgnoreCase(mediaType);
    }
}
