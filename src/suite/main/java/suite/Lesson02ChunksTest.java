package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static suite.Because.because;

import java.text.Normalizer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A record is a line, wherever the network cuts it: not a write, not a frame, not the result of one read.
 *
 * <p><b>Length:</b> each assertion gives its own likely cause.
 */
@Lesson(id = "02", slug = "chunks", title = "A chunk is not a message")
@Proves("stream.records")
class Lesson02ChunksTest {

    private static final int BURST = 50;
    private static final int HISTORY = 50;
    private static final AtomicInteger TWICE = new AtomicInteger();
    private static final String USER = "Ann É"; // From lesson 12 on, too, such a name is stored as it is posted.
    private static final String CHARSET =
            "The characters were made into bytes in another charset, or in the system's: name UTF-8 where that is done.";

    private static final String AGAIN =
            "It sends again what it has sent already: a POST sends the one new message to each stream, and no history.";

    @RegisterExtension
    static final JudgedServer server =
            JudgedServer.scheduled("PUSH_OPENS_PER_SECOND", "0", "PUSH_POSTS_PER_SECOND", "0");

    @RegisterExtension
    final Figures figures = new Figures();

    @Test
    void aLineFeedEndsEachRecord() {
        var recorder = server.open(Format.NDJSON);
        server.joined(recorder);
        server.post("ann", "the first of two");
        server.post("ann", "the second of two");
        recorder.awaitText("the first of two");
        recorder.awaitText("the second of two");

        var text = recorder.text();
        int first = text.indexOf("the first of two");
        int second = text.indexOf("the second of two");
        var between = text.substring(Math.min(first, second), Math.max(first, second));

        because(
                "Each message must be a record of its own, ended by a line feed, or no client can tell where it is whole.",
                () -> {
                    if (!between.contains("\n")) {
                        fail("between two messages there must be a line feed, but there is none in «"
                                + MalformedRecord.quote(between) + "»");
                    }
                });
        because("A line ends with CR LF in HTTP/1.1 and in many an operating system; in NDJSON it does not.", () -> {
            if (between.contains("\r")) {
                fail("a line feed alone must end a record, but there is a carriage return in «"
                        + MalformedRecord.quote(between) + "»");
            }
        });
    }

    @Proves("message.history")
    @Test
    void afterStartComeTheNewestFifty() {
        var posted = IntStream.rangeClosed(1, HISTORY + 5)
                .mapToObj(i -> "message " + i + " of many")
                .toList();
        posted.forEach(text -> server.post("ann", text));
        var expected = posted.subList(5, posted.size());

        var recorder = server.open(Format.NDJSON);
        var history = server.history(recorder, posted.get(posted.size() - 1)).stream()
                .map(Message::text)
                .toList();

        because("`open` sends nothing of what there is, or does not flush it.", () -> {
            if (history.isEmpty()) {
                fail("after \"start\" must come the newest 50 messages, but there came none");
            }
        });
        because("Nothing limits the history to the newest fifty.", () -> {
            if (history.size() > HISTORY) {
                fail("after \"start\" must come the newest 50 messages, but there came " + history.size());
            }
        });
        because("The fifty are taken from the wrong end, or one too few of them.", () -> {
            for (var text : expected) {
                if (!history.contains(text)) {
                    fail("after \"start\" must come the newest 50 of " + posted.size() + " messages, but there came "
                            + history.size() + " without \"" + text + "\"");
                }
            }
        });
    }

    @Proves("message.all")
    @Test
    void aMessageIsOneRecordOnEveryOpenStream() {
        var readers = server.two();

        long before = System.currentTimeMillis();
        server.post("ann", "hello");

        because(
                "What was posted did not become a record of type message, with its user, its text and its time, on every stream.",
                () -> {
                    for (var recorder : readers) {
                        var message = nextOnOneLine(recorder);
                        requireNew(recorder, "hello", message.text());
                        assertEquals("ann", message.user(), "the user");
                        assertEquals("hello", message.text(), "the text");
                        if (Math.abs(message.time() - before)
                                > Duration.ofHours(1).toMillis()) {
                            fail("the time must be that of the POST in milliseconds, " + before + ", but it is "
                                    + message.time());
                        }
                    }
                });
    }

    private static Message nextOnOneLine(Recorder recorder) {
        try {
            return recorder.nextMessage();
        } catch (AssertionError e) {
            throw String.valueOf(e.getMessage()).contains("): {;")
                    ? CheckFailed.withLikelyCause(
                            e, "An encoder that prints prettily writes many lines, and a record is one.")
                    : e;
        }
    }

