package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;
import static suite.Because.because;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/**
 * Two readers look at the same chat, which must be the same for both, in any form. Where it is a snapshot, its order is
 * also judged: the newest message comes first.
 *
 * <p><b>Length:</b> each assertion gives its own likely cause.
 */
@Lesson(id = "00", slug = "see_it_break", title = "See it break")
@Proves("message.all")
class Lesson00SeeItBreakTest {

    private static final List<String> WORDS = List.of("one", "two", "three");
    private static final int HISTORY = 50;
    private static final int MOST = 6 * HISTORY;
    private static final Duration SOON = Duration.ofSeconds(1);

    @RegisterExtension
    static final JudgedServer server =
            JudgedServer.scheduled("PUSH_OPENS_PER_SECOND", "0", "PUSH_POSTS_PER_SECOND", "0");

    @RegisterExtension
    final Figures figures = new Figures();

    @Test
    void twoReadersSeeOneOrder() {
        WORDS.forEach(word -> server.post("ann", mark(word)));

        var reader = server.open(Format.ANY);
        var first = seen(reader);
        var second = seen(server.open(Format.ANY));

        because("Looking at the messages changes them: nothing was posted between the two looks.", () -> {
            if (!first.equals(second)) {
                fail("both readers must see one order, but the first sees \"" + first + "\" and the second \"" + second
                        + "\"");
            }
        });
        because(
                "The fifty are the right ones, but they are shown as they are kept: the oldest of them is on top.",
                () -> {
                    if (isSnapshot(reader) && !first.equals("three two one")) {
                        fail("the newest message must come first, but both readers see \"" + first + "\"");
                    }
                });
        figures.put("both see", first);
    }

    @Test
    void theNewestMessageIsOnEveryScreen() {
        var posted = new ArrayList<String>();
        for (int i = 1; i <= 2 * HISTORY; i++) {
            posted.add(post(i));
        }

        for (var whose : List.of("first", "second")) {
            var reader = server.open(Format.ANY);
            var newest = posted.get(posted.size() - 1);

            awaitSoon(reader, () -> reader.text().contains(newest));

            because("The fifty that are shown are not the newest fifty: look from which end they are taken.", () -> {
                if (!reader.text().contains(newest)) {
                    fail("of 100 messages the newest must be on every screen, but the " + whose
                            + " reader does not see it within " + Deadline.say(SOON));
                }
            });
        }
    }

    @Test
    void aMessageReachesEveryOpenScreen() {
        var readers = List.of(server.open(Format.ANY), server.open(server.newClient(), Format.ANY));
        readers.forEach(server::joined);
        var text = mark("posted while they look");

        var json = WireRecord.JSON.createObjectNode().put("user", "ann").put("text", text);
        var answer = server.request(server.at("/messages").post(JudgedServer.json(json.toString())));

        assertEquals(201, answer.status(), "the status with which a POST is answered");
        because("A snapshot is sent when a reader comes, and not again when there is a new message.", () -> {
            for (var reader : readers) {
                awaitSoon(reader, () -> reader.text().contains(text) || reader.ended());
                if (!reader.text().contains(text)) {
                    fail("a message must appear on each screen that is open, but within " + Deadline.say(SOON)
                            + " one does not show it" + (reader.ended() ? ": its response has ended" : ""));
                }
            }
        });
    }

    /** A list that is kept at fifty messages, or at a thousand, grows no more, and its size says nothing of a new one. */
    @Test
    void aMessageReachesAnOpenScreenAfterAThousand() {
        server.raw().post(1_000, mark("one of a thousand"));
        var reader = server.open(Format.ANY);
        server.joined(reader);

        var text = mark("posted after a thousand");
        for (var word : List.of(mark("the last but one"), text)) {
            server.post("ann", word);
            awaitSoon(reader, () -> reader.text().contains(word) || reader.ended());
        }

        because(
                "What says that there is something new does not change any more: the size of a list from which one"
                        + " message goes for each that comes. Count the messages, or keep them all.",
                () -> {
                    if (!reader.text().contains(text)) {
                        fail("a message must appear on an open screen after a thousand too, but within "
                                + Deadline.say(SOON) + " it does not"
                                + (reader.ended() ? ": the response has ended" : ""));
                    }
                });
    }

