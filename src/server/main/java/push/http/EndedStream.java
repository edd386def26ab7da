package push.http;

import io.undertow.protocols.http2.Http2HeadersStreamSinkChannel;
import io.undertow.protocols.http2.Http2StreamSourceChannel;

/**
 * Clears all references from an HTTP/2 stream that has ended.
 *
 * <p>It exists because Undertow keeps a reset stream for a minute, or until its connection closes if flow control held
 * a frame of the stream. The stream would keep its exchange, its header fields and its listeners in memory.
 *
 * <p><b>Threads:</b> confined to its connection's IO thread.
 */
final class EndedStream {
    private EndedStream() {}

    /** Clears the references of a stream. Returns true if flow control holds a frame of it, which then remains. */
    static boolean forget(Http2StreamSourceChannel request) {
        Http2HeadersStreamSinkChannel response = request.getResponseChannel();
        request.setCompletionListener(null);
        request.setTrailersHandler(null);
        request.getReadSetter().set(null);
        request.getCloseSetter().set(null);
        request.getHeaders().clear();
        response.setCompletionListener(null);
        response.setTrailersProducer(null);
        response.getWriteSetter().set(null);
        response.getCloseSetter().set(null);
        response.getHeaders().clear();
        return response.isReadyForFlush();
    }
}
