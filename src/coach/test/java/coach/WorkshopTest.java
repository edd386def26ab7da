package coach;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkshopTest {

    private static final Lesson ONE = Fixture.lesson("01", "one", Fixture.AnswerIsTwo.class);
    private static final Lesson TWO = Fixture.lesson("02", "two", Fixture.AnswerIsTwo.class);
    private static final Lesson THREE = Fixture.lesson("03", "three", Fixture.AnswerIsTwo.class);

    @TempDir
    Path root;

    private Workshop workshop;

    @BeforeEach
    void setUp() {
        Fixture.step(root, Fixture.SEED, 0);
        Fixture.step(root, ONE, 1);
        Fixture.step(root, TWO, 2);
        workshop = new Workshop(root, Fixture.lessons(Fixture.SEED, ONE, TWO, THREE));
        workshop.setUp();
    }

    @Test
    void theFirstStepIsWhereTheLearnerStarts() {
        assertTrue(server().startsWith("package workshop;\n"), server());
        assertTrue(server().contains("return 0;"));
        assertEquals(Optional.of(ONE), workshop.next());
    }

    @Test
    void settingUpAgainLeavesTheLearnersWorkAlone() {
        Text.write(workshop.server(), "mine");

        assertFalse(workshop.setUp());

        assertEquals("mine", server());
    }

    @Test
    void aStepIsNotPutBesideAServerInAnotherLanguage() throws IOException {
        Files.delete(workshop.server());
        Text.write(workshop.server().resolveSibling("server.go"), "package main\n");

        var steps = new Steps(root, Fixture.lessons(Fixture.SEED, ONE, TWO, THREE), new Shown().plain());
        var mistake = assertThrows(UserError.class, () -> steps.reset("01"));

        assertTrue(mistake.getMessage().contains("is in another language"), mistake.getMessage());
        assertFalse(Files.exists(workshop.server()));
    }

    @Test
    void progressSurvivesRenumbering() {
        workshop.done(ONE);
        var renumbered = Fixture.lessons(
                Fixture.lesson("00", "seed", Fixture.AnswerIsTwo.class),
                Fixture.lesson("01", "quite_new", Fixture.AnswerIsTwo.class),
                Fixture.lesson("02", "one", Fixture.AnswerIsTwo.class),
                Fixture.lesson("03", "two", Fixture.AnswerIsTwo.class));

        var later = new Workshop(root, renumbered);

        assertEquals("quite_new", later.next().orElseThrow().slug());
        later.done(later.next().orElseThrow());
        assertEquals("two", later.next().orElseThrow().slug());
        assertEquals("[one, quite_new, seed]", later.progress().toString());
    }

    @Test
    void catchingUpKeepsTheLearnersOwnWorkAside() {
        Text.write(workshop.server(), "mine");

        var kept = workshop.catchUp(TWO).orElseThrow();

        assertTrue(server().contains("return 2;"), server());
        assertEquals("mine", Text.read(root.resolve(kept).resolve("Server.java")));
        assertTrue(kept.toString().matches("lessons/workshop/kept/[-0-9]+-one"), kept.toString());
        assertEquals(Optional.of(THREE), workshop.next());
    }

    @Test
    void aLessonWhoseStepIsTheReferenceFallsBackToTheLastStepWithJavaOfItsOwn() {
        workshop.catchUp(THREE);

        assertTrue(server().contains("return 2;"), server());
        assertEquals(Optional.empty(), workshop.next());
    }

    @Test
    void resetGoesBackToTheStartOfTheLessonAndForgetsNothing() {
        workshop.done(ONE);
        Text.write(workshop.server(), "mine");

        var kept = workshop.reset(TWO).orElseThrow();

        assertTrue(server().contains("return 1;"), server());
        assertEquals("mine", Text.read(root.resolve(kept).resolve("Server.java")));
        assertEquals(Optional.of(TWO), workshop.next());
    }

    @Test
    void whatIsKeptAsideIsNotCompiled() {
        workshop.reset(ONE);
        workshop.reset(ONE);

        assertEquals(java.util.List.of(workshop.server()), workshop.sources());
    }

    @Test
    void thePageOfAStepComesAlongAndIsServedFromTheWorkshop() {
        Text.write(root.resolve("lessons/lesson02_two/Page.java"), "\"lessons/lesson02_two\"");
        Text.write(root.resolve("lessons/lesson02_two/index.html"), "<p>");
        Text.write(root.resolve("lessons/lesson02_two/client.js"), "draw();");

        workshop.catchUp(TWO);

        assertEquals("\"lessons/workshop\"", workshopText("Page.java"));
        assertEquals("<p>", workshopText("index.html"));
        assertEquals("draw();", workshopText("client.js"));
        assertEquals(2, workshop.sources().size(), "only Java is compiled");
        assertEquals(4, workshop.files().size(), "and everything is watched");
    }

    @Test
    void theLearnersPageIsKeptAsideAsWell() {
        Text.write(workshop.server().resolveSibling("client.js"), "mine");

        var kept = workshop.reset(TWO).orElseThrow();

        assertEquals("mine", Text.read(root.resolve(kept).resolve("client.js")));
        assertFalse(Fixture.exists(workshop.server().resolveSibling("client.js")), "a page that start(02) has not");
    }

    private String workshopText(String file) {
        return Text.read(workshop.server().resolveSibling(file));
    }

    private String server() {
        return Text.read(workshop.server());
    }
}
