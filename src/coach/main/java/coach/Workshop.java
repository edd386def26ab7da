package coach;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The learner's folder: their server, their progress, and their work that was put aside.
 *
 * <p><b>Threads:</b> one at a time.
 */
final class Workshop {

    static final Path FOLDER = Path.of("lessons", "workshop");

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd-HHmmss");
    private static final String KEPT = "kept";

    private final Path root;
    private final Lessons lessons;
    private final Path folder;

    /** @param root the project's folder */
    Workshop(Path root, Lessons lessons) {
        this.root = root;
        this.lessons = lessons;
        folder = root.resolve(FOLDER);
    }

    Path root() {
        return root;
    }

    Path server() {
        return folder.resolve("Server.java");
    }

    /** Sets up the folder from the first step, unless a server is there. Returns whether it did. */
    boolean setUp() {
        if (Files.exists(server())) {
            return false;
        }
        fillStart(lessons.all().get(0));
        passUnjudged();
        return true;
    }

    /** Prepares the folder for a server in another language: an empty one. */
    void setUpEmpty() {
        if (!Files.exists(folder.resolve(".progress"))) {
            record(new TreeSet<>());
            passUnjudged();
        }
    }

    /** Marks a first lesson that no test judges as done from the start. */
    private void passUnjudged() {
        var first = lessons.all().get(0);
        if (!first.judged()) {
            done(first);
        }
    }

    /** Returns all files of a server in another language, without hidden ones and those created by tools. */
    List<Path> anyFiles() {
        return Folders.files(folder, "").stream()
                .filter(file ->
                        !folder.relativize(file).toString().matches("(.*/)?([.].*|kept/.*|node_modules/.*|target/.*)"))
                .toList();
    }

    /** Returns the learner's files: their Java, and the page that it serves. */
    List<Path> files() {
        return Lesson.files(folder).stream()
                .filter(file -> !file.startsWith(folder.resolve(KEPT)))
                .toList();
    }

    /** Returns the learner's Java files. */
    List<Path> sources() {
        return files().stream()
                .filter(file -> file.toString().endsWith(".java"))
                .toList();
    }

    /** Returns the slugs of the lessons that are done; a slug that the ladder does not know is kept as well. */
    Set<String> progress() {
        var file = folder.resolve(".progress");
        var lines = Files.exists(file) ? Text.read(file).lines() : Stream.<String>empty();
        return lines.map(String::strip).filter(slug -> !slug.isEmpty()).collect(Collectors.toCollection(TreeSet::new));
    }

    void done(Lesson lesson) {
        var done = progress();
        if (done.add(lesson.slug())) {
            record(done);
        }
    }

    private void record(Set<String> done) {
        Text.write(folder.resolve(".progress"), String.join("\n", done) + "\n");
    }

    /** Returns the first lesson that is not done, if any is left. */
    Optional<Lesson> next() {
        var done = progress();
        return lessons.open().stream()
                .filter(lesson -> !done.contains(lesson.slug()))
                .findFirst();
    }

    int doneOf(List<Lesson> lessons) {
        var done = progress();
        return (int)
                lessons.stream().filter(lesson -> done.contains(lesson.slug())).count();
    }

    /** Puts the server at the end of a lesson, with all before it done. Returns where the learner's own work is now. */
    Optional<Path> catchUp(Lesson lesson) {
        var kept = keepAside();
        fill(lesson);
        record(lessons.open().stream()
                .filter(one -> one.upTo(lesson))
                .map(Lesson::slug)
                .collect(Collectors.toCollection(TreeSet::new)));
        return kept;
    }

    /** Puts the server back to the start of a lesson; the learner's progress stays. */
    Optional<Path> reset(Lesson lesson) {
        var done = progress();
        var kept = keepAside();
        fillStart(lesson);
        record(done);
        return kept;
    }

    /** Moves the learner's files out of the way. Returns their new place, if there were any. */
    private Optional<Path> keepAside() {
        if (files().isEmpty()) {
            return Optional.empty();
        }
        var slug = next().map(Lesson::slug).orElse("end");
        var kept = folder.resolve(KEPT).resolve(TIME.format(LocalDateTime.now()) + "-" + slug);
        for (int i = 2; Files.exists(kept); i++) {
            kept = kept.resolveSibling(TIME.format(LocalDateTime.now()) + "-" + slug + "-" + i);
        }
        try {
            Files.createDirectories(kept);
            for (var file : Folders.list(folder)) {
                if (!file.getFileName().toString().equals(KEPT)) {
                    Files.move(file, kept.resolve(file.getFileName()));
                }
            }
        } catch (IOException e) {
            throw new UserError("your work cannot be kept aside in " + kept + ": " + e, e);
        }
        return Optional.of(root.relativize(kept));
    }

    /** Copies the server that a lesson starts from. */
    void fillStart(Lesson lesson) {
        if (lesson.hasStart()) {
            copy(lesson.startSource().getParent());
        } else {
            fill(lessons.before(lesson).orElse(lesson));
        }
    }

    /** Copies a step; for a lesson whose step is the reference, the last step before it that has Java of its own. */
    void fill(Lesson lesson) {
        var from = lesson;
        while (!Files.exists(root.resolve(from.source()))) {
            var missing = from;
            from = lessons.before(from)
                    .orElseThrow(() -> new UserError("there is no step in " + root.resolve(missing.folder())));
        }
        copy(from.folder());
    }

    private void copy(Path from) {
        var step = root.resolve(from);
        var itsPackage = Path.of("lessons").relativize(from).toString().replace('/', '.');
        for (var file : Lesson.files(step)) {
            // The name occurs in Java as the package, and in the path of the page.
            var text = Text.read(file).replaceAll("\\b" + itsPackage.replace(".", "[./]") + "\\b", "workshop");
            Text.write(folder.resolve(step.relativize(file)), text);
        }
    }
}
