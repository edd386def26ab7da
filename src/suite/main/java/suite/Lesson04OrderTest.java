package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.fail;
import static suite.Because.because;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * One order for all clients, a name for each place in it, and a beginning that is the same for each client.
 *
 * <p><b>Length:</b> each assertion gives its own likely cause.
 */
@Lesson(id = "04", slug = "order", title = "One order")
@Proves("message.all")
class Lesson04OrderTest {

    private static final int HISTORY = 50;
    private static final AtomicInteger SERIES = new AtomicInteger();

    @RegisterExtension
    static final JudgedServer server =
            JudgedServer.scheduled("PUSH_OPENS_PER_SECOND", "0", "PUSH_POSTS_PER_SECOND", "0");

    @RegisterExtension
    final Figures figures = new Figures();

    @Proves("message.history")
    @Test
    void historyIsTheNewestFiftyOldestFirst() {
        var posted = post(HISTORY + 10);

        var recorder = server.open(Format.NDJSON);

        because(
                "The history is sent newest first, or it is taken from the wrong end of the list.",
                () -> assertHistory(posted.subList(10, posted.size()), texts(recorder, HISTORY), "the history"));
    }

    @Proves("message.history")
    @Test
    void afterTheHistoryComesWhatIsNew() {
        var posted = post(HISTORY);
        var recorder = server.open(Format.NDJSON);
        assertHistory(posted, texts(recorder, HISTORY), "the history");

        server.post("ann", "after the history");

        because(
                "Something is sent twice: as history and again as new, or the history goes on past the newest message.",
                () -> assertEquals(
                        "after the history", recorder.nextMessage().text(), "the first message after the history"));
    }

    @Proves("message.history")
    @Test
    void twoClientsGetTheSameHistory() {
        post(HISTORY);

        var first = texts(server.open(Format.NDJSON), HISTORY);
        var second = texts(server.open(Format.NDJSON), HISTORY);

        because(
                "To ask for the history changes it: one client's reading is another client's order.",
                () -> assertHistory(first, second, "the history of the second client"));
    }

    @Proves("message.history")
    @Test
    void pastFiftyMessagesNoneGoesMissing() {
        var ann = server.live(Format.NDJSON);
        var bob = server.live(server.newClient(), Format.NDJSON);
        ann.nextMessage();

        var posted = post(3 * HISTORY);

        because(
                "Only the newest fifty are looked at when a message is sent on, or a message's place is not where it was put.",
                () -> {
                    var delivery = Delivery.of(posted, texts(ann, posted.size()))
                            .plus(Delivery.of(posted, texts(bob, posted.size())))
                            .into(figures);
                    delivery.assertPerfect();
                });
    }

    @Proves("message.id")
    @Test
    void anIdIsTheEpochAndASequenceThatGrowsByOne() {
        var first = server.post("ann", "first");
        var second = server.post("ann", "second");

        because(
                "The id is not made of the log's epoch, a hyphen and a sequence that grows by one with each message.",
                () -> {
                    if (!first.matches("[0-9a-z]+-[1-9][0-9]*")) {
                        fail("an id must be <epoch>-<sequence>, but it is \"" + first + "\"");
                    }
                    assertEquals(epoch(first), epoch(second), "the epoch of the second message, as of the first");
                    assertEquals(Storm.sequence(first) + 1, Storm.sequence(second), "the sequence after " + first);
                });
    }

    @Proves("message.id")
    @Test
    void theStreamBringsTheIdThatThePostWasAnsweredWith() {
        var recorder = server.live(Format.NDJSON);

        var id = server.post("ann", "named");

        because("The answer does not hold the message with its id, or the streams carry another one.", () -> {
            if (id.isEmpty()) {
                fail("the POST must be answered with the message in JSON, and its id in it, but there is no id");
            }
            var message = recorder.nextMessage();
            assertEquals("named", message.text(), "the text");
            assertEquals(id, message.id(), "the id of the message on the stream");
        });
    }

    @Proves("post.created")
    @Test
    void aPostIsAnsweredWithTheMessageAndItsLocation() {
        var recorder = server.live(Format.NDJSON);

        var asked = server.at("/messages").post(JudgedServer.json("{\"user\":\"ann\",\"text\":\"here\"}"));
        var answer = server.request(asked);

        because(
                "A client that has posted learns its message's place from the answer: 201, Location, and the message itself.",
                () -> {
                    assertEquals(201, answer.status(), "the status");
                    assertEquals(
                            recorder.next("message").fields(),
                            answer.json(),
                            "the message in the answer, as on the stream");
                    var url = asked.build().url();
                    var location = url.resolve(answer.header("location")); // It may be relative.
                    assertEquals(
                            url + "/" + answer.json().path("id").asString(""), String.valueOf(location), "Location");
                });
    }

