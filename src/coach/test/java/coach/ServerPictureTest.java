package coach;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerPictureTest {

    private static final Lesson ONE = Fixture.lesson("01", "one", List.of(), Optional.empty());
    private static final Lessons LESSONS = Fixture.lessons(Fixture.SEED, ONE);

    @TempDir
    Path root;

    @BeforeEach
    void source() {
        source("""
                {"boxes": [{"lesson": "", "name": "Clients", "says": "", "at": [0, 0]},
                           {"lesson": "seed", "name": "A & B", "says": "first", "at": [1, 0]},
                           {"lesson": "one", "name": "Second", "says": "then", "at": [1, 1]}],
                 "arrows": [["", "seed"], ["seed", "one"]]}
                """);
    }

    @Test
    void itGrowsByABoxWithEachLesson() {
        var picture = new ServerPicture(root, LESSONS);

        var first = picture.upTo(Fixture.SEED);
        var second = picture.upTo(ONE);

        assertTrue(first.contains(">A &amp; B<") && !first.contains(">Second<"), first);
        assertTrue(first.contains("<g class=\"later\">"), "what is to come is an empty frame");
        assertTrue(second.contains(">A &amp; B<") && second.contains(">Second<"), second);
        assertEquals(1, second.split("class=\"new\"", -1).length - 1, "the lesson's own box stands out");
        assertTrue(picture.whole().contains("prefers-color-scheme: dark"), "light or dark");
    }

    @Test
    void aLessonWithoutABoxIsAFault() {
        source("""
                {"boxes": [{"lesson": "seed", "name": "A", "says": "", "at": [0, 0]},
                           {"lesson": "gone", "name": "B", "says": "", "at": [0, 0]}], "arrows": [["seed", "nowhere"]]}
                """);

        assertEquals(
                "[the lesson one has no box in lessons/picture.json, lessons/picture.json has a box for gone, which is no"
                        + " lesson, lessons/picture.json has an arrow for nowhere, which has no box, lessons/picture.json has"
                        + " seed and gone in one place]",
                new ServerPicture(root, LESSONS).faults().toString());
    }

    @Test
    void thePicturesOfTheLadderAreDrawn() {
        var here = Path.of("");
        var picture = new ServerPicture(here, Lessons.read(Lessons.FILE));

        assertEquals(List.of(), picture.faults());
        assertEquals(List.of(), picture.drawAll(true), "make docs draws them");
    }

    @Test
    void docsDrawsThemAndDocsCheckMissesThem() {
        Text.write(root.resolve(Lessons.FILE), """
                {"lessons": [{"id": "00", "slug": "seed", "title": "S"}, {"id": "01", "slug": "one", "title": "O"}]}""");
        Text.write(root.resolve("lessons/lesson01_one/README.md"), "# One\n");

        assertFalse(new Docs(root, new Shown().plain(), "").run(true));
        assertTrue(new Docs(root, new Shown().plain(), "").run(false));
        assertTrue(new Docs(root, new Shown().plain(), "").run(true));
        assertTrue(Text.read(root.resolve("lessons/lesson01_one/picture.svg")).contains("Second"));
    }

    private void source(String json) {
        Text.write(root.resolve("lessons/picture.json"), json);
    }
}
