package bench;

import java.util.List;
import java.util.regex.Pattern;

/**
 * A server to be measured, and the form in which its streams are read.
 *
 * <p><b>Threads:</b> immutable.
 */
enum Peer {
    KIT("kit", Forms.NDJSON, "target/streaming-push-kit.jar", ""),
    KIT_BORINGSSL("kit, BoringSSL", Forms.NDJSON, "target/streaming-push-kit.jar", ""),
    KIT_SSE("kit, SSE", Forms.SSE, "target/streaming-push-kit.jar", ""),
    KIT_SNAPSHOT("kit, snapshots", Forms.SNAPSHOT, "target/streaming-push-kit.jar", ""),
    VERTX("Vert.x", Forms.NDJSON, "peers.VertxServer", "vertx|netty"),
    VERTX_BORINGSSL("Vert.x, BoringSSL", Forms.NDJSON, "peers.VertxServer", "vertx|netty"),
    JETTY("Jetty", Forms.NDJSON, "peers.JettyServer", "jetty"),
    HELIDON("Helidon", Forms.NDJSON, "peers.HelidonServer", "helidon"),
    UNDERTOW_SSE("Undertow's SSE", Forms.SSE, "peers.UndertowSseServer", ""),
    GO("Go", Forms.NDJSON, "go", ""),
    NCHAN("nchan", Forms.NDJSON, "nginx", ""),
    NODE("Node", Forms.NDJSON, "node", ""),
    NAIVE("naive (the seed)", Forms.SNAPSHOT, "given.NaiveServer", "");

    /** The kit's other forms, which are measured on the process of the first. */
    static final List<Peer> FORMS = List.of(KIT_SSE, KIT_SNAPSHOT);

    /** The kit's forms, by their media types. */
    private static final class Forms {
        static final String NDJSON = "application/x-ndjson";
        static final String SSE = "text/event-stream";
        static final String SNAPSHOT = "text/plain";
    }

    /** The entries that every server in Java needs: the kit's classes and JSON; logging is for two of them. */
    private static final String ALL =
            "classes$|/(jackson|undertow|xnio|jboss|wildfly|prometheus|smallrye|jspecify|slf4j|okhttp|okio|kotlin)";

    final String label;
    final String accept;
    final String program;
    private final Pattern needs;

    Peer(String label, String accept, String program, String needs) {
        this.label = label;
        this.accept = accept;
        this.program = program;
        this.needs = Pattern.compile(ALL + (needs.isEmpty() ? "" : "|/(" + needs + ")"));
    }

    boolean isJava() {
        return this != GO && this != NCHAN && this != NODE;
    }

    /** Returns whether its streams have the bytes of the kit's NDJSON: only such a server is measured in every row. */
    boolean isExact() {
        return accept.equals(Forms.NDJSON);
    }

    /** Returns whether the load posts whole records, because nchan cannot make a record from a post. */
    boolean takesRecords() {
        return this == NCHAN;
    }

    /** Returns the entries of the bench's class path that this server needs, so that its start pays for no others. */
    List<String> classPath(List<String> entries) {
        return entries.stream().filter(entry -> needs.matcher(entry).find()).toList();
    }
}
