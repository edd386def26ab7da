package push.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import push.MemoryBudget;

/**
 * Every setting at its edges, and the message for a person who has set one wrong.
 *
 * <p><b>Length:</b> there are many settings.
 */
final class ConfigTest {
    private static final int DAY = 86_400_000;
    private static final int CONNECTIONS = new MemoryBudget().maxConnections();
    private static final Map<String, String> DERIVED = Map.of(
            "PUSH_IO_THREADS", "one a processor",
            "PUSH_MAX_CONNECTIONS", "as many as half of the memory holds",
            "PUSH_MAX_CONNECTIONS_PER_ADDRESS", "a quarter of them",
            "PUSH_MAX_HANDSHAKES", "a quarter of them but at most 2000");

    static Stream<Arguments> numbers() {
        return Stream.of(
                number("PUSH_PORT", 8_443, 0, 65_535, Config::port),
                number("PUSH_IO_THREADS", Runtime.getRuntime().availableProcessors(), 1, 1_024, Config::ioThreads),
                number("PUSH_HEARTBEAT_MS", 15_000, 10, DAY, Config::heartbeatMs),
                number("PUSH_STALL_MS", 10_000, 10, DAY, Config::stallMs),
                number("PUSH_PING_MS", 20_000, 10, DAY, Config::pingMs),
                number("PUSH_PING_TIMEOUT_MS", 10_000, 10, DAY, Config::pingTimeoutMs),
                number("PUSH_BODY_MS", 10_000, 10, DAY, Config::bodyMs),
                number("PUSH_DRAIN_MS", 5_000, 0, DAY, Config::drainMs),
                number("PUSH_DRAIN_DELAY_MS", 0, 0, DAY, Config::drainDelayMs),
                number("PUSH_IDEMPOTENCY_MS", 300_000, 0, DAY, Config::idempotencyMs),
                number("PUSH_RETAIN_MESSAGES", 8_192, 1, 10_000_000, Config::retainMessages),
                number("PUSH_RETAIN_BYTES", 8 << 20, 1, Integer.MAX_VALUE, Config::retainBytes),
                number("PUSH_MAX_STREAMS", 10_000, 1, 10_000_000, Config::maxStreams),
                number("PUSH_MAX_STREAMS_PER_CONNECTION", 600, 1, 1_000_000, Config::maxStreamsPerConnection),
                number("PUSH_POSTS_PER_SECOND", 200, 0, 1_000_000, Config::postsPerSecond),
                number("PUSH_POST_BURST", 2_000, 0, 1_000_000, Config::postBurst),
                number("PUSH_OPENS_PER_SECOND", 100, 0, 1_000_000, Config::opensPerSecond),
                number("PUSH_OPEN_BURST", 1_000, 0, 1_000_000, Config::openBurst),
                number("PUSH_MAX_CONNECTIONS", CONNECTIONS, 1, 10_000_000, Config::maxConnections),
                number(
                        "PUSH_MAX_CONNECTIONS_PER_ADDRESS",
                        CONNECTIONS / 4,
                        1,
                        10_000_000,
                        Config::maxConnectionsPerAddress),
                number("PUSH_MAX_HANDSHAKES", Math.min(2_000, CONNECTIONS / 4), 1, 1_000_000, Config::maxHandshakes),
                number("PUSH_NATS_REPLICAS", 1, 1, 5, config -> config.nats().replicas()),
                number(
                        "PUSH_NATS_WAIT_MS",
                        10_000,
                        100,
                        600_000,
                        config -> config.nats().waitMs()));
    }

