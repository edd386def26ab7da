package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static suite.Because.because;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Coming back with the last id: the client receives exactly what it missed, or is told that the server cannot know
 * that.
 *
 * <p><b>Length:</b> the places from which a client may and may not resume form one list of cases.
 */
@Lesson(id = "11", slug = "resume", title = "Resume")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Proves("resume.exact")
final class Lesson11ResumeTest {

    private static final int RETAINED = 100;
    private static final int HISTORY = 50;
    private static final String NO_ID =
            "An id is parsed by whatever throws, a part of it is taken for the whole, or more is taken for an id than the contract says: mind the number of letters and digits, and zeros in front.";
    private static final int LONGEST_EPOCH = 32;
    private static final int PLENTY = 1 << 24;

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with(
            "PUSH_RETAIN_MESSAGES", "100", "PUSH_POSTS_PER_SECOND", "0", "PUSH_OPENS_PER_SECOND", "0");

    @Order(1)
    @ParameterizedTest
    @EnumSource(names = {"NDJSON", "SSE"})
    void whoComesBackGetsExactlyWhatFollowed(Format format) {
        var ids = post("m", 5);

        var stream = server.open(format, ids.get(1));

        var start = because(
                format == Format.NDJSON
                        ? ""
                        : "Accept names text/event-stream: the content-type is that too, and a blank line ends each event, two line feeds after its last field.",
                () -> stream.next("start"));
        because(
                start.text("reason").equals("new")
                        ? "Last-Event-ID is not read: every reconnect begins again with the history."
                        : "The place is compared as text, in which 9 comes after 10: compare the numbers.",
                () -> assertResumed(start));
        because(
                "The place that the client brings is that of the last message that it has: the next one follows, and the last field of an event has two line feeds behind it.",
                () -> {
                    assertEquals(ids.subList(2, 5), ids(stream.messages(3)));
                    var live = post("live", 1);
                    assertEquals(live, ids(stream.messages(1)));
                });
    }

    @Proves("resume.where")
    @Test
    void idMayStandInTheQuery() {
        var ids = post("m", 3);

        var stream = server.open(server.client(), server.at("/messages?lastEventId=" + ids.get(0)), Format.NDJSON);

        because(
                "Only the header is read, so that a client which cannot set one (a browser's first EventSource) cannot resume.",
                () -> {
                    assertResumed(stream);
                    assertEquals(ids.subList(1, 3), ids(stream.messages(2)));
                });
    }

    @Proves("resume.where")
    @Test
    void headerIsNewerThanTheQuery() {
        var ids = post("m", 3);
        var request = server.at("/messages?lastEventId=" + ids.get(0)).header("last-event-id", ids.get(1));

        var stream = server.open(server.client(), request, Format.SSE);

        because(
                "The query wins over the header: an EventSource that reconnects sends both, and the query is the older.",
                () -> {
                    assertResumed(stream);
                    assertEquals(ids.subList(2, 3), ids(stream.messages(1)));
                });
    }

    @Test
    void whoHasMissedNothingGetsWhatComesAndNothingElse() {
        var ids = post("m", 3);
        var stream = server.open(Format.NDJSON, ids.get(2));
        because("The newest id is a good place: nothing follows it yet.", () -> assertResumed(stream));

        var next = post("next", 1);

        because(
                "The newest message is sent again, or the one after it is not.",
                () -> assertEquals(next, ids(stream.messages(1))));
    }

    @Test
    void allThatWasMissedComesThoughItIsMoreThanTheHistory() {
        var ids = post("m", HISTORY + 31);

        var stream = server.open(Format.NDJSON, ids.get(0));

        because("A resumed stream is cut to the history of a new one: a part is passed off as the whole.", () -> {
            assertResumed(stream);
            assertEquals(
                    ids.subList(1, ids.size()),
                    ids(stream.messages(HISTORY + 30)),
                    "the ids after the first of " + ids.size());
        });
    }

    @Proves("resume.reason")
    @Test
    void placeIsGoodAsLongAsAllThatFollowsIsHeld() {
        server.requires("PUSH_RETAIN_MESSAGES");
        var ids = post("m", RETAINED + 10);

        var last = server.open(Format.NDJSON, ids.get(9));
        var gone = server.open(Format.NDJSON, ids.get(8));

        because(
                "The bound of what is still held is one off: a message is lost without a word, or a good place is refused.",
                () -> {
                    assertResumed(last);
                    assertEquals(ids.subList(10, RETAINED + 10), ids(last.messages(RETAINED)));
                    assertAfresh(gone, "evicted", ids);
                });
    }

