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
 * @param proof the classes that catch its wrong answers where no test over the wire can, from the inside of the reference
 * @param step the class that starts the server as of the end of this lesson
 * @param red what is red on an earlier step
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

    /** The number of no lesson: the server that a lesson starts from, where that is its own. */
    static final String START = "start";

    /** The test that shows the lesson's defect, on which earlier lesson's step or on its own start, and what it says there. */
    record Red(String on, String test, ExpectedFailure promise) {}

    /** How long a class needs. */
    record Minutes(int teach, int work, int review) {
        int sum() {
            return teach + work + review;
        }
    }

    Path folder() {
        return Path.of("lessons", "lesson" + id + "_" + slug);
    }

    /** The step's source, which is there for as long as the step is not the reference itself. */
    Path source() {
        return folder().resolve("Server.java");
    }

    /** Whether it starts from a server of its own, and not from the end of the lesson before. */
    boolean hasStart() {
        return red.map(promised -> promised.on().equals(START)).orElse(false);
    }

    /** The server that it starts from, where that is its own, as a step. */
    Lesson start() {
        var server = folder().getFileName() + "." + START + ".Server";
        return new Lesson(START, slug, "of " + id, List.of(), List.of(), server, Optional.empty(), minutes, false);
    }

    /** The source of the server that it starts from, where that is its own. */
    Path startSource() {
        return folder().resolve(START).resolve("Server.java");
    }

    /** What of a folder makes up a server: its Java, and the page that it serves; not the server that the lesson starts from. */
    static List<Path> files(Path folder) {
        return Folders.files(folder, "").stream()
                .filter(file -> !file.startsWith(folder.resolve(START)))
                .filter(file -> file.toString().matches(".*\\.(java|html|js|css)"))
                .toList();
    }

    boolean judged() {
        return !tests.isEmpty() && !later;
    }

    /** Whether what the learner has made is measured, by {@code make cost}, and no test judges it. */
    boolean measured() {
        return tests.isEmpty() && !proof.isEmpty() && !later;
    }

    boolean proven() {
        return judged() || !proof.isEmpty();
    }

    /** The same lesson, judged by what catches its wrong answers. */
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
