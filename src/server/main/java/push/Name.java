package push;

import java.lang.Character.UnicodeScript;
import java.text.Normalizer;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The rules for user names: a name must look like what it is.
 *
 * <p>A name that contains an invisible or reordering character, or a letter of a foreign script, can pass for a
 * different name. The terms are those of Unicode TR 39: each word must be <em>Highly Restrictive</em> (5.2). A word in
 * one script that resembles a word in another is accepted, because real names do so. A name therefore proves nothing.
 *
 * <p><b>Threads:</b> any thread; it has no state.
 */
final class Name {
    /** The maximum length of a name, in code points. */
    static final int MAX = 64;

    private static final Pattern SPACES = Pattern.compile("\\p{Zs}+");
    private static final Pattern ENDS = Pattern.compile("^ | $");
    private static final Pattern PRESENTATION = Pattern.compile("[\\x{FE0E}\\x{FE0F}]");
    /** Fullwidth, mathematical and letterlike characters: ordinary letters and digits in another style. */
    private static final Pattern STYLED =
            Pattern.compile("[[\\x{2100}-\\x{214F}\\x{FF10}-\\x{FF5A}\\x{1D400}-\\x{1D7FF}]&&[\\p{L}\\p{Nd}]]");

    private static final Pattern LINES = Pattern.compile("[\\p{Cc}\\p{Zl}\\p{Zp}]");
    private static final Pattern REORDERING =
            Pattern.compile("[\\x{61C}\\x{200E}\\x{200F}\\x{202A}-\\x{202E}\\x{2066}-\\x{2069}]");

    /**
     * Default_Ignorable_Code_Point and other characters without a glyph: annotations, the braille blank, a placeholder.
     */
    private static final Pattern INVISIBLE = Pattern.compile("[\\xAD\\x{34F}\\x{115F}\\x{1160}\\x{17B4}\\x{17B5}"
            + "\\x{180B}-\\x{180F}\\x{200B}-\\x{200F}\\x{2060}-\\x{206F}\\x{2800}\\x{3164}\\x{FE00}-\\x{FE0F}\\x{FEFF}"
            + "\\x{FFA0}\\x{FFF0}-\\x{FFFC}\\x{1BCA0}-\\x{1BCA3}\\x{1D173}-\\x{1D17A}\\x{E0000}-\\x{E0FFF}]");

    private static final Pattern MEANINGLESS = Pattern.compile("[\\p{Co}\\x{FDD0}-\\x{FDEF}]|[\\x{FFFE}\\x{FFFF}]");

    private static final String EMOJI = "[\\p{So}\\x{1F000}-\\x{1FAFF}]";
    private static final String VIRAMA =
            "[\\x{94D}\\x{9CD}\\x{A4D}\\x{ACD}\\x{B4D}\\x{BCD}\\x{C4D}\\x{CCD}\\x{D4D}\\x{DCA}" + "\\x{1039}\\x{17D2}]";
    /** Arabic letters that do not join the next letter. A ZWNJ after one of them has no visible effect. */
    private static final String UNJOINED = "\\x{622}-\\x{625}\\x{627}\\x{629}\\x{62F}-\\x{632}\\x{648}\\x{671}-\\x{677}"
            + "\\x{688}-\\x{699}\\x{6C0}\\x{6C3}-\\x{6CB}\\x{6CD}\\x{6CF}\\x{6D2}\\x{6D3}\\x{6D5}\\x{6EE}\\x{6EF}";

    /**
     * Places where an invisible character has a visible effect: emoji, flags, and scripts that need it (TR 31, 2.3).
     */
    private static final Pattern NEEDED = Pattern.compile("(" + EMOJI + ")\u200D(?=" + EMOJI + ")|(" + VIRAMA
            + ")[\u200C\u200D]|(\\p{L})\u200D(?=" + VIRAMA + ")|([\\p{IsArabic}&&\\p{L}&&[^" + UNJOINED
            + "]])\u200C(?=[\\p{IsArabic}&&\\p{L}])|(\\x{1F3F4})[\\x{E0030}-\\x{E007A}]{2,6}\\x{E007F}");

    private static final Pattern VISIBLE = Pattern.compile("[\\p{L}\\p{N}\\p{P}\\p{S}\\p{Cn}]");
    private static final Pattern PILE = Pattern.compile("[\\p{Mn}\\p{Me}]{5}");
    /** More marks than this stay a pile in NFC, which puts at most three of them into the letter (UAX 15). */
    private static final Pattern HUGE_PILE = Pattern.compile("[\\p{Mn}\\p{Me}]{8}");

