package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;
import static suite.Because.because;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import okhttp3.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/**
 * One order for all clients, an id for each place in it, and a beginning that is the same for each client.
 *
 * <p><b>Length:</b> each assertion gives its own likely cause.
 */
@Lesson(id = "04", slug = "order", title = "One order")
@Proves("message.all")
class Lesson04OrderTest {

    private static final int HISTORY = 50;
    private static final int LIVES = 10; // In one of them an epoch is negative, if half of them can be.
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

        assertHistory(posted.subList(10, posted.size()), server.open(Format.NDJSON), "the history");
    }

    @Proves("message.history")
    @Test
    void afterTheHistoryComesWhatIsNew() {
        var posted = post(HISTORY);
        var recorder = server.open(Format.NDJSON);
        assertHistory(posted, recorder, "the history");

        server.post("ann", "after the history");

        because(
                "Something is sent twice: as history and again as new, or the history goes on past the newest message.",
                () -> assertEquals(
                        "after the history", recorder.nextMessage().text(), "the first message after the history"));
    }

    @Proves("message.history")
    @Test
    void theHistoryIsBySequenceWhateverTheClockSays() {
        long now = System.currentTimeMillis();
        var posted = new ArrayList<String>();
        server.whileClockStands(now, () -> posted.addAll(post(2)));
        server.whileClockStands(now - 1000, () -> posted.addAll(post(1)));

        var received = server.history(server.open(Format.NDJSON), posted.get(2)).stream()
                .map(Message::text)
                .filter(posted::contains)
                .toList();

        because(
                "The history is put in order by its times. Two messages can have the same time, and a clock can be set back:"
                        + " the order is that of the sequence.",
                () -> assertEquals(posted, received, "the history, oldest first, whatever the clock says"));
    }

    @Proves("message.history")
    @Test
    void twoClientsGetTheSameHistory() {
        post(HISTORY);

        var first = texts(server.open(Format.NDJSON), HISTORY);
        var second = texts(server.open(Format.NDJSON), HISTORY);

        because(
                "Asking for the history changes it: one client's reading is another client's order.",
                () -> assertOrder(first, second, "the history of the second client"));
    }

    @Proves("message.history")
    @Test
    void pastFiftyMessagesNoneGoesMissing() {
        var readers = server.two();

        var posted = post(3 * HISTORY);

        because(
                "Only the newest fifty are looked at when a message is sent on, or a message's place is not where it was put.",
                () -> {
                    var messages = readers.get(0).messages(posted.size());
                    Delivery.requireOwnIds(messages, Message::id, Message::text);
                    var delivery = Delivery.of(
                                    posted, messages.stream().map(Message::text).toList())
                            .plus(Delivery.of(posted, texts(readers.get(1), posted.size())))
                            .into(figures);
                    delivery.assertPerfect();
                });
    }

    @Proves("message.id")
    @Test
    void anIdIsTheEpochAndASequenceThatGrowsByOne() {
        var first = idOfPost("first");
        var second = idOfPost("second");

        requireForm(first);
        because("The number does not grow by one with each message, or the epoch is chosen for each message.", () -> {
            assertEquals(
                    new MessageId(first).epoch(),
                    new MessageId(second).epoch(),
                    "the epoch of the second message, as of the first");
            assertEquals(Storm.sequence(first) + 1, Storm.sequence(second), "the sequence after " + first);
        });
    }

    @Proves("message.id")
    @Test
    void theStreamBringsTheIdThatThePostWasAnsweredWith() {
        var recorder = server.live(Format.NDJSON);

        var id = idOfPost("named");

        because(
                "The message on the streams is not the one of the answer: it was made twice, or has no id there.",
                () -> {
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
                    if (!answer.header("content-type").startsWith("application/json")) {
                        fail("the answer must say that it is application/json, but its Content-Type is \""
                                + answer.header("content-type") + "\"");
                    }
                    assertEquals(
                            recorder.next("message").fields(),
                            answer.json(),
                            "the message in the answer, as on the stream");
                    if (answer.header("location").isEmpty()) {
                        fail("the answer must have a Location, but it has none");
                    }
                    var url = asked.build().url();
                    var location = url.resolve(answer.header("location")); // It may be relative.
                    assertEquals(
                            url + "/" + answer.json().path("id").asString(""), String.valueOf(location), "Location");
                });
    }

    @Test
    void twoPostsAtTheSameTimeHaveOneOrder() {
        var readers = server.two();
        var others = server.newClient();
        var count = new AtomicInteger();
        var answer = new AtomicReference<Answer>();

        server.explore(
                () -> answer.set(server.request(posting("held " + count.incrementAndGet()))),
                () -> server.post(others, "bob", "passes"),
                held -> {
                    because(
                            "The number is taken, the message is kept and the streams are written to in steps, and another"
                                    + " POST comes between two of them: one lock must be held from the number to the last"
                                    + " stream.",
                            () -> assertOneOrder(readers, "held " + count.get(), held));
                    because(
                            "The message of the answer is not the one that this POST has made: it is made anew, or taken from"
                                    + " the list, to which another POST has added. Let `publish` return it.",
                            () -> assertAnswered(
                                    readers.get(0),
                                    "held " + count.get(),
                                    answer.get().json(),
                                    held));
                });

        figures.put("places at which a POST was held", count.get() - 1);
    }

    @Proves("message.history")
    @Test
    void theHistoryIsReadWhileAMessageIsKept() {
        var count = new AtomicInteger();

        server.exploreHistory((stream, held) -> {
            server.post("suite", "joined " + count.incrementAndGet());
            stream.awaitText("\"joined " + count.get() + "\"");
            because(
                    "The stream is written to before its history is on its way, and what is new overtakes that.",
                    () -> assertGrowing(
                            stream, "a client was held at " + held + " on its way in, and a message was posted: "));
        });
    }

    private static void assertGrowing(Recorder stream, String meanwhile) {
        var ids = stream.arrivals().stream()
                .map(Intake.Arrival::record)
                .filter(record -> record.is("message"))
                .map(WireRecord::id)
                .toList();
        for (int i = 1; i < ids.size(); i++) {
            if (Storm.sequence(ids.get(i)) < Storm.sequence(ids.get(i - 1))) {
                fail(meanwhile + "a stream gets messages by growing sequence, but after " + ids.get(i - 1) + " came "
                        + ids.get(i));
            }
        }
    }

    @Test
    void theStatusIsAnsweredWhateverIsUnderWay() {
        server.exploreStatus();
    }

    private static Request.Builder posting(String text) {
        var json = WireRecord.JSON.createObjectNode().put("user", "ann").put("text", text);
        return server.at("/messages").post(JudgedServer.json(json.toString()));
    }

    private static void assertAnswered(Recorder reader, String posted, JsonNode answer, String held) {
        var text = answer.path("text").asString("");
        if (!text.equals(posted)) {
            fail("one POST was held at " + held + " while another was answered: the one of \"" + posted
                    + "\" was answered with the message \"" + text + "\"");
        }
        var sent = reader.arrivals().stream()
                .map(arrival -> arrival.record().fields())
                .filter(fields -> fields.path("text").equals(answer.path("text")))
                .findFirst();
        if (!sent.equals(Optional.of(answer))) {
            fail("one POST was held at " + held + " while another was answered: its answer is " + answer
                    + ", and on the stream came " + sent.map(JsonNode::toString).orElse("none with that text"));
        }
    }

    /** Checks that two readers have the same ascending ids up to both messages of one schedule. */
    private static void assertOneOrder(List<Recorder> readers, String first, String held) {
        server.post("suite", "after " + first);
        var got = readers.stream()
                .map(reader -> reader.messagesUpTo("after " + first))
                .toList();
        var ids = got.get(0).stream().map(Message::id).toList();
        var others = got.get(1).stream().map(Message::id).toList();
        Delivery.requireOwnIds(got.get(0), Message::id, Message::text);
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
        var epochs = new HashSet<String>();

        requireNewEpoch(epochs, idOfPost("in this life"));
        for (int life = 1; life < (server.showsThreads() ? LIVES : 2); life++) {
            server.restart();
            var id = idOfPost("in the next");
            requireNewEpoch(epochs, id);
            because(
                    "The number is counted up after it has been used, or begins where an array does, or goes on from an"
                            + " earlier life.",
                    () -> assertEquals(1, Storm.sequence(id), "the sequence of the first message of a life"));
        }
    }

    private static String causeOfForm(String id, String fault) {
        if (id.startsWith("-")) {
            return "Half of all random numbers of 64 bits are negative: Long.toUnsignedString.";
        }
        if (id.indexOf('-') != id.lastIndexOf('-')) {
            return "The one hyphen of an id stands before its sequence. A UUID has four more, and Base64 for URLs may have some:"
                    + " take another alphabet.";
        }
        return fault.contains("other characters")
                ? "Base 36 has exactly these characters: Long.toUnsignedString(number, 36). Base64 and hexadecimal in capitals"
                        + " have others."
                : fault.contains("begins with a zero")
                        ? "The number is padded, perhaps so that ids sort as text. The value gives the order: write the number without zeros in front."
                        : "";
    }

    private static void requireForm(String id) {
        var fault = new MessageId(id).fault();
        because(causeOfForm(id, fault), () -> {
            if (!fault.isEmpty()) {
                fail("an id must be <epoch>-<sequence>, but in \"" + id + "\" " + fault);
            }
        });
    }

    private static void requireNewEpoch(Set<String> epochs, String id) {
        requireForm(id);
        var epoch = new MessageId(id).epoch();
        because(
                "The epoch is a constant, or was kept, or is a time that two lives share: a client that comes back with an old id"
                        + " would be taken at its word.",
                () -> {
                    if (!epochs.add(epoch)) {
                        fail("a new life must have a new epoch, but it is \"" + epoch
                                + "\" before a restart and after it");
                    }
                });
    }

    @Proves("message.id")
    @Test
    void theEpochIsNotTheTime() {
        var id = new MessageId(idOfPost("in this life"));

        because(
                "Two lives that begin in one tick of a clock, or after it was set back, have one epoch. The nanoseconds begin"
                        + " again when the machine does.",
                () -> {
                    if (!id.clock().isEmpty()) {
                        fail("an epoch must be chosen at random, but " + id.epoch() + " is " + id.clock());
                    }
                });
    }

    /** Posts, and returns the id that the answer must have. */
    private static String idOfPost(String text) {
        var id = server.post("ann", text);
        if (id.isEmpty()) {
            because(
                    "There are no ids yet, or the answer is not the message.",
                    () -> fail(
                            "a POST must be answered with the message in JSON, and its id in it, but there is no id"));
        }
        return id;
    }

    private static List<String> post(int count) {
        int series = SERIES.incrementAndGet();
        var texts = IntStream.rangeClosed(1, count)
                .mapToObj(i -> "message " + i + " of series " + series)
                .toList();
        texts.forEach(text -> server.post("ann", text));
        return texts;
    }

    /** Names the first wrong place, because two lists of fifty show nothing to a reader. */
    private static void assertHistory(List<String> expected, Recorder recorder, String whose) {
        var messages = server.history(recorder, expected.get(expected.size() - 1));
        var received = messages.stream().map(Message::text).toList();
        because("Not fifty are kept or sent, or something is sent twice: as history, and again as new.", () -> {
            if (received.size() != expected.size()) {
                fail(whose + " must be " + expected.size() + " messages, but " + received.size()
                        + " came before what was posted next");
            }
        });
        var ids = messages.stream().map(Message::id).toList();
        because(
                ids.stream().noneMatch(String::isEmpty) && isSortedAsText(ids)
                        ? "The history is sorted by ids as text, in which 10 comes before 2. Keep messages in the order in which"
                                + " they came, and nothing has to be sorted."
                        : "The history is sent newest first, or it is taken from the wrong end of the list.",
                () -> assertOrder(expected, received, whose));
    }

    /** Returns whether the order is that of text and not that of numbers: of two numbers the longer one is the larger. */
    private static boolean isSortedAsText(List<String> ids) {
        var asText = ids.stream().sorted().toList();
        var asNumbers =
                asText.stream().sorted(Comparator.comparing(String::length)).toList();
        return ids.equals(asText) && !ids.equals(asNumbers);
    }

    private static void assertOrder(List<String> expected, List<String> received, String whose) {
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
}
