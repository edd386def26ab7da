package coach;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Tiny ladders for the coach's own tests, and what their lessons ask. */
final class Fixture {

    static final Lesson SEED = lesson("00", "seed", List.of(), Optional.empty());

    private Fixture() {}

    static Lesson lesson(String id, String slug, List<String> tests, Optional<Lesson.Red> red) {
        var title = "The lesson " + slug;
        return new Lesson(
                id,
                slug,
                title,
                tests,
                List.of(),
                "lesson" + id + "_" + slug + ".Server",
                red,
                new Lesson.Minutes(5, 20, 5),
                false);
    }

    static Lesson lesson(String id, String slug, Class<?> tests) {
        return lesson(id, slug, List.of(tests.getName()), Optional.empty());
    }

    static Lessons lessons(Lesson... lessons) {
        return new Lessons(
                List.of(lessons),
                Map.of("all", List.of(lessons).stream().map(Lesson::id).toList()));
    }

    /** Writes a step whose {@code answer()} is this number. */
    static void step(Path root, Lesson lesson, int answer) {
        Text.write(
                root.resolve(lesson.source()),
                "package " + lesson.folder().getFileName() + ";\n\npublic final class Server {\n"
                        + "    public static int answer() {\n        return " + answer + ";\n    }\n}\n");
    }

    static boolean exists(Path file) {
        return Files.exists(file);
    }

    /** Asks the class under test for its answer, which must be 2. */
    static class AnswerIsTwo {
        @Test
        void theAnswerIsTwo() throws ReflectiveOperationException {
            var loader = Thread.currentThread().getContextClassLoader();
            var server = Class.forName(suite.Options.current().server(), true, loader);

            assertEquals(2, server.getMethod("answer").invoke(null), "the answer");
        }
    }

    /** Has no test. */
    static class Nothing {}

    /** Can say nothing of any server. */
    static class NotJudged {
        @Test
        void isNotJudged() {
            Assumptions.abort("not judged: it needs the moon");
        }
    }

    /** One good test. */
    static class Green {
        @Test
        void isGreen() {}
    }

    /** One good test, and one that can say nothing. */
    static class InPart {
        @Test
        void isGreen() {}

        @Test
        void isNotJudged() {
            Assumptions.abort("not judged: it needs the moon");
        }
    }

    /** Three bad tests. */
    static class ThreeReds {
        @Test
        void a() {
            assertEquals(1, 2);
        }

        @Test
        void b() {
            assertEquals(1, 2);
        }

        @Test
        void c() {
            assertEquals(1, 2);
        }
    }
}
