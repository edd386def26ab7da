package suite;

import static org.junit.jupiter.api.Assertions.fail;
import static suite.Because.because;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two readers look at the same chat, and it must be the same for both: in any form, and in any order that they share. */
@Lesson(id = "00", slug = "see_it_break", title = "See it break")
@Proves("message.all")
class Lesson00SeeItBreakTest {

    private static final List<String> WORDS = List.of("one", "two", "three");
    private static final int HISTORY = 50;
    private static final Duration SOON = Duration.ofSeconds(1);

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with("PUSH_OPENS_PER_SECOND", "0", "PUSH_POSTS_PER_SECOND", "0");

    @RegisterExtension
    final Figures figures = new Figures();

    @Test
    void twoReadersSeeOneOrder() {
        WORDS.forEach(word -> server.post("ann", mark(word)));

        var first = seen(server.open(Format.ANY));
        var second = seen(server.open(Format.ANY));

        because(
                "Looking at the messages changes them: reverse turns the list that it is given, and not a copy.",
                () -> {
                    if (!first.equals(second)) {
                        fail("both readers must see one order, but the first sees \"" + first + "\" and the second \""
                                + second + "\"");
                    }
                });
        figures.put("both see", first);
    }

    @Test
    void theNewestMessageIsOnEveryScreen() {
        for (int i = 1; i <= 2 * HISTORY; i++) {
            server.post("ann", mark("message " + i));
        }
        var newest = mark("message " + 2 * HISTORY);

        for (var whose : List.of("first", "second")) {
            var reader = server.open(Format.ANY);

            reader.await(SOON, () -> reader.text().contains(newest));

            because("The newest fifty are taken from the front of a list that every reader turns round.", () -> {
                if (!reader.text().contains(newest)) {
                    fail("of 100 messages the newest must be on every screen, but the " + whose
                            + " reader does not see it within " + Deadline.say(SOON));
                }
            });
        }
    }

    /** A word as this class posts it, which is in no other message. */
    private static String mark(String word) {
        return word + " of " + JudgedServer.LIFE;
    }

    /** The words in the order in which a reader sees them. */
    private static String seen(Recorder reader) {
        WORDS.forEach(word -> reader.awaitText(mark(word)));
        var text = reader.text();
        return WORDS.stream()
                .sorted(Comparator.comparing(word -> text.indexOf(mark(word))))
                .collect(Collectors.joining(" "));
    }
}
