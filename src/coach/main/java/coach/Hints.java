package coach;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The three hints of each lesson, one more each time: a nudge, then the place, then nearly the code.
 *
 * <p><b>Threads:</b> one at a time.
 */
final class Hints {

    static final List<String> LEVELS = List.of("Nudge", "Where", "Nearly the code");

    private final Path root;
    private final Path given;

    Hints(Path root) {
        this.root = root;
        given = root.resolve(Workshop.FOLDER).resolve(".hints");
    }

    /**
     * Returns the next hint for this lesson, with its heading; after the last one, the last one again.
     *
     * @param again what one does for the next hint
     */
    String next(Lesson lesson, String again) {
        var counts = counts();
        int level = Math.min(counts.getOrDefault(lesson.slug(), 0), LEVELS.size() - 1);
        var text = section(lesson, LEVELS.get(level))
                .orElseThrow(() -> new UserError(file(lesson) + " has no section \"## " + LEVELS.get(level) + "\""));
        counts.put(lesson.slug(), level + 1);
        var lines = counts.entrySet().stream().map(entry -> entry.getKey() + " " + entry.getValue());
        Text.write(given, lines.collect(Collectors.joining("\n")) + "\n");
        var more = level + 1 < LEVELS.size()
                ? "\n\nIf that does not help: " + again
                : "\n\nThat was the last hint: make solution LESSON=" + lesson.id();
        return "Hint " + (level + 1) + " of " + LEVELS.size() + " for " + lesson + ": "
                + LEVELS.get(level).toLowerCase(java.util.Locale.ROOT) + "\n\n" + Text.indent(text + more, 2);
    }

    Optional<String> section(Lesson lesson, String heading) {
        var found = Pattern.compile("(?ms)^## " + Pattern.quote(heading) + "[ \t]*\n(.*?)(?=^## |\\z)")
                .matcher(Text.read(root.resolve(file(lesson))));
        return found.find() && !found.group(1).isBlank()
                ? Optional.of(found.group(1).stripTrailing())
                : Optional.empty();
    }

    private static Path file(Lesson lesson) {
        return lesson.folder().resolve("hints.md");
    }

    private Map<String, Integer> counts() {
        if (!Files.exists(given)) {
            return new TreeMap<>();
        }
        return Text.read(given)
                .lines()
                .map(line -> line.split(" "))
                .filter(parts -> parts.length == 2 && parts[1].matches("[0-9]"))
                .collect(Collectors.toMap(
                        parts -> parts[0], parts -> Integer.parseInt(parts[1]), (a, b) -> b, TreeMap::new));
    }
}
