package push.http;

import io.undertow.protocols.http2.Http2HeadersStreamSinkChannel;
import io.undertow.protocols.http2.Http2StreamSourceChannel;

/**
 * Takes from an HTTP/2 stream that has ended all that it leads to.
 *
 * <p>It exists because Undertow keeps a stream that was reset for a minute, and one that was reset while flow control held
 * a frame of it for as long as its connection lives: with its exchange, the fields and all that wait for its end.
 *
 * <p><b>Threads:</b> confined to its connection's IO thread.
 */
final class EndedStream {
    private EndedStream() {}

    /** Forgets what the exchange of this stream was; true if flow control holds a frame of it, which then stays. */
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
