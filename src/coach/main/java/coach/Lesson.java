package coach;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * One lesson of the ladder.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param id its number, two digits; it may change
 * @param slug its name, which never changes, and by which progress is kept
 * @param tests the classes that judge it; none if there is nothing to judge
 * @param proof the classes that catch its wrong answers from inside the reference, where no test over the wire can
 * @param step the class that starts the server as of the end of this lesson
 * @param red the test that is red on an earlier step
 * @param later whether the lesson is still to come, and only its name is known
 */
record Lesson(
        String id,
        String slug,
        String title,
        List<String> tests,
        List<String> proof,
        String step,
        Optional<Red> red,
        Minutes minutes,
        boolean later) {

    /** A number that no lesson has: the server that a lesson starts from, if it has its own. */
    static final String START = "start";

    /** The test that shows the lesson's defect, on an earlier lesson's step or its own start, and its message. */
    record Red(String on, String test, ExpectedFailure promise) {}

    /** The minutes that a class needs. */
    record Minutes(int teach, int work, int review) {
        int sum() {
            return teach + work + review;
        }
    }

    Path folder() {
        return Path.of("lessons", "lesson" + id + "_" + slug);
    }

    /** Returns the step's source, which exists as long as the step is not the reference itself. */
    Path source() {
        return folder().resolve("Server.java");
    }

    /** Returns whether it starts from its own server, and not from the end of the lesson before. */
    boolean hasStart() {
        return red.map(promised -> promised.on().equals(START)).orElse(false);
    }

    /** Returns the server that it starts from, if it has its own, as a step. */
    Lesson start() {
        var server = folder().getFileName() + "." + START + ".Server";
        return new Lesson(START, slug, "of " + id, List.of(), List.of(), server, Optional.empty(), minutes, false);
    }

    /** Returns the source of the server that it starts from, if it has its own. */
    Path startSource() {
        return folder().resolve(START).resolve("Server.java");
    }

    /** Returns a server's files in a folder, its Java and its page, without the server that the lesson starts from. */
    static List<Path> files(Path folder) {
        return Folders.files(folder, "").stream()
                .filter(file -> !file.startsWith(folder.resolve(START)))
                .filter(file -> file.toString().matches(".*\\.(java|html|js|css)"))
                .toList();
    }

    boolean judged() {
        return !tests.isEmpty() && !later;
    }

    /** Returns whether the learner's work is measured by {@code make cost} and judged by no test. */
    boolean measured() {
        return tests.isEmpty() && !proof.isEmpty() && !later;
    }

    boolean proven() {
        return judged() || !proof.isEmpty();
    }

    /** Returns the same lesson, judged by the tests that catch its wrong answers. */
    Lesson byProof() {
        return proof.isEmpty() ? this : new Lesson(id, slug, title, proof, proof, step, red, minutes, later);
    }

    boolean upTo(Lesson other) {
        return !other.id.equals(START) && id.compareTo(other.id) <= 0;
    }

    @Override
    public String toString() {
        return id + " " + title;
    }
}
