package coach;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LastRedTest {

    private static final LastRed HELD = new LastRed(
            "Lesson06JoiningTest.whatIsPosted",
            "a client was held at open(Server.java:64), and \"meanwhile 13\" was posted: it came never\n  Meanwhile …");

    @Test
    void otherNumbersAreTheSameMessage() {
        assertFalse(HELD.isAnother(
                "a client was held at open(Server.java:71), and \"meanwhile 9\" was posted: it came never"));
    }

    @Test
    void otherWordsAreAnotherMessage() {
        assertTrue(HELD.isAnother(
                "a client was held at open(Server.java:64), and \"meanwhile 13\" was posted: it came twice"));
    }

    @Test
    void whatHasNotBeenJudgedHasSaidNothing() {
        assertFalse(new LastRed("whatIsPosted", "").isAnother("it came twice"));
    }
}
