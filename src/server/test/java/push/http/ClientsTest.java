package push.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The identity of a client, and the amount remembered about it. */
final class ClientsTest {

    private static final Config CONFIG =
            Config.from(Map.of("PUSH_POSTS_PER_SECOND", "1", "PUSH_POST_BURST", "2", "PUSH_OPENS_PER_SECOND", "1"));

    @Test
    void eachAddressHasItsOwnRateAndA64IsOneAddress() {
        var clients = new Clients(CONFIG, 1, 3);

        assertEquals(0, clients.post(address("192.0.2.1"), 0));
        assertEquals(0, clients.post(address("::ffff:192.0.2.1"), 0));
        assertTrue(clients.post(address("192.0.2.1"), 0) > 0);
        assertEquals(0, clients.post(address("192.0.2.2"), 0));
        assertEquals(0, clients.post(address("2001:db8::1"), 0));
        assertEquals(0, clients.post(address("2001:db8::2:2"), 0));
        assertTrue(clients.post(address("2001:db8::3"), 0) > 0);
        assertEquals(0, clients.post(address("2001:db8:0:1::3"), 0));
    }

    @Test
    void streamsThatAreHeldAreCountedAndGivenBack() {
        var clients = new Clients(CONFIG, 1, 2);
        var address = address("192.0.2.1");

        assertTrue(clients.hold(address, 0));
        assertTrue(clients.hold(address, 0));
        assertFalse(clients.hold(address, 0));
        clients.release(address);

        assertTrue(clients.hold(address, 0));
        assertFalse(clients.hold(address, 0));
    }

    @Test
    void addressesWithoutNumberTakeNoMoreRoomThanTenThousand() {
        var clients = new Clients(CONFIG, 1, 2);
        var holder = address("192.0.2.1");
        clients.hold(holder, 0);
        clients.hold(holder, 0);

        for (int i = 0; i < 100_000; i++) {
            clients.post(address("10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255)), 0);
        }

        assertEquals(Clients.MAX_IDLE + 1, clients.known());
        assertFalse(clients.hold(holder, 0), "who holds streams is not forgotten");
    }

    @ParameterizedTest(name = "{1} in {0}: {2}")
    @CsvSource({
        "10.0.0.0/8, 10.255.0.1, true",
        "10.0.0.0/8, 11.0.0.1, false",
        "10.9.9.9/8, 10.0.0.1, true",
        "192.0.2.128/25, 192.0.2.127, false",
        "192.0.2.128/25, 192.0.2.128, true",
        "192.0.2.1, 192.0.2.1, true",
        "192.0.2.1, 192.0.2.2, false",
        "0.0.0.0/0, 203.0.113.9, true",
        "0.0.0.0/0, ::1, false",
        "::/0, 2001:db8::1, true",
        "2001:db8::/33, 2001:db8:7fff::1, true",
        "2001:db8::/33, 2001:db8:8000::1, false",
        "::ffff:10.0.0.0/104, 10.1.2.3, true",
        "::ffff:10.0.0.1, 10.0.0.1, true"
    })
    void blockHasTheAddressesOfItsBits(String block, String address, boolean inside) {
        assertEquals(inside, Objects.requireNonNull(AddressBlock.parse(block)).contains(address(address)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "10.0.0.0/",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/08",
                "10.0.0",
                "10",
                "10.0.0.256",
                "010.0.0.1",
                "::/129",
                "1::2::3",
                "proxy.example",
                "[::1]",
                "::ffff:10.0.0.0/95",
                "10.0.0.0/8/8",
                "1.2.3.4."
            })
    void whatIsNoBlockEndsTheStartWithASentence(String text) {
        assertNull(AddressBlock.parse(text));
        if (!text.isEmpty()) {
            var refusal =
                    assertThrows(BadConfig.class, () -> Config.from(Map.of("PUSH_TRUSTED_PROXIES", "::1, " + text)));
            assertTrue(refusal.getMessage().startsWith("PUSH_TRUSTED_PROXIES=" + text + " cannot be used: give "));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*",
                "null",
                "chat.example",
                "https://chat.example/",
                "https://*.example",
                "https://",
                "https://a b",
                "https://a:99999",
                "https://ann@a",
                "https://[::1",
                "https://[x]",
                "https://a/b"
            })
    void whatIsNoOriginEndsTheStartWithASentence(String text) {
        var refusal =
                assertThrows(BadConfig.class, () -> Config.from(Map.of("PUSH_ORIGINS", "https://ok.example," + text)));

        assertTrue(
                refusal.getMessage().startsWith("PUSH_ORIGINS=" + text + " cannot be used: give origins"),
                refusal.getMessage());
    }

    @Test
    void originsAreReadInEverySpelling() {
        var config = Config.from(Map.of("PUSH_ORIGINS", " HTTPS://A.example:443 ,, http://b\u00fccher.example"));

        assertTrue(config.origins().contains(Origin.parse("https://a.example")));
        assertTrue(config.origins().contains(Origin.parse("http://xn--bcher-kva.example:80")));
        assertThrows(BadConfig.class, () -> Config.from(Map.of("PUSH_FORWARDED_HEADER", "X-Real-IP")));
    }

    private static InetAddress address(String text) {
        var address = AddressBlock.address(text);
        assertNotNull(address, text);
        return address;
    }
}
