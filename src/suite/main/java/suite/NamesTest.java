package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static suite.Because.because;

import java.util.HashSet;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A name reads as what it is: nothing in it is invisible, reorders text, or imitates another script (Unicode TR 39).
 * The wording of errors is up to the server. Only the code point must be there, because a person cannot see the
 * character itself.
 */
@Area(id = "names", title = "Names")
@Proves("post.name")
class NamesTest {

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with("PUSH_POSTS_PER_SECOND", "0");

    private static Answer post(String user, String text) {
        var json = WireRecord.JSON.createObjectNode().put("user", user).put("text", text);
        return server.request(server.at("/messages").post(JudgedServer.json(json.toString())));
    }

    /** Checks that the server refuses the name, and returns the reason that it gives. */
    private static String refused(String user) {
        return refused(user, "hi", "#/user");
    }

    private static String refused(String user, String text, String pointer) {
        var problem = post(user, text).problem(422, "the message " + escape(text) + " of " + escape(user));
        assertEquals(pointer, problem.at("/errors/0/pointer").asString(""), problem.toString());
        return problem.at("/errors/0/detail").asString("");
    }

    private static void assertNames(String codePoint, String why) {
        assertTrue(
                why.toUpperCase(Locale.ROOT).contains("U+" + codePoint), () -> "U+" + codePoint + " is not in: " + why);
    }

    private static String escape(String text) {
        var out = new StringBuilder("\"");
        text.codePoints()
                .forEach(c -> out.append(c > 0x20 && c < 0x7f ? Character.toString(c) : "\\u%04X".formatted(c)));
        return out.append('"').toString();
    }