    private static final Set<UnicodeScript> OF_NO_SCRIPT =
            EnumSet.of(UnicodeScript.COMMON, UnicodeScript.INHERITED, UnicodeScript.UNKNOWN);
    private static final List<Set<UnicodeScript>> MIXTURES = List.of(
            EnumSet.of(UnicodeScript.LATIN, UnicodeScript.HAN, UnicodeScript.HIRAGANA, UnicodeScript.KATAKANA),
            EnumSet.of(UnicodeScript.LATIN, UnicodeScript.HAN, UnicodeScript.BOPOMOFO),
            EnumSet.of(UnicodeScript.LATIN, UnicodeScript.HAN, UnicodeScript.HANGUL));

    /** A character decomposes into at most this many (UAX 15), so a longer name is too long in NFC as well. */
    private static final int MAX_DECOMPOSED = 4 * MAX;

    private Name() {}

    /**
     * Converts a name to the one form in which it is stored. Names that read the same become equal (NFC; spaces as in
     * RFC 8266, 2.1). A name that is refused anyway is returned as it is, or not composed: the patterns take time for a
     * long one, and NFC sorts the marks on a letter in quadratic time.
     */
    static String normalize(String name) {
        if (isPlain(name) || name.codePointCount(0, name.length()) > MAX_DECOMPOSED) {
            return name;
        }
        String plain =
                STYLED.matcher(name).replaceAll(styled -> Normalizer.normalize(styled.group(), Normalizer.Form.NFKC));
        String bare = PRESENTATION.matcher(plain).replaceAll(""); // Colour or text does not change the name.
        String spaced = ENDS.matcher(SPACES.matcher(bare).replaceAll(" ")).replaceAll("");
        return HUGE_PILE.matcher(spaced).find() ? spaced : Normalizer.normalize(spaced, Normalizer.Form.NFC);
    }

    /** Returns the error in a normalized name, or null if there is none. */
    static @Nullable String fault(String name) {
        if (isPlain(name)) {
            return null;
        }
        if (LINES.matcher(name).find()) {
            return "has " + first(LINES, name) + ", which ends a line or leaves a gap: remove it";
        }
        if (REORDERING.matcher(name).find()) {
            return "has " + first(REORDERING, name) + ", which reorders text: remove it";
        }
        String shown = NEEDED.matcher(name).replaceAll("$1$2$3$4$5");
        for (Pattern unseen : List.of(INVISIBLE, MEANINGLESS)) {
            if (unseen.matcher(shown).find()) {
                String why = unseen == INVISIBLE ? "which cannot be seen" : "which has no agreed meaning";
                return "has " + first(unseen, shown) + ", " + why + ": remove it";
            }
        }
        if (!VISIBLE.matcher(shown).find()) {
            return "shows nothing: give at least one letter, digit or sign";
        }
        if (Character.getType(shown.codePointAt(0)) == Character.NON_SPACING_MARK) {
            return "begins with " + describe(shown.codePointAt(0))
                    + ", a mark without a letter: put a letter before it";
        }
        if (PILE.matcher(shown).find()) {
            return "has more than four marks on one letter: remove some";
        }
        return mixture(shown);
    }

    /**
     * Returns whether a name is printable ASCII with single inner spaces. Most names are, and they pass every later
     * check.
     */
    private static boolean isPlain(String name) {
        char before = ' ';
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c < ' ' || c > '~' || (c == ' ' && before == ' ')) {
                return false;
            }
            before = c;
        }
        return before != ' ';
    }

    private static @Nullable String mixture(String name) {
        for (String word : name.split(" ", -1)) {
            Set<UnicodeScript> scripts = word.codePoints()
                    .mapToObj(UnicodeScript::of)
                    .filter(script -> !OF_NO_SCRIPT.contains(script))
                    .collect(Collectors.toCollection(TreeSet::new));
            if (scripts.size() > 1 && MIXTURES.stream().noneMatch(mixture -> mixture.containsAll(scripts))) {
                String names = scripts.stream().map(Enum::name).collect(Collectors.joining(" and "));
                return "mixes letters of the scripts " + names + " in one word: write each word in one script";
            }
        }
        return null;
    }

    private static String first(Pattern pattern, String text) {
        var found = pattern.matcher(text);
        return found.find() ? describe(text.codePointAt(found.start())) : "";
    }

    /** Describes a character in error messages: its code point, and its name if it has one. */
    static String describe(int codePoint) {
        String name = codePoint == 0x0B ? "VERTICAL TAB" : Character.getName(codePoint);
        return "U+%04X".formatted(codePoint) + (name == null ? "" : ' ' + name.replaceAll(" \\(.*", ""));
    }
}
