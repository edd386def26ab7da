package coach;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkshopTest {

    private static final Rung ONE = Fixture.rung("01", "one", Fixture.AnswerIsTwo.class);
    private static final Rung TWO = Fixture.rung("02", "two", Fixture.AnswerIsTwo.class);
    private static final Rung THREE = Fixture.rung("03", "three", Fixture.AnswerIsTwo.class);

    @TempDir
    Path root;

    private Workshop workshop;

    @BeforeEach
    void setUp() {
        Fixture.step(root, Fixture.SEED, 0);
        Fixture.step(root, ONE, 1);
        Fixture.step(root, TWO, 2);
        workshop = new Workshop(root, Fixture.ladder(Fixture.SEED, ONE, TWO, THREE));
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
    void progressSurvivesRenumbering() {
        workshop.done(ONE);
        var renumbered = Fixture.ladder(
                Fixture.rung("00", "seed", Fixture.AnswerIsTwo.class),
                Fixture.rung("01", "quite_new", Fixture.AnswerIsTwo.class),
                Fixture.rung("02", "one", Fixture.AnswerIsTwo.class),
                Fixture.rung("03", "two", Fixture.AnswerIsTwo.class));

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

    private String server() {
        return Text.read(workshop.server());
    }
}
