package coach;

import java.util.ArrayList;
import java.util.List;

/**
 * The difference between two texts, line by line, in the unified form: the longest common subsequence is kept, with
 * three lines around each change.
 *
 * <p><b>Threads:</b> immutable.
 */
final class Diff {

    private static final int AROUND = 3;

    private Diff() {}

    /** One line of the difference: kept (a space), removed (-) or added (+). */
    private record Edit(char kind, String line) {}

    /** Returns the hunks, without a header; empty if the texts are the same. */
    static String unified(List<String> before, List<String> after) {
        var edits = edits(before, after);
        var text = new StringBuilder();
        for (int i = 0, old = 1, young = 1; i < edits.size(); ) {
            int end = endOfHunk(edits, i);
            int start = start(edits, i, end);
            old += start - i;
            young += start - i;
            if (start == end) {
                break;
            }
            var hunk = edits.subList(start, end);
            int minus = (int) hunk.stream().filter(edit -> edit.kind() != '+').count();
            int plus = (int) hunk.stream().filter(edit -> edit.kind() != '-').count();
            text.append(String.format("@@ -%d,%d +%d,%d @@%n", old, minus, young, plus));
            hunk.forEach(edit ->
                    text.append((edit.kind() + edit.line()).stripTrailing()).append('\n'));
            old += minus;
            young += plus;
            i = end;
        }
        return text.toString();
    }

    /** Returns the start of the next hunk, three lines before its first change; or {@code end} if none. */
    private static int start(List<Edit> edits, int from, int end) {
        for (int i = from; i < end; i++) {
            if (edits.get(i).kind() != ' ') {
                return Math.max(from, i - AROUND);
            }
        }
        return end;
    }

    /** Returns the end of the next change's hunk: three lines after a change that no other follows closely. */
    private static int endOfHunk(List<Edit> edits, int from) {
        int last = -1;
        for (int i = from; i < edits.size(); i++) {
            if (edits.get(i).kind() != ' ') {
                last = i;
            } else if (last >= 0 && i - last > 2 * AROUND) {
                break;
            }
        }
        return last < 0 ? edits.size() : Math.min(edits.size(), last + 1 + AROUND);
    }

    private static List<Edit> edits(List<String> before, List<String> after) {
        int[][] common = new int[before.size() + 1][after.size() + 1];
        for (int i = before.size() - 1; i >= 0; i--) {
            for (int j = after.size() - 1; j >= 0; j--) {
                common[i][j] = before.get(i).equals(after.get(j))
                        ? common[i + 1][j + 1] + 1
                        : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        var edits = new ArrayList<Edit>();
        int i = 0;
        int j = 0;
        while (i < before.size() || j < after.size()) {
            if (i < before.size() && j < after.size() && before.get(i).equals(after.get(j))) {
                edits.add(new Edit(' ', before.get(i++)));
                j++;
            } else if (j == after.size() || i < before.size() && common[i + 1][j] >= common[i][j + 1]) {
                edits.add(new Edit('-', before.get(i++)));
            } else {
                edits.add(new Edit('+', after.get(j++)));
            }
        }
        return edits;
    }
}
