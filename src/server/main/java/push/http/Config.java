package push.http;

import java.net.InetAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import push.MemoryBudget;
import push.Settings;

/**
 * All settings, read once from the environment.
 *
 * <p>Times are in milliseconds, sizes in bytes, and rates per second and client (0 means no limit). {@code unknown}
 * contains the {@code PUSH_} variables that are not settings.
 *
 * <p><b>Length:</b> each setting is one line of the record and one of its reader.
 *
 * <p><b>Threads:</b> immutable.
 */
public record Config(
        String host,
        int port,
        Path certificate,
        Path key,
        TlsEngine tls,
        int ioThreads,
        int heartbeatMs,
        int stallMs,
        int pingMs,
        int pingTimeoutMs,
        int bodyMs,
        int drainMs,
        int drainDelayMs,
        int idempotencyMs,
        int retainMessages,
        int retainBytes,
        int maxStreams,
        int maxStreamsPerConnection,
        int postsPerSecond,
        int postBurst,
        int opensPerSecond,
        int openBurst,
        int maxConnections,
        int maxConnectionsPerAddress,
        int maxHandshakes,
        List<AddressBlock> exemptAddresses,
        Set<Origin> origins,
        TrustedProxies trustedProxies,
        NatsSettings nats,
        Set<String> unknown) {

    /** The maximum content of a POST, in bytes. */
    static final int MAX_BODY_BYTES = 64 * 1024;

    /** The number of HTTP/2 streams a connection may have beyond its message streams, so that a POST never queues. */
    static final int SPARE_STREAMS = 28;

    /**
     * Reads the settings.
     *
     * @param env the environment; a missing or blank variable has its default value
     * @throws BadConfig if a value is invalid
     */
    public static Config from(Map<String, String> env) {
        Reader read = new Reader(env);
        int day = 24 * 60 * 60 * 1000;
        int maxConnections = read.number("PUSH_MAX_CONNECTIONS", new MemoryBudget().maxConnections(), 1, 10_000_000);
        return new Config(
                read.text("PUSH_HOST", "localhost"),
                read.number("PUSH_PORT", 8443, 0, 65_535),
                read.path("PUSH_CERT", "certs/server.crt"),
                read.path("PUSH_KEY", "certs/key.pem"),
                TlsEngine.named(read.text(TlsEngine.SETTING, TlsEngine.JDK.toString())),
                read.number("PUSH_IO_THREADS", Runtime.getRuntime().availableProcessors(), 1, 1_024),
                read.number("PUSH_HEARTBEAT_MS", 15_000, 10, day),
                read.number("PUSH_STALL_MS", 10_000, 10, day),
                read.number("PUSH_PING_MS", 20_000, 10, day),
                read.number("PUSH_PING_TIMEOUT_MS", 10_000, 10, day),
                read.number("PUSH_BODY_MS", 10_000, 10, day),
                read.number("PUSH_DRAIN_MS", 5_000, 0, day),
                read.number("PUSH_DRAIN_DELAY_MS", 0, 0, day),
                read.number("PUSH_IDEMPOTENCY_MS", 300_000, 0, day),
                read.number("PUSH_RETAIN_MESSAGES", 8_192, 1, 10_000_000),
                read.number("PUSH_RETAIN_BYTES", 8 << 20, 1, Integer.MAX_VALUE),
                read.number("PUSH_MAX_STREAMS", 10_000, 1, 10_000_000),
                read.number("PUSH_MAX_STREAMS_PER_CONNECTION", 600, 1, 1_000_000),
                read.number("PUSH_POSTS_PER_SECOND", 200, 0, 1_000_000),
                read.number("PUSH_POST_BURST", 2_000, 0, 1_000_000),
                read.number("PUSH_OPENS_PER_SECOND", 100, 0, 1_000_000),
                read.number("PUSH_OPEN_BURST", 1_000, 0, 1_000_000),
                maxConnections,
                read.number("PUSH_MAX_CONNECTIONS_PER_ADDRESS", Math.max(1, maxConnections / 4), 1, 10_000_000),
                read.number("PUSH_MAX_HANDSHAKES", Math.min(2_000, Math.max(1, maxConnections / 4)), 1, 1_000_000),
                read.blocks("PUSH_EXEMPT_ADDRESSES", "127.0.0.0/8, ::1"),
                read.origins(),
                read.trustedProxies(),
                read.nats(),
                read.unknown);
    }

    /** Returns the settings of the pattern itself. */
    public Settings settings() {
        return new Settings(
                heartbeatMs, stallMs, pingMs, pingTimeoutMs, idempotencyMs, retainMessages, retainBytes, ioThreads);
    }

    /** Returns whether this address is exempt from limits per address. */
    boolean isExempt(InetAddress address) {
        return exemptAddresses.stream().anyMatch(block -> block.contains(address));
    }

    /** Reads values from the environment and tracks the names that are not settings. */
    private static final class Reader {
        private final Map<String, String> env;
        private final Set<String> unknown = new TreeSet<>();

        Reader(Map<String, String> env) {
            this.env = env;
            unknown.addAll(env.keySet());
            unknown.removeIf(name -> !name.startsWith("PUSH_"));
        }

        String text(String name, String defaultValue) {
            unknown.remove(name);
            String value = env.getOrDefault(name, "").strip();
            return value.isEmpty() ? defaultValue : value;
        }

        Path path(String name, String defaultValue) {
            String value = text(name, defaultValue);
            try {
                return Path.of(value).toAbsolutePath(); // So that an error message shows where the file was sought.
            } catch (InvalidPathException e) { // Also if the locale cannot encode the name.
                throw new BadConfig(name + "=" + value
                        + " cannot be used: give the path of a file, or leave it out for " + defaultValue);
            }
        }

        Set<Origin> origins() {
            Set<Origin> origins = new TreeSet<>(Comparator.comparing(Origin::toString));
            for (String element : FieldReader.elements(text("PUSH_ORIGINS", ""))) {
                Origin origin = Origin.parse(element);
                if (origin == null || origin.host().contains("*")) {
                    throw new BadConfig("PUSH_ORIGINS=" + element + " cannot be used: give origins as browsers write"
                            + " them, https://chat.example or https://chat.example:8443, without a path, with commas"
                            + " between them");
                }
                origins.add(origin);
            }
            return Set.copyOf(origins);
        }

        List<AddressBlock> blocks(String name, String defaultValue) {
            List<AddressBlock> blocks = new ArrayList<>();
            for (String element : FieldReader.elements(text(name, defaultValue))) {
                AddressBlock block = AddressBlock.parse(element);
                if (block == null) {
                    throw new BadConfig(name + "=" + element + " cannot be used: give addresses or blocks"
                            + " of them, 10.0.0.5 or 10.0.0.0/8 or 2001:db8::/32, with commas between them");
                }
                blocks.add(block);
            }
            return List.copyOf(blocks);
        }

        TrustedProxies trustedProxies() {
            List<AddressBlock> blocks = blocks("PUSH_TRUSTED_PROXIES", "");
            String header = text("PUSH_FORWARDED_HEADER", "X-Forwarded-For");
            if (!header.equalsIgnoreCase("X-Forwarded-For") && !header.equalsIgnoreCase("Forwarded")) {
                throw new BadConfig("PUSH_FORWARDED_HEADER=" + header
                        + " cannot be used: give X-Forwarded-For or Forwarded, the one that your proxies set");
            }
            return new TrustedProxies(blocks, header.equalsIgnoreCase("Forwarded"));
        }

        NatsSettings nats() {
            String stream = text("PUSH_NATS_STREAM", "push");
            if (!stream.matches("[A-Za-z0-9_-]{1,32}")) {
                throw new BadConfig("PUSH_NATS_STREAM=" + stream
                        + " cannot be used: give 1 to 32 letters, digits, hyphens and underscores");
            }
            return new NatsSettings(
                    text("PUSH_NATS_URL", ""),
                    stream,
                    number("PUSH_NATS_REPLICAS", 1, 1, 5),
                    number("PUSH_NATS_WAIT_MS", 10_000, 100, 600_000),
                    text("PUSH_NATS_USER", ""),
                    optionalPath("PUSH_NATS_PASSWORD_FILE"),
                    optionalPath("PUSH_NATS_NKEY_FILE"),
                    optionalPath("PUSH_NATS_CA"));
        }

        private @Nullable Path optionalPath(String name) {
            return text(name, "").isEmpty() ? null : path(name, "");
        }

        int number(String name, int defaultValue, int min, int max) {
            String value = text(name, Integer.toString(defaultValue));
            try {
                int number = Integer.parseInt(value);
                if (number >= min && number <= max) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // Falls through: both errors have the same message.
            }
            throw new BadConfig(name + "=" + value + " cannot be used: give a whole number from " + min + " to " + max
                    + ", or leave it out for " + defaultValue);
        }
    }
}
