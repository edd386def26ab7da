package coach;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class WrapTest {

    @Test
    void aLineIsBrokenBetweenWordsAndKeepsItsIndent() {
        assertEquals(List.of("    one two", "    three"), Wrap.line("    one two three", 11));
        assertEquals(List.of("one two three"), Wrap.line("one two three", 13));
    }

    @Test
    void aWordThatIsTooLongStaysWhole() {
        assertEquals(List.of("  a", "  internationalisation", "  b"), Wrap.line("  a internationalisation b", 8));
    }

    @Test
    void coloursTakeNoRoom() {
        assertEquals(List.of("\033[31;1mone two\033[0m"), Wrap.line("\033[31;1mone two\033[0m", 7));
    }

    @Test
    void columnsKeepTheirSpaces() {
        assertEquals(List.of("a    b", "c"), Wrap.line("a    b    c", 7));
    }

    @Test
    void whatIsCutEndsWithAWord() {
        assertEquals("one two …", Wrap.cut("one two three", 11));
        assertEquals("one two", Wrap.cut("one two", 11));
    }

    @Test
    void aDumbTerminalGetsNoEscapesAndNoBrokenWord() {
        var shown = new Shown();
        var screen = new Screen(shown, false, false, 20);

        screen.line("  a line that is longer than twenty");
        screen.last("Next: fix it and save it");

        assertEquals("  a line that is\n  longer than twenty\nNext: fix it and\nsave it\n", shown.text());
    }
}
