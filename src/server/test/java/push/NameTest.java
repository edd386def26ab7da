package push;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The wording of this server's errors about names. The suite judges which names are refused, whatever the words. */
final class NameTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "an\u202en | has U+202E RIGHT-TO-LEFT OVERRIDE, which reorders text: remove it",
                "an\u200bn | has U+200B ZERO WIDTH SPACE, which cannot be seen: remove it",
                "an\ue000n | has U+E000 PRIVATE USE AREA E000, which has no agreed meaning: remove it",
                "an\u2028n | has U+2028 LINE SEPARATOR, which ends a line or leaves a gap: remove it",
                "\u0301ann | begins with U+0301 COMBINING ACUTE ACCENT, a mark without a letter: put a letter before"
                        + " it",
                "\u0430nn  | mixes letters of the scripts LATIN and CYRILLIC in one word: write each word in one script"
            })
    void faultNamesTheCharacterOrTheScriptsAndSaysWhatToDo(String name, String fault) {
        assertEquals(fault, Name.fault(name));
    }

    @Test
    void faultOfATextNamesTheCharacterAndItsPlace() {
        assertEquals(
                "has U+000B VERTICAL TAB as character 8, a control character: remove it",
                NewMessage.textFault("one\ntwo\u000bthree"));
    }
}
