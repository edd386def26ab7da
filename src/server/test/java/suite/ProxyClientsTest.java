package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Limits by client behind each proxy, once the server trusts it: one client that is too fast costs the others nothing. */
@Tag("proxies")
@Timeout(300)
class ProxyClientsTest {

    private static final int BURST = 5;

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with(
            "PUSH_TRUSTED_PROXIES", "127.0.0.1, ::1", "PUSH_POSTS_PER_SECOND", "1", "PUSH_POST_BURST", "" + BURST);

    @ParameterizedTest
    @EnumSource
    @LikelyCause("The proxy is the client, or the client writes its own address into X-Forwarded-For.")
    void aClientThatPostsTooFastIsRefusedAloneWhateverItClaimsToBe(ProxyKind kind) {
        try (var proxy = Proxy.start(kind, server.port())) {
            // Addresses that no other proxy's clients have had.
            var greedy = from("127.0.1." + (10 + kind.ordinal()));
            var modest = from("127.0.2." + (10 + kind.ordinal()));

            int last = 201;
            for (int i = 0; i < 10 * BURST && last == 201; i++) {
                last = post(greedy, proxy, "127.0.3." + i);
            }

            assertEquals(429, last, "the status of one post too many");
            assertEquals(201, post(modest, proxy, "127.0.1." + (10 + kind.ordinal())), "the status of another client");
        }
    }

    private static int post(OkHttpClient client, Proxy proxy, String claim) {
        return server.request(
                        client,
                        proxy.at("/messages")
                                .url("https://127.0.0.1:" + proxy.port() + "/messages")
                                .header("x-forwarded-for", claim)
                                .post(JudgedServer.json("{\"user\":\"ann\",\"text\":\"hi\"}")))
                .status();
    }

    private static OkHttpClient from(String address) {
        var client = Clients.http2()
                .newBuilder()
                .socketFactory(NoDelay.from(address))
                .build();
        server.closing(() -> Clients.close(client));
        return client;
    }
}
