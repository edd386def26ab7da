package coach;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeaverTest {

    private static final String ROOM = """
        package a;

        /** A room. */
        final class Room {
            private int n;

            /** Comes in. */
            void join(Guest guest) {
                n++;
            }

            void join(Door door) {}

            // Counts.
            int count() {
                return n;
            }

            record Guest(String name) {}
        }
        """;

    @TempDir
    Path root;

    @BeforeEach
    void setUp() {
        Text.write(root.resolve("Room.java"), ROOM);
    }

    @Test
    void aMethodIsFoundByItsNameAndBySignature() {
        assertEquals("// Counts.\nint count() {\n    return n;\n}\n", content("from Room.java method count"));
        assertEquals(
                "/** Comes in. */\nvoid join(Guest guest) {\n    n++;\n}\n",
                content("from Room.java method join(Guest"));
        assertEquals("record Guest(String name) {}\n", content("from Room.java type Guest"));
        assertTrue(content("from Room.java type Room").startsWith("/** A room. */\nfinal class Room {\n"));
    }

    @Test
    void linesAreFoundByTheirTexts() {
        assertEquals("private int n;\n", content("from Room.java line \"int n\""));
        assertEquals("int count() {\n    return n;\n", content("from Room.java lines \"int count\" to \"return\""));
        assertEquals("int count() {\n    return n;\n}\n", content("from Room.java block \"int count\""));
        assertEquals(ROOM, content("from Room.java"));
    }

    @Test
    void aSourceThatIsGoneIsAFault() {
        assertFault("from Rome.java method count", "there is no file");
        assertFault("from Room.java method leave", "Room.java: there is no method leave");
        assertFault("from Room.java method join", "there are 2 methods join");
        assertFault("from Room.java lines \"int count\" to \"exit\"", "no line from line 15 on contains \"exit\"");
        assertFault("from Room.java the method", "is not method NAME");
        assertFault("output of echo Not done: no ladder", "it was not done: echo Not done: no ladder");
        assertFault("output of no-such-command-here", "there is no such command on this machine");
    }

    @Test
    void theCommandsOfATextRunAtTheSameTime() {
        var text = "<!-- output of mkfifo pipe; cat pipe -->\n```\nmet\n```\n\n"
                + "<!-- output of until [ -p pipe ]; do sleep 0.1; done; echo met >pipe -->\n```\n```\n";
        var weaver = new Weaver(root);

        weaver.begin(text);

        assertEquals(List.of(), weaver.weave(text).faults());
    }

    @Test
    void onlyTheBlockChangesAndASecondTimeNothing() {
        var text = "# Title\n\n<!-- from Room.java line \"int n\" -->\n\n```java\nold\n```\n\nend\n";

        var woven = new Weaver(root).weave(text);

        assertEquals(text.replace("old", "private int n;"), woven.text());
        assertEquals(1, woven.faults().size());
        assertTrue(
                woven.faults().get(0).startsWith("line 3 (from Room.java line \"int n\") differs:"),
                woven.faults().get(0));
        assertEquals(List.of(), new Weaver(root).weave(woven.text()).faults());
    }

    @Test
    void outputIsShownAsOfItsCaptureAslongAsOnlyTimesAndPortsDiffer() {
        var block = "<!-- output of echo took 12 ms at https://localhost:4711/ of 3 -->\n"
                + "```\n"
                + "took 7.5 ms at https://localhost:99/ of %s\n"
                + "```\n";

        assertEquals(List.of(), new Weaver(root).weave(block.formatted(3)).faults());
        assertEquals(1, new Weaver(root).weave(block.formatted(4)).faults().size());
    }

    @Test
    void howMuchAStormLostMayDifferButNotWhetherItDid() {
        assertTrue(CommandOutput.same("delivered 10/12 · repeated 3", "delivered 7/12 · repeated 9"));
        assertFalse(CommandOutput.same("delivered 12/12 · repeated 3", "delivered 12/12 · repeated 0"));
        assertTrue(CommandOutput.same("a stream   1,264 B", "a stream     960 B"));
        assertTrue(CommandOutput.same("108 were taken where 107 may be", "104 were taken where 103 may be"));
        assertTrue(CommandOutput.same("from here on mx1dtihc.1", "from here on mx1e2aaa.2"));
        assertTrue(CommandOutput.same(
                "held at history(Server.java:100) on its way in, and meanwhile \"meanwhile 8\" was posted",
                "held at record(Server.java:105) on its way in, and meanwhile \"meanwhile 12\" was posted"));
        assertFalse(CommandOutput.same(
                "held at history(Server.java:100), came never", "held at history(Server.java:100), came twice"));
        assertFalse(CommandOutput.same("a stream       0 B", "a stream      56 B"));
    }

    @Test
    void commandsStandAboveTheirOutputWhenWrittenAfterADollar() {
        assertEquals(
                "$ echo a\na\nb\n", content("output of\n$ echo a\necho b\n").stripTrailing() + "\n");
    }

    @Test
    void commandsThatSpeakToTheServerFindOne() {
        var said = content("output of curl -sk https://localhost:8443/status");

        assertTrue(said.startsWith("{\"epoch\":"), said);
    }

    @Test
    void aCommentWithoutAFenceIsAFault() {
        var woven = new Weaver(root).weave("<!-- from Room.java -->\n\ntext\n");

        assertEquals(List.of("1 comments name a source, but 0 are followed by a fence of their own"), woven.faults());
    }

    @Test
    void theGateFailsOnDriftAndWeavingMendsIt() {
        Text.write(root.resolve("README.md"), "<!-- from Room.java line \"int n\" -->\n```java\nold\n```\n");
        var shown = new Shown();

        assertFalse(new Docs(root, shown.plain(), "").run(true));
        assertTrue(shown.text().contains("README.md, line 1 (from Room.java line \"int n\") differs:"), shown.text());
        assertTrue(new Docs(root, shown.plain(), "").run(false), shown.text());
        assertTrue(new Docs(root, shown.plain(), "").run(true), shown.text());
        assertTrue(shown.text().endsWith("1 block in 1 file: as the sources say\n"), shown.text());
    }

    @Test
    void aPathNamesOneTextAndAPartOfAPathAllThatHaveIt() {
        for (var file : List.of("README.md", "lessons/README.md", "lessons/lesson01/README.md")) {
            Text.write(root.resolve(file), "<!-- from Room.java line \"int n\" -->\n```java\nold\n```\n");
        }

        assertEquals(List.of("README.md"), looked("README.md"));
        assertEquals(List.of("README.md"), looked("./README.md"));
        assertEquals(List.of("lessons/README.md"), looked("lessons/README.md"));
        assertEquals(List.of("lessons/lesson01/README.md"), looked("lesson01"));
        assertEquals(3, looked("README").size());
        assertEquals(3, looked("").size());
    }

    /** The texts that a check with this {@code DOC} finds at fault. */
    private List<String> looked(String only) {
        var shown = new Shown();
        new Docs(root, shown.plain(), only).run(true);
        return shown.text()
                .lines()
                .filter(line -> line.contains(", line 1 ("))
                .map(line -> line.replaceAll(", line 1 .*", ""))
                .toList();
    }

    private String content(String source) {
        var text = new Weaver(root).weave("<!-- " + source + " -->\n```\n```\n").text();
        return text.substring(text.indexOf("```\n") + 4, text.lastIndexOf("```"));
    }

    private void assertFault(String source, String says) {
        var faults =
                new Weaver(root).weave("<!-- " + source + " -->\n```\n```\n").faults();

        assertEquals(1, faults.size(), source);
        assertTrue(faults.get(0).contains(says), faults.get(0));
    }
}
