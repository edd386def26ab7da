package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import suite.Cluster.Allowed;

/** A NATS server that knows its users, and speaks TLS. */
@Tag("cluster")
final class CredentialsTest {
    /** All that a server of ours must be allowed; OPERATING.md says so too. */
    private static final String RIGHTS = "permissions: { publish: [\"push.messages\", \"$JS.API.>\", \"$JS.FC.>\"],"
            + " subscribe: [\"_INBOX.>\"] }";

    private static final String USER = "{ user: push, password: secret, " + RIGHTS + " }";
    /** A pair that NATS's documentation shows. */
    private static final String SEED = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY";

    private static final String KEY = "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4";

    @TempDir
    private Path folder;

    @Test
    void userWithAPasswordAndTheseRightsServes() throws Exception {
        try (var nodes = nodes(users(USER));
                var server = KitServer.start(user(nodes, "secret"))) {
            assertEquals(201, server.post("ann", "as a user", "").status());
        }
    }

    @Test
    void wrongPasswordIsNotReadyAndSaysSo() throws Exception {
        try (var nodes = nodes(users(USER));
                var server = KitServer.launch(user(nodes, "wrong"))) {
            assertTrue(
                    Deadline.in(Deadline.PATIENCE)
                            .poll(() -> trouble(server).toLowerCase(Locale.ROOT).contains("authorization violation")),
                    () -> server.get("/status").body());
            assertEquals(503, server.get("/readyz").status());
        }
    }

    @Test
    void revokedCredentialsAreAPauseUntilTheyAreGivenBack() throws Exception {
        var nodes = nodes(users(USER));
        try (var cluster = Cluster.of(nodes, List.of(KitServer.start(user(nodes, "secret"))))) {
            cluster.through("credentials revoked for 3 s", Allowed.NOTHING, () -> {
                nodes.reload(0, users());
                assertTrue(Deadline.in(Deadline.PATIENCE)
                        .poll(() -> cluster.a().get("/metrics").body().contains("push_nats_connected 0.0")));
                Deadline.pause(Duration.ofSeconds(3));
                nodes.reload(0, users(USER));
            });
        }
    }

    @Test
    void nkeyServesWithoutBouncyCastle() throws Exception {
        assertThrows(ClassNotFoundException.class, () -> Class.forName("org.bouncycastle.crypto.Signer"));
        var file = Files.writeString(folder.resolve("push.nk"), SEED + "\n");
        try (var nodes = nodes(users("{ nkey: " + KEY + ", " + RIGHTS + " }"));
                var server = KitServer.start(
                        Map.of("PUSH_NATS_URL", nodes.urls(), "PUSH_NATS_NKEY_FILE", file.toString()))) {
            assertEquals(201, server.post("ann", "with a key", "").status());
        }
    }

    @Test
    void natsServerWithTlsIsKnownByTheCaFileAndByNoOther() throws Exception {
        var tls = "tls { cert_file: \"" + Path.of("certs/server.crt").toAbsolutePath() + "\", key_file: \""
                + Path.of("certs/key.pem").toAbsolutePath() + "\" }\n";
        try (var nodes = NatsNodes.launch(NatsNodes.program("new"), 1, tls)) {
            var url = "tls://localhost:" + nodes.port(0);
            var settings = Map.of("PUSH_NATS_URL", url, "PUSH_NATS_CA", "certs/server.crt");
            try (var server = KitServer.start(settings)) {
                assertEquals(201, server.post("ann", "over TLS", "").status());
            }
            try (var server = KitServer.launch(Map.of("PUSH_NATS_URL", url))) {
                assertTrue(
                        Deadline.in(Deadline.PATIENCE)
                                .poll(() -> trouble(server).contains("certification path")),
                        () -> server.get("/status").body());
                assertEquals(503, server.get("/readyz").status());
            }
        }
    }

    @Test
    void filesThatCannotBeUsedEndTheStartInOneLine() throws Exception {
        var words = Files.writeString(folder.resolve("words"), "no seed");
        var url = "nats://127.0.0.1:1";

        assertRefused("PUSH_NATS_NKEY_FILE=", Map.of("PUSH_NATS_URL", url, "PUSH_NATS_NKEY_FILE", words.toString()));
        assertRefused("PUSH_NATS_CA=", Map.of("PUSH_NATS_URL", url, "PUSH_NATS_CA", words.toString()));
        assertRefused("PUSH_NATS_CA=", Map.of("PUSH_NATS_URL", url, "PUSH_NATS_CA", "nowhere"));
        assertRefused(
                "PUSH_NATS_USER and PUSH_NATS_PASSWORD_FILE", Map.of("PUSH_NATS_URL", url, "PUSH_NATS_USER", "a"));
        for (var bad : List.of("nats://a b:c", "foo", "http://127.0.0.1:1", "nats://", url + ",foo")) {
            assertRefused("PUSH_NATS_URL cannot be used", Map.of("PUSH_NATS_URL", bad));
        }
    }

    private static void assertRefused(String words, Map<String, String> settings) {
        var refused = assertThrows(
                AssertionError.class, () -> KitServer.launch(settings).close());

        var lines = String.valueOf(refused.getMessage()).lines().toList();
        assertTrue(lines.get(0).contains("push: " + words), lines.toString());
        assertEquals(1, lines.size(), lines.toString());
    }

    private Map<String, String> user(NatsNodes nodes, String password) throws IOException {
        var file = Files.writeString(folder.resolve("password"), password + "\n");
        return Map.of(
                "PUSH_NATS_URL", nodes.urls(), "PUSH_NATS_USER", "push", "PUSH_NATS_PASSWORD_FILE", file.toString());
    }

    private static String users(String... more) {
        var users = Stream.concat(Stream.of(Operator.USER), Stream.of(more));
        return "authorization { users: [ " + users.collect(Collectors.joining(", ")) + " ] }\n";
    }

    private static NatsNodes nodes(String extra) {
        return NatsNodes.start(NatsNodes.program("new"), 1, extra);
    }

    private static String trouble(KitServer server) {
        return server.get("/status").json().path("nats").path("trouble").asString("");
    }
}