    /** A message that a stream has brought before says nothing of the one that is due. */
    private static void requireNew(Recorder recorder, String due, String came) {
        long times = recorder.arrivals().stream()
                .filter(arrival -> arrival.record().text("text").equals(came))
                .count();
        if (!came.equals(due) && times > 1) {
            because(
                    AGAIN,
                    () -> fail("expected \"" + MalformedRecord.quote(due) + "\", which is new, but \""
                            + MalformedRecord.quote(came) + "\" came again"));
        }
    }

    /** However late a record is made of the message, or made again. */
    @Test
    void theTimeIsThatOfTheMessage() {
        var reader = server.live(Format.NDJSON);
        server.post("ann", "taken once");
        long time = reader.nextMessage().time();
        Deadline.pause(Duration.ofMillis(20)); // So that a clock that is read again shows another time.

        var later = server.open(Format.NDJSON);
        var again = later.awaitArrival(record -> record.text("text").equals("taken once"), "what was posted before");

        because(
                "The clock is read when a record is made, and so for each client again. Read it once, where the message is taken, and keep it with the message.",
                () -> {
                    if (again.message().time() != time) {
                        fail("a message has one time, but one client was told " + time
                                + ", and another, who came later, "
                                + again.message().time());
                    }
                });
    }

    @Test
    void aBurstThatComesAsOnePieceIsStillManyRecords() {
        var relay = server.relay();
        var recorder =
                server.open(server.newClient(), server.at("/messages").url(relay.url("/messages")), Format.NDJSON);
        server.live(recorder);
        int chunksBefore = recorder.chunks().size();
        var texts = new ArrayList<String>();

        relay.hold(FaultyProxy.Way.TO_CLIENT);
        for (int i = 0; i < BURST; i++) {
            texts.add("burst " + i);
            server.post("ann", texts.get(i));
        }
        relay.pass();

        because("A client, or this server's own splitter, takes what one read returns for one message.", () -> {
            var received = recorder.messages(BURST).stream().map(Message::text).toList();
            for (int i = 0; i < BURST; i++) {
                requireNew(recorder, texts.get(i), received.get(i));
            }
            assertEquals(texts, received, "the texts of the burst");
            figures.put("records", BURST);
            figures.put("chunks", recorder.chunks().size() - chunksBefore);
        });
    }

