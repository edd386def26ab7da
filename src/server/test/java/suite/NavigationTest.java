package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Navigation from another page without an origin: allowed for a person who follows a link, and not for a frame. */
final class NavigationTest {

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with("PUSH_OPENS_PER_SECOND", "0");

    @LikelyCause(
            "A frame of another page opens streams for every visitor of that page, because it navigates as a link does.")
    @ParameterizedTest
    @CsvSource({"iframe, 403", "frame, 403", "embed, 403", "object, 403", "document, 200"})
    void onlyALinkNavigatesHereFromAnotherPage(String destination, int status) {
        for (var site : List.of("cross-site", "same-site")) {
            var request = server.at("/messages")
                    .header("sec-fetch-site", site)
                    .header("sec-fetch-mode", "navigate")
                    .header("sec-fetch-dest", destination);
            try (var stream = Recorder.open(server.client(), request.build(), Format.SEED)) {
                assertEquals(status, stream.head().status(), site);
            }
        }
    }
}
