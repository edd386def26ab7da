package push;

/** The reason why a stream ended. */
public enum EndReason {
    /** The peer cancelled the stream: RST_STREAM with CANCEL or NO_ERROR. */
    CLIENT,
    /** The connection ended after the peer had sent GOAWAY. */
    GOAWAY,
    /** The TCP connection ended, by FIN or RST. */
    TCP,
    /** Data was pending, but the stream made no progress for too long. */
    STALLED,
    /** The peer did not answer a PING. */
    PING,
    /** The server is shutting down and has told the client. */
    DRAIN,
    /** The peer reset the stream with an error code, or the server failed. */
    ERROR
}
