package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Well-formed heads over HTTP/2 that Undertow would reset, or refuse without a reason. */
final class Http2HeadTest {

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with();

    @LikelyCause("trailers is compared with its case, though a t-coding has none (RFC 9110, 10.1.4).")
    @ParameterizedTest
    @ValueSource(strings = {"trailers", "Trailers", "TRAILERS"})
    void trailersAreTrailersInAnyCase(String value) {
        try (var client = server.raw()) {
            int stream = client.request("GET", "/healthz", true, "te", value);

            assertEquals(200, client.recorder(stream).awaitHead().status());
        }
    }

    @LikelyCause("CONNECT has no path, and is therefore taken for malformed (RFC 9113, 8.5).")
    @Test
    void connectIsNotImplemented() {
        try (var client = server.raw()) {
            int before = client.request("GET", "/healthz", true);
            var block = Hpack.encode(":method", "CONNECT", ":authority", "example.com:443");

            client.send(new Frame(Frame.HEADERS, Frame.END_HEADERS, before + 2, block));

            client.recorder(before + 2).answer().problem(501, "CONNECT");
            client.ping(1);
            client.awaitPong(1);
            assertEquals(200, client.recorder(before).status());
        }
    }

    @LikelyCause("A CONNECT with a path is one that RFC 9113, 8.5, calls malformed.")
    @Test
    void connectWithAPathIsMalformed() {
        try (var client = server.raw()) {
            int stream = client.request("CONNECT", "/", true);

            assertTrue(Refusal.of(client, stream).refused());
            client.ping(1);
            client.awaitPong(1);
        }
    }

    @LikelyCause("Undertow answers more than 1,000 parameters by a 400 that says nothing.")
    @ParameterizedTest
    @ValueSource(chars = {'&', ';'})
    void moreThan900ParametersAreTooMany(char separator) {
        try (var client = server.raw()) {
            int most = client.request("GET", "/healthz?a" + (separator + "a").repeat(900), true);
            int more = client.request("GET", "/healthz?a" + (separator + "a").repeat(1_500), true);

            assertEquals(200, client.recorder(most).awaitHead().status());
            client.recorder(more).answer().problem(414, "1,501 parameters");
        }
    }
}