    /** Each is in the middle, at the start, at the end, and alone. */
    @ParameterizedTest
    @CsvSource({
        "061C, ARABIC LETTER MARK",
        "200E, LEFT-TO-RIGHT MARK",
        "200F, RIGHT-TO-LEFT MARK",
        "202A, LEFT-TO-RIGHT EMBEDDING",
        "202B, RIGHT-TO-LEFT EMBEDDING",
        "202C, POP DIRECTIONAL FORMATTING",
        "202D, LEFT-TO-RIGHT OVERRIDE",
        "202E, RIGHT-TO-LEFT OVERRIDE",
        "2066, LEFT-TO-RIGHT ISOLATE",
        "2067, RIGHT-TO-LEFT ISOLATE",
        "2068, FIRST STRONG ISOLATE",
        "2069, POP DIRECTIONAL ISOLATE",
        "00AD, SOFT HYPHEN",
        "034F, COMBINING GRAPHEME JOINER",
        "115F, HANGUL CHOSEONG FILLER",
        "1160, HANGUL JUNGSEONG FILLER",
        "17B4, KHMER VOWEL INHERENT AQ",
        "180E, MONGOLIAN VOWEL SEPARATOR",
        "200B, ZERO WIDTH SPACE",
        "200C, ZERO WIDTH NON-JOINER",
        "200D, ZERO WIDTH JOINER",
        "2060, WORD JOINER",
        "2063, INVISIBLE SEPARATOR",
        "206A, INHIBIT SYMMETRIC SWAPPING",
        "2800, BRAILLE PATTERN BLANK",
        "3164, HANGUL FILLER",
        "FEFF, ZERO WIDTH NO-BREAK SPACE",
        "FFA0, HALFWIDTH HANGUL FILLER",
        "FFF9, INTERLINEAR ANNOTATION ANCHOR",
        "FFFC, OBJECT REPLACEMENT CHARACTER",
        "1D173, MUSICAL SYMBOL BEGIN BEAM",
        "E0001, LANGUAGE TAG",
        "E0061, TAG LATIN SMALL LETTER A",
        "E0101, VARIATION SELECTOR-18",
        "2028, LINE SEPARATOR",
        "2029, PARAGRAPH SEPARATOR",
        "0009, CHARACTER TABULATION",
        "000A, LINE FEED",
        "000B, VERTICAL TAB",
        "0085, NEXT LINE",
        "E000, PRIVATE USE AREA",
        "FDD0, NONCHARACTER",
        "FFFF, NONCHARACTER"
    })
    void aNameWithACharacterThatIsNotSeenOrReordersTextIsRefusedAndTheCharacterNamed(String hex, String name) {
        var character = Character.toString(Integer.parseInt(hex, 16));

        because("The name is stored as it was sent, or the error does not say which character to remove.", () -> {
            for (var user : new String[] {"an" + character + "n", character + "ann", "ann" + character, character}) {
                assertNames(hex, refused(user));
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {" ", "   ", "\u00a0", "\u3000\u2003", "\ufe0f", "\u0301", "\u0301ann", " \u0301"})
    void aNameThatShowsNothingOrBeginsWithAMarkIsRefused(String user) {
        refused(user);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u0430nn", // Cyrillic
                "\u0391nn", // Greek
                "p\u0430ypal",
                "Bob \u0430nn",
                "\u0561nn", // Armenian
                "\u13AAnn", // Cherokee
                "\u0418\u03b1\u043d", // Cyrillic and Greek
                "an\u05e0n", // Hebrew
                "\u0578\u0440" // Armenian and Cyrillic
            })
    void aWordThatMixesScriptsIsRefused(String user) {
        refused(user);
    }

    @Test
    void marksThatPileUpOverTheNeighboursAreRefused() {
        refused("a" + "\u0334\u0353\u0317\u030d\u0308".repeat(5));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ann",
                "Zo\u00eb",
                "O\u2019Brien",
                "O\u00b4Brien",
                "Jean-Luc d'\u00c9on",
                "\u0410\u043d\u043d\u0430", // Anna, wholly Cyrillic
                "DJ \u0421\u0435\u0440\u0433\u0435\u0439",
                "\u0391\u03bb\u03ad\u03be\u03b7\u03c2",
                "\u738b\u5c0f\u660e",
                "\u5c71\u7530\u3055\u3093 2",
                "\u30c8\u30fc\u30de\u30b9",
                "Ann\u3055\u3093",
                "\uae40\ubbfc\uc218",
                "\u314b\u314b",
                "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627", // Persian, joined by a ZWNJ
                "\u05d3\u05df",
                "\u0928\u0947\u0939\u093e",
                "\u0915\u094d\u200d\u0937", // Devanagari with a ZWJ after a virama
                "\u09b0\u200d\u09cd\u09af", // Bengali with a ZWJ before one
                "\u0e2a\u0e21\u0e0a\u0e32\u0e22",
                "V\u0129\u0308\u0301", // two marks
                "\ud83d\udc69\u200d\ud83d\ude80 Ann", // an astronaut
                "\ud83c\udff4\udb40\udc67\udb40\udc62\udb40\udc65\udb40\udc6e\udb40\udc67\udb40\udc7f", // a flag
                "\ud83d\udc4d\ud83c\udffd",
                "\ud83e\udee0", // newer than the Unicode of JDK 17
                "<b>ann</b>",
                "__proto__",
                "!?",
                "42"
            })
    void aNameOfAnyPeopleIsTakenAsItIs(String user) {
        var answer = post(user, "hi");

        assertEquals(201, answer.status(), escape(user) + ": " + answer);
        assertEquals(user, answer.json().path("user").asString(""));
    }

    /** Names that look the same are stored the same (spaces follow RFC 8266). */
    @Test
    void namesThatReadTheSameAreTheSame() {
        var stored = new HashSet<String>();

        for (var user : new String[] {
            "Zo\u00eb 1",
            " Zo\u00eb 1 ",
            "Zoe\u0308 1",
            "Zo\u00eb   1",
            "Zo\u00eb\u00a01",
            "\u3000Zo\u00eb\u20031",
            "\uff3ao\u00eb \uff11",
            "\ud835\uddb9o\u00eb \ud835\udfe3",
            "Zo\u00eb 1\ufe0f"
        }) {
            stored.add(post(user, "hi").json().path("user").asString(""));
        }

        assertEquals(1, stored.size(), () -> "stored as " + stored);
        assertTrue(stored.contains("Zo\u00eb 1"), stored::toString);
    }

    @Proves("post.fields")
    @Test
    void aCharacterThatCannotBeInATextIsNamed() {
        assertNames("000B", refused("ann", "one\ntwo\u000bthree", "#/text"));
    }
}