    @Test
    void theOrderIsThatOfThePostsWhateverTheClockSays() {
        long now = System.currentTimeMillis();
        server.whileClockStands(now, () -> {
            server.post("ann", mark("first"));
            server.post("ann", mark("second in one millisecond"));
        });
        server.whileClockStands(now - 1000, () -> server.post("ann", mark("third, after the clock was set back")));

        var reader = server.open(Format.ANY);
        awaitSoon(
                reader,
                () -> snapshot(reader).isPresent()
                        || !isSnapshot(reader) && reader.text().contains(mark("third, after the clock was set back")));

        if (isSnapshot(reader)) {
            var expected = List.of(
                    mark("third, after the clock was set back"), mark("second in one millisecond"), mark("first"));
            var texts = Snapshots.texts(snapshot(reader).orElse(List.of())).stream()
                    .limit(expected.size())
                    .toList();
            because(
                    texts.size() < expected.size()
                            ? "As long as there are fewer than fifty, all of them are shown: one is left out at an end."
                            : texts.equals(backwards(expected))
                                    ? "They are shown as they are kept: the oldest of them is on top."
                                    : "The messages are put in order by their times. Two messages can have the same time, and a clock can be"
                                            + " set back: the order is that in which they came.",
                    () -> assertEquals(expected, texts, "the snapshot, from top to bottom, whatever the clock says"));
        }
    }

    @Test
    void whatIsShownIsTheNewestFiftyNewestFirst() {
        var posted = new ArrayList<String>();
        List<JsonNode> shown = List.of();
        // A second message within a millisecond shows whether the order is that of the posts or that of the clock.
        while (posted.size() < 2 * HISTORY || posted.size() < MOST && !sameTime(shown)) {
            for (int i = 0; i < HISTORY; i++) {
                posted.add(post(posted.size() + 1));
            }
            var reader = server.open(Format.ANY);
            var newest = posted.get(posted.size() - 1);
            awaitSoon(
                    reader,
                    () -> snapshot(reader).isPresent()
                            || !isSnapshot(reader) && reader.text().contains(newest));
            if (!isSnapshot(reader)) {
                return; // From lesson 02 on there are records, and lesson 04 judges their order.
            }
            shown = snapshot(reader).orElse(List.of());
            reader.cancel();
        }

        var expected = backwards(posted.subList(posted.size() - HISTORY, posted.size()));
        var texts = Snapshots.texts(shown);
        if (haveOneTime(expected, shown)) {
            because(
                    "A snapshot is the newest fifty in the order in which they came, turned round. Times do not give that"
                            + " order: two messages can have the same one.",
                    () -> assertEquals(
                            expected, texts, "the snapshot, from top to bottom, where two messages have one time"));
        }
        because(
                texts.size() == HISTORY
                        ? "A snapshot is the newest fifty, the newest on top: these are taken from the wrong end, or not turned"
                                + " round, or turned once too often."
                        : "A snapshot is the newest fifty, no more and no fewer.",
                () -> assertEquals(expected, texts, "the snapshot, from top to bottom"));
    }

    private static List<String> backwards(List<String> texts) {
        var backwards = new ArrayList<>(texts);
        Collections.reverse(backwards);
        return backwards;
    }

    /** Gives up after a second in which the server has answered many requests: then it is not slow. */
    private static void awaitSoon(Recorder reader, BooleanSupplier shown) {
        var soon = Deadline.exactly(SOON);
        for (int answers = 0; !shown.getAsBoolean() && (answers < 20 || !soon.passed()); answers++) {
            server.get("/status");
            reader.await(Duration.ofMillis(20), shown);
        }
    }

    private static String post(int number) {
        var text = mark("message " + number);
        server.post("ann", text);
        return text;
    }

    private static boolean isSnapshot(Recorder reader) {
        return reader.text().contains("{\"messages\":");
    }

    /** Returns the messages of a reader's first snapshot, once it is complete. */
    private static Optional<List<JsonNode>> snapshot(Recorder reader) {
        return Snapshots.first(reader.text());
    }

    /** Returns whether two neighbours have the same time. */
    private static boolean sameTime(List<JsonNode> shown) {
        for (int i = 1; i < shown.size(); i++) {
            if (shown.get(i).path("time").equals(shown.get(i - 1).path("time"))) {
                return true;
            }
        }
        return false;
    }

    /** Whether the first that is in the wrong place has the time of the one that belongs there. */
    private static boolean haveOneTime(List<String> expected, List<JsonNode> shown) {
        for (int i = 0; i < Math.min(expected.size(), shown.size()); i++) {
            var belongs = expected.get(i);
            if (!shown.get(i).path("text").asString("").equals(belongs)) {
                var time = shown.get(i).path("time");
                return shown.stream()
                        .filter(message -> message.path("text").asString("").equals(belongs))
                        .anyMatch(message -> message.path("time").equals(time));
            }
        }
        return false;
    }

    /** Returns a word of this class that no other message contains. */
    private static String mark(String word) {
        return word + " of " + JudgedServer.LIFE;
    }

    /** Returns the words in the order in which a reader sees them. */
    private static String seen(Recorder reader) {
        WORDS.forEach(word -> reader.awaitText(mark(word)));
        var text = reader.text();
        return WORDS.stream()
                .sorted(Comparator.comparing(word -> text.indexOf(mark(word))))
                .collect(Collectors.joining(" "));
    }
}