    /** 9 of 110 messages is gone and 99 is not; as text, 9 comes after 10, and 99 after 110. */
    @Proves("resume.reason")
    @Test
    void placesAreComparedAsNumbers() {
        server.requires("PUSH_RETAIN_MESSAGES");
        server.restart();
        var ids = post("m", RETAINED + 10);

        var gone = server.open(Format.NDJSON, ids.get(8));
        var held = server.open(Format.NDJSON, ids.get(98));

        because("Ids are compared as text, in which 9 comes after 10: compare the numbers.", () -> {
            assertAfresh(gone, "evicted", ids);
            assertResumed(held);
            assertEquals(ids.subList(99, RETAINED + 10), ids(held.messages(RETAINED - 89)));
        });
    }

    @Proves("resume.reason")
    @Test
    void idOfAnotherLifeIsNoPlaceInThisOne() {
        server.restart();
        var before = post("m", 8);
        server.restart();
        var after = post("n", 4);

        var stream = server.open(Format.NDJSON, before.get(2));
        because(
                "A number is compared, but not the life of the log that it belongs to.",
                () -> assertAfresh(stream, "epoch", after));

        var ahead = server.open(Format.NDJSON, before.get(6));
        var later = post("o", RETAINED + 10);
        var behind = server.open(Format.NDJSON, before.get(2));

        because(
                "A number of another life is compared with this one's. Ask for the life first: if it is another, the number says nothing.",
                () -> {
                    assertAfresh(ahead, "epoch", after);
                    assertAfresh(behind, "epoch", later);
                });
    }

    @Proves("resume.reason")
    @ParameterizedTest
    @ValueSource(strings = {"EPOCH0", "0EPOCH", "EPOC"})
    void anotherLifesNameMayResembleThisOnes(String name) {
        var ids = post("m", 2);
        var mine = epoch(ids.get(0));
        var other = name.replace("EPOCH", mine).replace("EPOC", mine.substring(0, mine.length() - 1));

        var stream = server.open(Format.NDJSON, other + "-" + sequence(ids.get(0)));

        because(
                "It is asked whether the id begins with this life's epoch, or contains it: what is before the hyphen is the whole name.",
                () -> assertAfresh(stream, other.length() <= LONGEST_EPOCH ? "epoch" : "malformed", ids));
    }

