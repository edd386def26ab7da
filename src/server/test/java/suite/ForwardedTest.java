package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Limits by client behind a trusted proxy: who is who, and what an attacker there can do. */
final class ForwardedTest {

    private static final String[] SMALL = {
        "PUSH_TRUSTED_PROXIES", "127.0.0.1, ::1, 10.0.0.0/8",
        "PUSH_OPENS_PER_SECOND", "0",
        "PUSH_MAX_STREAMS_PER_CONNECTION", "1"
    };

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with(SMALL);

    @RegisterExtension
    static final JudgedServer standard = JudgedServer.with(with(SMALL, "PUSH_FORWARDED_HEADER", "Forwarded"));

    @LikelyCause("All clients of a proxy share its connection's streams, or a client is taken for another.")
    @ParameterizedTest(name = "{0} then {1}: {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "192.0.2.1              | 192.0.2.2                    | 200",
                "192.0.2.3              | 192.0.2.3                    | 429",
                "192.0.2.4              | 192.0.2.4:4711               | 429",
                "192.0.2.5              | ::ffff:192.0.2.5             | 429",
                "2001:db8:1::1          | 2001:db8:1::2                | 429",
                "2001:db8:2::1          | [2001:db8:2::2]:4711         | 429",
                "2001:db8:3::1          | 2001:db8:3:1::1              | 200",
                "192.0.2.6              | 203.0.113.1, 192.0.2.6       | 429",
                "192.0.2.7              | 203.0.113.2, 192.0.2.7, 10.0.0.1, 10.9.9.9 | 429",
                "10.0.0.7               | 10.0.0.7, 10.0.0.8           | 429"
            })
    void clientIsTheLastThatIsNoTrustedProxy(String first, String second, int status) {
        assertEquals(200, open(server, "x-forwarded-for", first));
        assertEquals(status, open(server, "x-forwarded-for", second));
    }

    @ParameterizedTest(name = "{0} then {1}: {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "for=192.0.2.1                 | For=\"192.0.2.1:80\";proto=https;by=10.0.0.1   | 429",
                "for=\"[2001:db8:5::1]:4711\"  | for=\"[2001:db8:5::2]\"                       | 429",
                "for=192.0.2.8                 | for=192.0.2.9                                  | 200",
                "for=192.0.2.10                | for=\"203.0.113.1, for=203.0.113.2\", for=192.0.2.10, for=10.0.0.1 | 429",
                "for=192.0.2.11                | for=192.0.2.11;host=\"a,b;c\"                  | 429"
            })
    void forwardedIsReadByItsGrammar(String first, String second, int status) {
        assertEquals(200, open(standard, "forwarded", first));
        assertEquals(status, open(standard, "forwarded", second));
    }

    @Test
    void linesAreOneListAndTheOtherFieldSaysNothing() {
        assertEquals(200, open(server, "x-forwarded-for", "192.0.2.20"));
        assertEquals(429, open(server, "x-forwarded-for", "203.0.113.9", "x-forwarded-for", "192.0.2.20"));
        assertEquals(429, open(server, "forwarded", "for=203.0.113.10", "x-forwarded-for", "192.0.2.20"));
    }

    @LikelyCause("A client writes another address before its own with each request, and is never the same.")
    @Test
    void attackerBehindAProxyGainsNothingByWhatItWrites() {
        int taken = 0;
        for (int i = 0; i < 20; i++) {
            int status = open(server, "x-forwarded-for", "198.51.100." + i + ", 192.0.2.30");
            taken += status == 200 ? 1 : 0;
        }

        assertEquals(1, taken, "streams of 20");
        assertEquals(200, open(server, "x-forwarded-for", "192.0.2.31"), "another client is not concerned");
    }

    @LikelyCause("What a client writes before its own address hides that address, so no limit holds for the client.")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"",
                "\"\\",
                "for=\"",
                "for=\"x;by=\\",
                "for=",
                "\\",
                "for=\"a\";\"",
                "for=203.0.113.5;",
                "=\"=",
                ",,",
                "\"a\" b\""
            })
    void attackerBehindAProxyGainsNothingByWhatIsMalformed(String malformed) {
        String client = "2001:db8:" + Integer.toHexString(malformed.hashCode() & 0xffff) + ":9::1";
        for (int i = 0; i < 2; i++) {
            int status = i == 0 ? 200 : 429;
            assertEquals(status, open(server, "x-forwarded-for", malformed + ", " + client));
            assertEquals(
                    status, open(standard, "forwarded", malformed + ", for=\"[" + client + "]:4711\";proto=https"));
        }
    }

    @LikelyCause("A client holds as many streams as it opens connections, or its neighbours have none left.")
    @Test
    void streamsAreCountedForEachClientOverAllConnections() {
        var held = server.raw().open(Format.NDJSON, "x-forwarded-for", "192.0.2.40");
        var proxy = server.raw();

        var refused = proxy.open(Format.NDJSON, "x-forwarded-for", "192.0.2.40");
        for (int i = 41; i < 46; i++) {
            var other = proxy.open(Format.NDJSON, "x-forwarded-for", "192.0.2." + i);
            assertEquals(200, other.status(), "another client on the same connection");
        }

        assertEquals(429, refused.status());
        var detail = refused.answer().problem(429, "a second stream").path("detail");
        assertTrue(detail.asString("").contains("This client"), detail.toString());
        held.cancel();
        server.awaitOpen(5);
        assertEquals(
                200, proxy.open(Format.NDJSON, "x-forwarded-for", "192.0.2.40").status(), "a place was given up");
    }

    /** Opens a stream that is held to the end of the test. */
    private static int open(JudgedServer target, String... fields) {
        return target.raw().open(Format.NDJSON, fields).status();
    }

    private static String[] with(String[] settings, String... more) {
        var all = new ArrayList<>(List.of(settings));
        all.addAll(List.of(more));
        return all.toArray(new String[0]);
    }
}
