package coach;

import com.github.difflib.DiffUtils;
import com.github.difflib.UnifiedDiffUtils;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The difference between two texts, line by line, in the unified form, with three lines around each change.
 *
 * <p><b>Threads:</b> any thread.
 */
final class Diff {

    private static final int AROUND = 3;
    private static final int HEADER = 2;

    private Diff() {}

    /** Returns the hunks, without a header; empty if the texts are the same. */
    static String unified(List<String> before, List<String> after) {
        return UnifiedDiffUtils.generateUnifiedDiff("", "", before, DiffUtils.diff(before, after), AROUND).stream()
                .skip(HEADER)
                .map(line -> line.stripTrailing() + "\n")
                .collect(Collectors.joining());
    }
}
