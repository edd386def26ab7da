package suite;

/**
 * The three forms of a stream with their media types, and one for any response, in which records are not parsed.
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

    /** Returns the form's part of a failure message, {@code " as NDJSON"}; empty where any form will do. */
    String said() {
        return this == ANY ? "" : " as " + this;
    }

    /** Returns whether a response with this content-type has this form. */
    boolean matches(String contentType) {
        return this == ANY || contentType.replaceFirst(" *;.*", "").equalsIgnoreCase(mediaType);
    }
}
