package push;

/** Why a stream has ended. */
public enum EndReason {
    /** The peer cancelled it: RST_STREAM with CANCEL or NO_ERROR. */
    CLIENT,
    /** The connection ended after the peer had sent GOAWAY. */
    GOAWAY,
    /** The TCP connection ended, by FIN or by reset. */
    TCP,
    /** Something was to be written and nothing moved for too long. */
    STALLED,
    /** The peer did not answer a PING. */
    PING,
    /** The server is going down, and said so. */
    DRAIN,
    /** The peer reset it with an error code, or the server failed. */
    ERROR
}
