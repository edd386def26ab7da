package push.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The first line names an address at which the server can be reached. */
final class MainTest {

    @ParameterizedTest
    @CsvSource({
        "localhost, https://localhost:8443/",
        "push.example, https://push.example:8443/",
        "127.0.0.1, https://127.0.0.1:8443/",
        "192.0.2.7, https://192.0.2.7:8443/",
        "::1, https://[::1]:8443/",
        "[::1], https://[::1]:8443/",
        "2001:db8::7, https://[2001:db8::7]:8443/",
        "0.0.0.0, https://localhost:8443/",
        "::, https://localhost:8443/",
        "[::], https://localhost:8443/",
        "0:0:0:0:0:0:0:0, https://localhost:8443/"
    })
    void addressIsThatOfTheHost(String host, String expected) {
        assertEquals(expected, Main.address(host, 8_443));
    }
}
