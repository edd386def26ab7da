package lesson11_resume;

import static java.nio.charset.StandardCharsets.UTF_8;

/** A way to say where a record ends: with a line feed, or as a server-sent event, which a browser can read by itself. */
enum Form {
    NDJSON("application/x-ndjson"),
    SSE("text/event-stream");

    final String contentType;

    Form(String contentType) {
        this.contentType = contentType;
    }

    /** @param id the place of the record, which a browser brings when it comes back; empty if it has none */
    byte[] record(String type, String id, String json) {
        String events = (id.isEmpty() ? "" : "id: " + id + '\n') + "event: " + type + "\ndata: " + json + "\n\n";
        return (this == SSE ? events : json + '\n').getBytes(UTF_8);
    }
}