    @Proves("message.text")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "two\nlines",
                "\"quoted\" and \\ and /",
                "a tab\tand \u2028 and \u2029",
                "a decomposed e\u0301, and a composed \u00e9",
                "🟢 é ﷽ \ud83d\udc69\u200d\ud83d\ude80",
                "a flag in tags: \ud83c\udff4\udb40\udc67\udb40\udc62\udb40\udc65\udb40\udc6e\udb40\udc67\udb40\udc7f",
                "{\"type\":\"bye\"}\n{\"type\":\"start\"}",
                "<b>&amp;</b>",
                "\n  what is before and after it \t\n",
            })
    void aTextArrivesAsItWasPosted(String text) {
        var recorder = server.live(Format.NDJSON);

        server.post(USER, text);

        var came = messageOrWhyNot(recorder);
        requireNew(recorder, text, came.text());
        requireAsPosted("text", text, came.text());
        requireAsPosted("user", USER, came.user());
    }

    /** From lesson 12 on such a text is refused. Until then it is a text like others. */
    @Proves("message.text")
    @Test
    void aControlCharacterArrivesAsItWasPostedOrIsRefused() {
        requireAsPostedOrRefused("a bell \u0007, a form feed \f, an escape \u001b and no more");
    }

    @Proves("message.text")
    @Test
    void aCarriageReturnArrivesAsItWasPostedOrIsRefused() {
        requireAsPostedOrRefused("two lines\r\nof another system");
    }

    private static void requireAsPostedOrRefused(String text) {
        var recorder = server.live(Format.NDJSON);
        var json = WireRecord.JSON.createObjectNode().put("user", USER).put("text", text);

        var answer = server.request(server.at("/messages").post(JudgedServer.json(json.toString())));

        if (answer.status() != 422) {
            requireAsPosted("text", text, messageOrWhyNot(recorder).text());
        }
    }

    private static void requireAsPosted(String what, String posted, String came) {
        if (!came.equals(posted)) {
            because(
                    changedHow(what, posted, came),
                    () -> fail(
                            "the " + what + " must be \"" + quote(posted) + "\", but it is \"" + quote(came) + "\""));
        }
    }

    /** A letter and its accent look the same as the two in one: the accent is shown by its number. */
    private static String quote(String text) {
        return MalformedRecord.quote(text).replace("\u0301", "\\u0301");
    }

    private static String changedHow(String what, String posted, String came) {
        if (inAscii(came).equals(inAscii(posted))) {
            return CHARSET;
        }
        if (came.equals(Normalizer.normalize(posted, Normalizer.Form.NFC))) {
            return "The " + what + " was normalized: it looks the same, but its characters are different.";
        }
        return came.equals(posted.replace("\r\n", "\n"))
                ? "The line ends of the " + what + " were made those of this system."
                : "The " + what + " was changed on its way: trimmed, or characters were replaced or taken out.";
    }

    /** Also in the same millisecond, in which the two records are equal in all their fields. */
    @Proves("message.all")
    @Test
    void theSameTextPostedTwiceComesTwice() {
        var twice = "said twice " + JudgedServer.LIFE + "." + TWICE.incrementAndGet();
        var after = "after " + twice;
        var reader = server.live(Format.NDJSON);

        server.whileClockStands(System.currentTimeMillis(), () -> {
            server.post("ann", twice);
            server.post("ann", twice);
        });
        server.post("ann", after);

        var later = server.open(Format.NDJSON);
        because(
                "A message that equals an earlier one was taken for the same one: sorted out by its text or by `equals`, or"
                        + " kept in a set.",
                () -> {
                    requireTwice(twice, reader.messagesUpTo(after), "a stream");
                    requireTwice(twice, server.history(later, after), "the history");
                });
    }

    private static void requireTwice(String twice, List<Message> came, String where) {
        long times =
                came.stream().filter(message -> message.text().equals(twice)).count();
        if (times != 2) {
            fail("a text that was posted twice must come twice, but in " + where + " it came "
                    + (times == 1 ? "once" : times + " times"));
        }
    }

    private static Message messageOrWhyNot(Recorder recorder) {
        try {
            return recorder.nextMessage();
        } catch (AssertionError e) {
            throw CheckFailed.withLikelyCause(
                    e,
                    String.valueOf(e.getMessage()).contains("not UTF-8")
                            ? CHARSET
                            : "The text was put into the record as it came, and not as a string of JSON: what JSON escapes, such as a line feed or a quotation mark, ends it.");
        }
    }

    /** Returns the output of an encoder that knows only ASCII or Latin-1: a question mark per unknown character. */
    private static String inAscii(String text) {
        return text.replaceAll("[^\\x00-\\x7e]+|[?]+", "?");
    }

    @Test
    void twoPostsAtTheSameTimeAreBothKept() {
        var others = server.newClient();
        var live = server.live(Format.NDJSON);
        var count = new AtomicInteger();

        server.explore(
                () -> server.post("ann", "held " + count.incrementAndGet()),
                () -> server.post(others, "bob", "passes " + count.get()),
                held -> {
                    because(
                            "POSTs come on several threads, and what they share needs a lock, or has to be made for several.",
                            () -> assertKept(List.of("held " + count.get(), "passes " + count.get()), held));
                    var came = assertWhole(live, "after " + count.get(), held);
                    because(
                            "A stream to which another thread is writing is passed over, and so a message of two is lost.",
                            () -> assertTrue(
                                    came.containsAll(List.of("held " + count.get(), "passes " + count.get())),
                                    () -> "one POST was held at " + held + " while another was answered, and of both"
                                            + " messages and the next only these came: " + came));
                });
    }

    /** Checks that every record is whole up to one that is posted now, and returns their texts. */
    private static List<String> assertWhole(Recorder live, String last, String held) {
        server.post("suite", last);
        try {
            return live.messagesUpTo(last).stream().map(Message::text).toList();
        } catch (AssertionError e) {
            throw CheckFailed.withLikelyCause(
                    new AssertionError(
                            "one POST was held at " + held + " while another was answered: " + e.getMessage(), e),
                    MalformedRecord.hasFailed(e)
                            ? "A record goes out in two parts, and what another POST sends comes between them: the line feed belongs to the record, and both to one write."
                            : "One stream gets a message, and another does not. Is one ByteBuffer written to all? It has one position, which moves as it is written.");
        }
    }

    @Test
    void theHistoryIsReadWhileAMessageIsKept() {
        server.exploreHistory((stream, held) -> {});
    }

    private static void assertKept(List<String> texts, String held) {
        var reader = server.open(Format.NDJSON);
        for (var text : texts) {
            reader.await(Deadline.PATIENCE, () -> reader.text().contains(text));
            if (!reader.text().contains("\"message\"")) {
                because(
                        "`open` sends nothing of what there is, or does not flush it.",
                        () -> fail("a client that comes later gets no message of those that there are"));
            }
            if (!reader.text().contains(text)) {
                fail("one POST was held at " + held + " while another was answered, and now \"" + text
                        + "\" is not in the history");
            }
        }
        reader.close();
    }
}