    private static Arguments number(String name, int otherwise, int min, int max, ToIntFunction<Config> value) {
        return Arguments.of(name, otherwise, min, max, value);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("numbers")
    void numberIsTakenWithinItsBoundsAndRefusedBeyond(
            String name, int otherwise, int min, int max, ToIntFunction<Config> value) {
        assertEquals(otherwise, value.applyAsInt(Config.from(Map.of())));
        assertEquals(otherwise, value.applyAsInt(Config.from(Map.of(name, " "))));
        assertEquals(min, value.applyAsInt(Config.from(Map.of(name, Integer.toString(min)))));
        assertEquals(max, value.applyAsInt(Config.from(Map.of(name, " " + max + " "))));

        for (var bad : new String[] {
            Long.toString(min - 1L),
            Long.toString(max + 1L),
            "many",
            "1.5",
            "0x10",
            "10s",
            "1_000",
            "1e3",
            "99999999999999999999"
        }) {
            var refusal = assertThrows(BadConfig.class, () -> Config.from(Map.of(name, bad)), () -> name + "=" + bad);
            assertEquals(
                    name + "=" + bad + " cannot be used: give a whole number from " + min + " to " + max
                            + ", or leave it out for " + otherwise,
                    refusal.getMessage());
        }
    }

    @Test
    void everyNumberIsTried() {
        long components = Stream.of(Config.class, NatsSettings.class)
                .flatMap(type -> Stream.of(type.getRecordComponents()))
                .filter(component -> component.getType() == int.class)
                .count();

        assertEquals(components, numbers().count(), "a setting was added without its test");
    }

    @Test
    void textsAreTakenAsTheyStand() {
        var config = Config.from(Map.of("PUSH_HOST", " 0.0.0.0 ", "PUSH_CERT", "/tmp/a b.crt", "PUSH_KEY", "k.pem"));

        assertEquals("0.0.0.0", config.host());
        assertEquals(Path.of("/tmp/a b.crt"), config.certificate());
        assertEquals(Path.of("k.pem").toAbsolutePath(), config.key(), "a refusal must say where it looked");
        assertEquals("localhost", Config.from(Map.of()).host());
        assertEquals(
                Path.of("certs/server.crt").toAbsolutePath(),
                Config.from(Map.of()).certificate());
        assertEquals(
                Path.of("certs/key.pem").toAbsolutePath(), Config.from(Map.of()).key());
    }

    @Test
    void pathThatIsNoneIsRefusedByItsName() {
        for (var name : Set.of("PUSH_CERT", "PUSH_KEY")) {
            var refusal = assertThrows(BadConfig.class, () -> Config.from(Map.of(name, "a\0b")));

            assertTrue(refusal.getMessage().startsWith(name + "="), refusal.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a.b", "a*", "a b", "abcdefghijklmnopqrstuvwxyz0123456789"})
    void streamIsNamedWithoutWhatMeansMoreInASubject(String name) {
        if (name.isEmpty()) {
            assertEquals("push", Config.from(Map.of("PUSH_NATS_STREAM", name)).nats().stream());
            return;
        }
        var refusal = assertThrows(BadConfig.class, () -> Config.from(Map.of("PUSH_NATS_STREAM", name)));

        assertTrue(refusal.getMessage().startsWith("PUSH_NATS_STREAM=" + name + " cannot be used"));
    }

    @Test
    void brokerWithoutItsModuleIsRefused() throws Exception {
        var line = ChildServer.refusal("PUSH_PORT", "0", "PUSH_NATS_URL", "nats://localhost:4222");

        assertTrue(line.startsWith("push: PUSH_NATS_URL is set, but this program was built without"), line);
    }

    @Test
    void variablesThatMeanNothingHereAreNamed() {
        var config =
                Config.from(Map.of("PUSH_PROT", "1", "PUSH_", "2", "PUSHY", "3", "push_port", "4", "PUSH_PORT", "5"));

        assertEquals(Set.of("PUSH_PROT", "PUSH_"), config.unknown());
    }

    /** The refusals of each number are tried above, without a process each. */
    @Test
    void badNumberEndsTheStartInOneLine() throws Exception {
        var line = ChildServer.refusal("PUSH_PORT", "65536");

        assertTrue(line.startsWith("push: PUSH_PORT=65536 cannot be used: give a whole number from "), line);
    }

    @Test
    void machineWithoutIpv6IsServedOverIpv4() throws Exception {
        try (var server = new ChildServer("JAVA_TOOL_OPTIONS", "-Djava.net.preferIPv4Stack=true", "PUSH_PORT", "0")) {
            server.await(said -> said.contains("Serving https://localhost:"));
        }
    }

    @Test
    void argumentsEndTheStartInOneLine() throws Exception {
        var line = ChildServer.refusal(List.of("--port", "9443"), "PUSH_PORT", "0");

        assertEquals("push: --port: there are no arguments; see Settings in DESIGN.md", line);
    }

    @Test
    void designListsEverySettingAndNoOther() throws Exception {
        var listed = new TreeMap<String, String>();
        for (var line : Files.readAllLines(Path.of("DESIGN.md"))) {
            var cells = line.split(" *\\| *");
            if (cells.length > 4 && cells[1].startsWith("`PUSH_")) {
                var values = (cells[2] + ", " + cells[3]).replace("`", "");
                listed.put(cells[1].replace("`", ""), values.replaceAll("(?<=[0-9]),(?=[0-9])", ""));
            }
        }
        var settings = new TreeMap<>(Map.of(
                "PUSH_NATS_URL", "none, URLs with commas between them",
                "PUSH_NATS_STREAM", "push, 1 to 32 letters, digits, hyphens and underscores",
                "PUSH_NATS_USER", "none, a name",
                "PUSH_NATS_PASSWORD_FILE", "none, a path",
                "PUSH_NATS_NKEY_FILE", "none, a path",
                "PUSH_NATS_CA", "none, a path"));
        settings.putAll(Map.of(
                "PUSH_HOST", "localhost, a name or address of this machine",
                "PUSH_CERT", "certs/server.crt, a path",
                "PUSH_KEY", "certs/key.pem, a path",
                "PUSH_TLS", "jdk, jdk or openssl",
                "PUSH_EXEMPT_ADDRESSES", "127.0.0.0/8, ::1, addresses and blocks with commas between them",
                "PUSH_ORIGINS", "none, origins with commas between them",
                "PUSH_TRUSTED_PROXIES", "none, addresses and blocks with commas between them",
                "PUSH_FORWARDED_HEADER", "X-Forwarded-For, X-Forwarded-For or Forwarded"));
        numbers().map(Arguments::get).forEach(number -> {
            var name = (String) number[0];
            var otherwise = DERIVED.getOrDefault(name, number[1].toString());
            settings.put(name, otherwise + ", " + number[2] + " to " + number[3]);
        });

        assertEquals(settings, listed);
        // One component is for unknown settings, another holds two settings, and another those of NATS.
        assertEquals(
                Config.class.getRecordComponents().length - 1 + NatsSettings.class.getRecordComponents().length,
                listed.size());
        var env = listed.keySet().stream().collect(Collectors.toMap(name -> name, name -> ""));
        assertEquals(Set.of(), Config.from(env).unknown());
    }

    @Test
    void fileThatIsMissingIsNamedByTheWholePathThatWasLookedAt() throws Exception {
        var line = ChildServer.refusal("PUSH_PORT", "0", "PUSH_CERT", "nowhere/server.crt");

        var looked = Path.of("nowhere/server.crt").toAbsolutePath();
        assertEquals(
                "push: " + looked + " does not exist: run `make certs` and start in the project's folder with"
                        + " PUSH_CERT and PUSH_KEY unset, or let those name another pair",
                line);
    }

    @Test
    void portThatIsTakenEndsTheStartInOneLine() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            var line = ChildServer.refusal("PUSH_PORT", Integer.toString(taken.getLocalPort()));

            assertTrue(line.startsWith("push: cannot listen on localhost:" + taken.getLocalPort() + " ("), line);
            assertTrue(line.endsWith("choose another PUSH_PORT (make run PORT=9443) or PUSH_HOST"), line);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"no.such.host.invalid", "not a host", "192.0.2.1"})
    void hostThatIsNotOursEndsTheStartInOneLine(String host) throws Exception {
        var line = ChildServer.refusal("PUSH_PORT", "0", "PUSH_HOST", host);

        assertTrue(line.startsWith("push: cannot listen on " + host + ":0 ("), line);
    }

    @Test
    void misspeltVariableIsNamedAndTheServerStarts() throws Exception {
        try (var server = new ChildServer("PUSH_PORT", "0", "PUSH_PROT", "9443", "PUSH_HEARTBEAT", "1")) {
            server.await(said -> said.matches("(?s).*Serving https://localhost:[1-9][0-9]*/ .*"));

            assertEquals(
                    List.of(
                            "push: PUSH_HEARTBEAT is not a setting and is ignored; see Settings in DESIGN.md",
                            "push: PUSH_PROT is not a setting and is ignored; see Settings in DESIGN.md"),
                    server.warnings());
        }
    }
}
