package push.http;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a server that shares its messages with others through NATS JetStream.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param url one or more URLs with commas between them; empty if the server is the only one
 * @param stream how the stream's name begins and its subject
 * @param replicas how many NATS servers store each message, if this server creates the stream
 * @param waitMs how long a POST waits for its message to be stored
 * @param user the user's name, or empty
 * @param passwordFile a file that contains the user's password, or null
 * @param nkeyFile a file that contains the seed of an nkey, or null
 * @param caFile the certificates, in PEM, that a NATS server's certificate must lead to; null for those of the JDK
 */
public record NatsSettings(
        String url,
        String stream,
        int replicas,
        int waitMs,
        String user,
        @Nullable Path passwordFile,
        @Nullable Path nkeyFile,
        @Nullable Path caFile) {}