    @Proves("resume.reason")
    @Test
    void idThatIsNotYetThereIsNoPlace() {
        var ids = post("m", 3);
        long newest = sequence(ids.get(2));

        because("An id that is ahead of the log is waited for, or taken for the newest.", () -> {
            for (long ahead : new long[] {newest + 1, newest + 1_000, 999_999_999_999_999_999L}) {
                assertAfresh(server.open(Format.NDJSON, epoch(ids.get(2)) + "-" + ahead), "future", ids);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "-",
                "-1",
                "EPOCH",
                "EPOCH-",
                "EPOCH--1",
                "EPOCH-1x",
                "EPOCH-01",
                "EPOCH-00",
                "EPOCH-+1",
                "EPOCH-1.0",
                "EPOCH-0x1",
                "EPOCH-1 2",
                "EPOCH-1000000000000000000",
                "EPOCH-99999999999999999999",
                "EPOCH-1-1",
                "UPPER-1",
                "a12345678901234567890123456789012-1",
                "../../etc",
                "undefined",
                "null",
                "\u00e9-1"
            })
    void idThatIsNoneIsNoErrorAndNoPlace(String id) {
        var ids = post("m", 2);
        var sent = id.replace("EPOCH", epoch(ids.get(0)));

        var stream = server.open(
                server.client(),
                server.at("/messages")
                        .headers(okhttp3.Headers.of()
                                .newBuilder()
                                .addUnsafeNonAscii("last-event-id", sent)
                                .build()),
                Format.NDJSON);

        because(NO_ID, () -> assertAfresh(stream, "malformed", ids));
    }

    @Proves("resume.reason")
    @Test
    void emptyIdIsNone() {
        var ids = post("m", 2);

        because(
                "An empty id is taken for a bad one; a browser that has seen no id sends none, others send an empty one.",
                () -> {
                    assertAfresh(server.open(Format.NDJSON, ""), "new", ids);
                    assertAfresh(
                            server.open(server.client(), server.at("/messages?lastEventId="), Format.SSE), "new", ids);
                });
    }

    @Proves("resume.start")
    @Test
    void startAloneIsEnoughToComeBackWith() {
        var start = server.open(Format.NDJSON).next("start");
        var missed = post("while it was away", 5);
        var stream = server.open(Format.NDJSON, start.id());
        assertResumed(stream);
        stream.awaitArrival(record -> record.id().equals(missed.get(4)), "all that it missed");
    }

    @Proves("resume.start")
    @Test
    void startOfAnEmptyLogIsAPlaceToo() {
        server.restart();
        var start = server.open(Format.NDJSON).next("start");
        var missed = post("while it was away", 3);

        var stream = server.open(Format.NDJSON, start.id());

        because(
                "Before the first message the place is 0, and that is a number like others: whoever brings it gets all that there is.",
                () -> {
                    assertResumed(stream);
                    assertEquals(missed, ids(stream.messages(3)));
                });
    }

    /** It comes back, does not read, and the log goes on without it. */
    @Proves("resume.lapped")
    @ParameterizedTest
    @EnumSource(names = {"NDJSON", "SSE"})
    void whoIsLappedAfterItCameBackIsToldFromWhereItGoesOn(Format format) {
        server.requires("PUSH_RETAIN_MESSAGES");
        var seen = server.post("ann", "seen");
        var peer = server.raw(RawClient.Options.PLAIN.window(100));
        var stream = peer.open(format, "last-event-id", seen);
        var ids = post("and more ".repeat(60), 160);

        peer.windowUpdate(0, PLENTY);
        peer.windowUpdate(1, PLENTY);
        stream.awaitArrival(record -> record.id().equals(ids.get(159)) && record.is("message"), "the newest message");

        because(
                "What is lost after a client has resumed is lost all the same. It is told so as in lesson 09, and the id of that start is the new place: set the place first, and then name it.",
                () -> {
                    var records = stream.arrivals().stream()
                            .map(Intake.Arrival::record)
                            .filter(record -> !record.is("heartbeat"))
                            .toList();
                    var second = records.get(Math.max(0, records.size() - HISTORY - 1));
                    assertEquals(
                            "start false lapped " + ids.get(109),
                            second.type() + " "
                                    + second.fields().path("resumed").asString("") + " " + second.text("reason") + " "
                                    + second.id(),
                            "type, resumed, reason and id of the record before the newest " + HISTORY);
                    assertEquals(
                            ids.subList(110, 160),
                            records.subList(records.size() - HISTORY, records.size()).stream()
                                    .map(WireRecord::id)
                                    .toList());
                });
    }

    /** Cut off after start, and before any of the messages that it announces. */
    @Proves("resume.start")
    @Test
    void whoIsCutOffAfterStartHasLostNothing() {
        var ids = post("m", HISTORY + 10);
        var fresh = server.open(Format.NDJSON).next("start");
        var resumed = server.open(Format.NDJSON, ids.get(3)).next("start");

        var again = server.open(Format.NDJSON, fresh.id());
        var onceMore = server.open(Format.NDJSON, resumed.id());

        because(
                "The id of start is not the place from which the stream goes on, or that is not the client's: whoever is cut off there has lost what lies between, and is told that nothing is missing.",
                () -> {
                    assertFollows(again, ids.subList(10, HISTORY + 10), "the start of a new stream");
                    assertFollows(onceMore, ids.subList(4, HISTORY + 10), "the start of a resumed stream");
                });
    }

    private static void assertFollows(Recorder stream, List<String> expected, String what) {
        assertResumed(stream);
        var next = post("next", 1);
        var came = new ArrayList<String>();
        do {
            came.add(stream.nextMessage().id());
        } while (!came.get(came.size() - 1).equals(next.get(0)));
        assertEquals(
                expected,
                came.subList(0, Math.min(expected.size(), came.size() - 1)),
                "what follows the id of " + what + ", which had not been sent yet");
    }

    private static List<String> post(String text, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> server.post("ann", text + i))
                .toList();
    }

    private static void assertResumed(Recorder stream) {
        assertResumed(stream.next("start"));
    }

    private static void assertResumed(WireRecord start) {
        if (!start.flag("resumed")) {
            throw new AssertionError("expected to be resumed, but there came " + start);
        }
        assertEquals("", start.text("reason"), "a reason is for what went wrong");
    }

    /** Checks for a start with this reason, and then the newest messages, up to the last of these. */
    private static void assertAfresh(Recorder stream, String reason, List<String> ids) {
        var start = stream.next("start");
        if (start.flag("resumed") || !start.text("reason").equals(reason)) {
            throw new AssertionError("expected to be told \"" + reason + "\", but there came " + start);
        }
        var history = new ArrayList<String>();
        do {
            history.add(stream.nextMessage().id());
        } while (!history.get(history.size() - 1).equals(ids.get(ids.size() - 1)));
        int common = Math.min(history.size(), ids.size());
        because("A client that cannot resume begins as a new one does: with the newest 50, and no more.", () -> {
            assertEquals(
                    ids.subList(ids.size() - common, ids.size()),
                    history.subList(history.size() - common, history.size()),
                    "the history after a start with " + reason);
            assertTrue(
                    history.size() <= HISTORY && (history.size() == HISTORY || common == ids.size()),
                    () -> "the newest " + HISTORY + " come, not " + history.size());
        });
        stream.close();
    }

    private static List<String> ids(List<Message> messages) {
        return messages.stream().map(Message::id).toList();
    }

    private static String epoch(String id) {
        assertTrue(
                id.contains("-"), () -> "an id must be an epoch, a hyphen and a number, but there came \"" + id + "\"");
        return id.substring(0, id.lastIndexOf('-'));
    }

    private static long sequence(String id) {
        return Long.parseLong(id.substring(id.lastIndexOf('-') + 1));
    }
}
