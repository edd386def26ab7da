package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.fail;
import static suite.Because.because;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;

class BecauseTest {

    @Test
    void theCauseIsAFieldOfItsOwn() {
        var failed = assertThrows(
                CheckFailed.class, () -> because("It was not sent.", () -> assertEquals(1, 2, "the number")));

        assertEquals("the number ==> expected: <1> but was: <2>", failed.fault());
        assertEquals("It was not sent.", failed.likelyCause());
    }

    @Test
    void theCauseThatIsNearestToTheAssertionCounts() {
        var failed = assertThrows(
                CheckFailed.class,
                () -> because("Something.", () -> because("The very thing.", () -> fail("one is missing"))));

        assertEquals("The very thing.", failed.likelyCause());
        assertEquals(
                "The very thing.",
                CheckFailed.withLikelyCause(failed, "Anything.").likelyCause());
    }

    @Test
    void whatTheServerPrintedLeavesTheCauseAlone() {
        var failed = assertThrows(CheckFailed.class, () -> because("It was not sent.", () -> fail("one is missing")));

        var told = CheckFailed.withAside(failed, "Meanwhile the server printed: no room");

        assertEquals("one is missing\n  Meanwhile the server printed: no room", told.fault());
        assertEquals("It was not sent.", told.likelyCause());
    }

    @Test
    void aCauseThatIsKnownTakesThePlaceOfOneThatWasLikely() {
        var failed = assertThrows(CheckFailed.class, () -> because("It was not sent.", () -> fail("one is missing")));

        var told = CheckFailed.withKnownCause(failed, "The set is changed while it is walked.");

        assertEquals("one is missing", told.fault());
        assertEquals("The set is changed while it is walked.", told.likelyCause());
    }

    @Test
    void thatUndertowStartsIsNothingThatAServerSays() {
        var output = ProcessOutput.nothing();

        output.add(
                "Nov 29, 2026 10:37:08 AM io.undertow.Undertow start\nINFO: starting server: Undertow - 2.4.4.Final\n");
        assertEquals("", output.sinceMark());
        output.add("no room\n");

        assertEquals("\n    no room", output.sinceMark());
    }

    @Test
    void aValueComesBackAndWhatIsNoFailurePasses() {
        var list = because("It is never red.", () -> List.of(1));
        var broken = new IOException("the connection was reset");

        assertEquals(1, list.get(0));
        assertSame(
                broken,
                assertThrows(
                        IOException.class,
                        () -> because("It is no failure.", () -> {
                            throw broken;
                        })));
    }

    @Test
    void ofTwoListsTheFirstDifferenceIsShown() {
        assertEquals(
                "the history: at place 2 of 3 there is \"c\", where \"b\" belongs; the one before is right",
                said(List.of("a", "b", "c"), List.of("a", "c", "b")));
        assertEquals(
                "the history: expected 3, but only 2 came: at place 3 belongs \"c\"; the 2 before are right",
                said(List.of("a", "b", "c"), List.of("a", "b")));
        assertEquals(
                "the history: expected 1, but 2 came: at place 2 nothing belongs, and there is \"b\"; the one before is right",
                said(List.of("a"), List.of("a", "b")));
        assertEquals("the history: expected 1, but none came: at place 1 belongs \"a\"", said(List.of("a"), List.of()));
    }

    @Test
    void ofTwoLongTextsTheFirstDifferenceIsShown() {
        assertEquals(
                "the history: character 151 is the first that differs: there is \"…"
                        + "x".repeat(24) + "b\", where \"…" + "x".repeat(24)
                        + "ay\" belongs; 151 characters came, and 152 were expected",
                said("x".repeat(150) + "ay", "x".repeat(150) + "b"));
        assertEquals("the history ==> expected: <short> but was: <texts>", said("short", "texts"));
    }

    private static String said(Object expected, Object actual) {
        var failed = assertThrows(AssertionFailedError.class, () -> assertEquals(expected, actual, "the history"));
        return FirstDifference.in(failed);
    }
}
