package suite;

import java.time.Duration;
import java.util.Optional;

/**
 * The way in which a server refused a malformed request: by an answer, by resetting the stream, or by ending the
 * connection. RFC 9113 leaves the choice open in most cases. The only wrong answer is to serve the request.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param status of the answer, or 0 if there was none
 * @param goneAway whether the server has said GOAWAY
 */
record Refusal(int status, Optional<Ending> ending, boolean goneAway) {

    /** Waits until the request on this stream has been answered, reset, or lost with its connection. */
    static Refusal of(RawClient client, int stream) {
        return of(client, stream, Deadline.PATIENCE);
    }

    static Refusal of(RawClient client, int stream, Duration within) {
        var recorder = client.recorder(stream);
        Deadline.in(within).poll(() -> recorder.answered() || recorder.ended() || goneAway(client));
        return new Refusal(
                recorder.answered() ? recorder.status() : 0,
                recorder.ended() ? Optional.of(recorder.closed()) : Optional.empty(),
                goneAway(client));
    }

    boolean refused() {
        return status >= 400 && status < 500 || status == 501 || status == 0 && (ending.isPresent() || goneAway);
    }

    /** Returns whether the server ends the connection in time, by GOAWAY or without notice. */
    static boolean goesAway(RawClient client) {
        return Deadline.in(Deadline.PATIENCE).poll(() -> goneAway(client));
    }

    /** Returns whether the server has ended the connection. */
    static boolean goneAway(RawClient client) {
        return client.ended() || client.frames().stream().anyMatch(frame -> frame.is(Frame.GOAWAY));
    }

    @Override
    public String toString() {
        return status > 0
                ? Integer.toString(status)
                : ending.map(Ending::toString).orElse(goneAway ? "GOAWAY" : "not at all");
    }
}