    @Test
    void twoPostsAtTheSameTimeHaveOneOrder() {
        var readers = List.of(server.live(Format.NDJSON), server.live(server.newClient(), Format.NDJSON));
        readers.get(0).nextMessage(); // The mark of the second.
        var others = server.newClient();
        var count = new AtomicInteger();

        server.explore(
                () -> server.post("ann", "held " + count.incrementAndGet()),
                () -> server.post(others, "bob", "passes"),
                held -> because(
                        "The number is taken, the message is kept and the streams are written to in steps, and another POST"
                                + " comes between two of them: one lock must be held from the number to the last stream.",
                        () -> assertOneOrder(readers, "held " + count.get(), held)));

        figures.put("places at which a POST was held", count.get() - 1);
    }

    /** What two readers have got up to both messages of one schedule: the same ids, each one more than the one before. */
    private static void assertOneOrder(List<Recorder> readers, String first, String held) {
        server.post("suite", "after " + first);
        var got = readers.stream()
                .map(reader -> reader.messagesUpTo("after " + first))
                .toList();
        var ids = got.get(0).stream().map(Message::id).toList();
        var others = got.get(1).stream().map(Message::id).toList();
        var where = "one POST was held at " + held + " while another was answered: ";
        if (!ids.equals(others)) {
            fail(where + "one reader got " + ids + ", and another " + others);
        }
        for (int i = 1; i < ids.size(); i++) {
            if (Storm.sequence(ids.get(i)) != Storm.sequence(ids.get(i - 1)) + 1) {
                fail(where + "after " + ids.get(i - 1) + " each reader got " + ids.get(i));
            }
        }
    }

    @Test
    void oneOrderHoldsForEverybody() {
        var recorders = new ArrayList<Recorder>();
        for (int i = 0; i < 4; i++) {
            recorders.add(server.live(server.newClient(), Format.NDJSON));
        }

        var storm = Storm.start(server, 200, 4).finish();

        because(
                "There is no one place where the order is made: two threads, or two streams, each make their own.",
                () -> recorders.stream()
                        .map(storm::delivered)
                        .reduce(Delivery.NONE, Delivery::plus)
                        .into(figures)
                        .assertPerfect());
    }

    @Proves("message.id")
    @Test
    void aNewLifeHasANewEpoch() {
        var before = server.post("ann", "in this life");

        server.restart();

        because(
                "The epoch is a constant, or was kept: a client that comes back with an old id would be taken at its word.",
                () -> {
                    var after = server.post("ann", "in the next");
                    assertNotEquals(epoch(before), epoch(after), "the epoch after a restart");
                });
    }

    @Proves("message.id")
    @Test
    void theEpochIsNotTheTime() {
        var epoch = epoch(server.post("ann", "in this life"));

        for (int base : new int[] {10, 16, 36}) {
            long value = epoch.matches("[0-9a-z]{1,12}") ? number(epoch, base) : 0;
            for (long unit : new long[] {1_000, 1}) { // Of a clock in seconds and of one in milliseconds.
                because(
                        "Two lives that begin in one tick of the clock, or with the clock set back, have one epoch.",
                        () -> {
                            if (Math.abs(value * unit - System.currentTimeMillis())
                                    < Duration.ofDays(1).toMillis()) {
                                fail("an epoch must be chosen at random, but " + epoch + " is the time");
                            }
                        });
            }
        }
    }

    private static long number(String text, int base) {
        try {
            return Long.parseLong(text, base);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static List<String> post(int count) {
        int series = SERIES.incrementAndGet();
        var texts = IntStream.rangeClosed(1, count)
                .mapToObj(i -> "message " + i + " of series " + series)
                .toList();
        texts.forEach(text -> server.post("ann", text));
        return texts;
    }

    /** Names the first place that is wrong, because two lists of fifty show nothing to a reader. */
    private static void assertHistory(List<String> expected, List<String> received, String whose) {
        for (int i = 0; i < expected.size(); i++) {
            if (!expected.get(i).equals(received.get(i))) {
                fail(whose + " has \"" + received.get(i) + "\" in place " + (i + 1) + " of " + expected.size()
                        + ", where \"" + expected.get(i) + "\" belongs");
            }
        }
    }

    private static List<String> texts(Recorder recorder, int count) {
        return recorder.messages(count).stream().map(Message::text).toList();
    }

    private static String epoch(String id) {
        return id.substring(0, Math.max(0, id.lastIndexOf('-')));
    }
}
