package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import okhttp3.Request;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** {@code GET /history}: the messages before those that a stream begins with. */
@Area(id = "history", title = "Older messages")
@Proves("history.pages")
class HistoryTest {

    private static final int KEPT = 300;

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with(
            "PUSH_RETAIN_MESSAGES", "" + KEPT, "PUSH_POSTS_PER_SECOND", "0", "PUSH_OPENS_PER_SECOND", "0");

    @BeforeEach
    void anEmptyLog() {
        server.restart();
    }

    private static List<String> post(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(i -> server.post("ann", "message " + i))
                .toList();
    }

    private static JsonNode page(String query) {
        var answer = server.get("/history" + query);
        assertEquals(200, answer.status(), answer.toString());
        assertEquals("application/json", answer.header("content-type"));
        assertEquals("no-store", answer.header("cache-control"));
        return answer.json();
    }

    private static List<String> ids(JsonNode page) {
        var ids = new ArrayList<String>();
        page.path("messages").forEach(message -> ids.add(message.path("id").asString("")));
        return ids;
    }

    @Test
    void anEmptyLogHasAnEmptyHistory() {
        var page = page("");

        assertEquals(List.of(), ids(page));
        assertFalse(page.path("more").booleanValue(true));
    }

    @Test
    void withoutAPlaceItIsTheNewestFiftyOldestFirst() {
        var ids = post(120);

        var page = page("");

        assertEquals(ids.subList(70, 120), ids(page));
        assertTrue(page.path("more").booleanValue());
    }

    @Test
    void aMessageIsExactlyAsTheStreamHasIt() {
        var stream = server.live(Format.NDJSON);
        var id = server.post("Zo\u00eb", "a \"quote\",\n\ttwo lines, 漢 and \uD83D\uDE00");
        stream.messagesUpTo("a \"quote\",\n\ttwo lines, 漢 and \uD83D\uDE00");

        var body = server.get("/history?limit=1").body();

        var sent = stream.text()
                .lines()
                .filter(one -> one.contains(id))
                .findFirst()
                .orElse("");
        assertTrue(body.contains(sent), () -> "the stream's " + sent + " is not in " + body);
        assertEquals(sent, server.get("/messages/" + id).body().strip());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 50, 199, 200})
    void pagesLeadBackToTheFirstMessageThatIsKeptWithoutGapOrRepeat(int limit) {
        var ids = post(KEPT + 40);

        var found = new ArrayList<String>();
        var page = page("?limit=" + limit);
        while (true) {
            found.addAll(0, ids(page));
            assertTrue(ids(page).size() <= limit);
            if (!page.path("more").booleanValue()) {
                break;
            }
            page = page("?limit=" + limit + "&before=" + found.get(0));
        }

        assertEquals(ids.subList(40, KEPT + 40), found);
        assertEquals(List.of(), ids(page("?before=" + found.get(0))));
    }

    @Test
    void aPageOfLongMessagesIsShorterAndSaysThatThereAreMore() {
        for (int i = 0; i < 30; i++) {
            server.post("ann", "\uD83D\uDE00".repeat(4_096)); // 16 kB
        }

        var answer = server.get("/history?limit=30");

        int count = ids(answer.json()).size();
        assertTrue(count >= 10 && count < 30, count + " messages of 16 kB in one page");
        assertTrue(answer.json().path("more").booleanValue());
    }

    @Proves("history.refusals")
    @Test
    void aPlaceThatIsNoneIsToldWhatItIs() {
        var ids = post(KEPT + 5);
        var epoch = ids.get(0).replaceAll("-.*", "");

        server.get("/history?before=" + ids.get(0)).problem(410, "the place of a message that is kept no longer");
        server.get("/history?before=" + ids.get(4)).problem(410, "the newest of those that are kept no longer");
        server.get("/history?before=" + epoch + "-0").problem(410, "the beginning, which is kept no longer");
        server.get("/history?before=" + epoch + "-9999").problem(404, "a place that is still to come");
        server.get("/history?before=0000-3").problem(404, "a place of another log");
        server.get("/history?before=" + epoch).problem(400, "a place without a sequence");
        server.get("/history?before=").problem(400, "an empty place");
        server.get("/history?before=" + epoch + "-01").problem(400, "a place with a leading zero");
        server.get("/history?before=" + ids.get(9) + "&before=" + ids.get(8)).problem(400, "two places");
    }

    @Proves("history.refusals")
    @Test
    void beforeTheFirstMessageThereIsNothing() {
        var first = post(1).get(0);

        assertEquals(List.of(), ids(page("?before=" + first)));
        assertEquals(List.of(), ids(page("?before=" + first.replaceAll("-.*", "-0"))));
        assertEquals(List.of(first), ids(page("")));
    }

    @Proves("history.refusals")
    @ParameterizedTest
    @ValueSource(strings = {"0", "201", "-1", "", "ten", "1.5", "99999999999", "1e2", "+5", "%205"})
    void aLimitOutOfItsBoundsIsRefused(String limit) {
        server.get("/history?limit=" + limit).problem(400, "limit=" + limit);
    }

    @Test
    void headHasTheFieldsOfGetAndNoBody() {
        post(3);
        var get = server.get("/history");
        var head = server.request(server.at("/history").head());

        assertEquals(200, head.status());
        assertEquals("", head.body());
        assertEquals(get.header("content-length"), head.header("content-length"));
        assertEquals(get.header("content-type"), head.header("content-type"));
    }

    @ParameterizedTest
    @CsvSource({"POST, 405", "PUT, 405", "DELETE, 405"})
    void itCanOnlyBeRead(String method, int status) {
        var answer = server.request(
                server.at("/history").method(method, method.equals("DELETE") ? null : JudgedServer.json("{}")));

        answer.problem(status, method + " /history");
        assertEquals("GET, HEAD", answer.header("allow"));
    }

    @Proves("history.refusals")
    @Test
    void aPageOfAnotherSiteMayNotReadIt() {
        Request.Builder foreign = server.at("/history").header("origin", "https://evil.example");

        server.request(foreign).problem(403, "a GET from a page of another site");
    }
}
