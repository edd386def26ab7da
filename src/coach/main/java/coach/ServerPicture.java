package coach;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The picture of the whole server, with one more box for each lesson, in SVG that is light or dark as its reader
 * prefers. Its boxes and arrows are in {@code lessons/picture.json}, by the slugs of the lessons, in the order of the
 * ladder.
 *
 * <p><b>Length:</b> a third of it is style and the geometry of boxes and arrows.
 *
 * <p><b>Threads:</b> immutable.
 */
final class ServerPicture {

    static final String NAME = "picture.svg";

    private static final Path SOURCE = Path.of("lessons", "picture.json");
    private static final int WIDE = 150;
    private static final int HIGH = 64;
    private static final int APART = 24;
    private static final int DOWN = 34;
    private static final int MARGIN = 12;

    private static final String STYLE = """
            <style>
            text { font: 12px ui-sans-serif, system-ui, sans-serif; fill: #1f2328; }
            .name { font-weight: 600; font-size: 14px; }
            .no { font-size: 11px; fill: #59636e; }
            rect { fill: #f6f8fa; stroke: #8c959f; }
            .new rect { fill: #ddf4ff; stroke: #0969da; stroke-width: 2; }
            .later rect { fill: none; stroke: #d1d9e0; stroke-dasharray: 4 4; }
            path { fill: none; stroke: #59636e; stroke-width: 1.5; }
            path.tip { fill: #59636e; stroke: none; }
            @media (prefers-color-scheme: dark) {
            text { fill: #f0f6fc; }
            .no { fill: #9198a1; }
            rect { fill: #151b23; stroke: #656c76; }
            .new rect { fill: #12325f; stroke: #4493f8; }
            .later rect { stroke: #3d444d; }
            path { stroke: #9198a1; }
            path.tip { fill: #9198a1; }
            }
            </style>
            """;

    private record Box(String name, String says, int column, int row) {
        int x() {
            return MARGIN + column * (WIDE + APART);
        }

        int y() {
            return MARGIN + row * (HIGH + DOWN);
        }
    }

    private final Path root;
    private final Lessons lessons;
    private final Map<String, Box> boxes = new LinkedHashMap<>();
    private final List<List<String>> arrows = new ArrayList<>();

    ServerPicture(Path root, Lessons lessons) {
        this.root = root;
        this.lessons = lessons;
        JsonNode json = JsonMapper.shared().readTree(Text.read(root.resolve(SOURCE)));
        for (var box : json.path("boxes")) {
            var at = box.path("at");
            boxes.put(
                    box.path("lesson").asString(""),
                    new Box(
                            box.path("name").asString(""),
                            box.path("says").asString(""),
                            at.path(0).asInt(0),
                            at.path(1).asInt(0)));
        }
        json.path("arrows")
                .forEach(arrow -> arrows.add(
                        List.of(arrow.path(0).asString(""), arrow.path(1).asString(""))));
    }

    /** Returns the source's faults: a lesson without a box, a box or arrow without a lesson, two boxes in a place. */
    List<String> faults() {
        var faults = new ArrayList<String>();
        var known = lessons.all().stream().map(Lesson::slug).toList();
        known.stream()
                .filter(slug -> !boxes.containsKey(slug))
                .forEach(slug -> faults.add("the lesson " + slug + " has no box in " + SOURCE));
        boxes.keySet().stream()
                .filter(slug -> !slug.isEmpty() && !known.contains(slug))
                .forEach(slug -> faults.add(SOURCE + " has a box for " + slug + ", which is no lesson"));
        arrows.stream()
                .flatMap(List::stream)
                .distinct()
                .filter(slug -> !boxes.containsKey(slug))
                .forEach(slug -> faults.add(SOURCE + " has an arrow for " + slug + ", which has no box"));
        var places = new HashMap<String, String>();
        boxes.forEach((slug, box) -> {
            var other = places.put(box.column + " " + box.row, slug);
            if (other != null) {
                faults.add(SOURCE + " has " + other + " and " + slug + " in one place");
            }
        });
        return faults;
    }

    /** Draws the picture of each lesson, and the whole one. Returns the files whose picture is, or was, out of date. */
    List<Path> drawAll(boolean onlyCompare) {
        var changed = new ArrayList<Path>();
        draw(Path.of("lessons", NAME), whole(), onlyCompare, changed);
        for (var lesson : lessons.all()) {
            if (Files.isDirectory(root.resolve(lesson.folder()))) {
                draw(lesson.folder().resolve(NAME), upTo(lesson), onlyCompare, changed);
            }
        }
        return changed;
    }

    private void draw(Path file, String svg, boolean onlyCompare, List<Path> changed) {
        boolean same = Files.exists(root.resolve(file))
                && Text.read(root.resolve(file)).equals(svg);
        if (!same) {
            changed.add(file);
        }
        if (!same && !onlyCompare) {
            Text.write(root.resolve(file), svg);
        }
    }

    /** Returns the server at the end of the ladder. */
    String whole() {
        return draw(lessons.all(), "");
    }

    /** Returns the server as it is after this lesson, whose box is highlighted; later boxes are empty frames. */
    String upTo(Lesson lesson) {
        return draw(lessons.all().stream().filter(one -> one.upTo(lesson)).toList(), lesson.slug());
    }

    private String draw(List<Lesson> there, String newest) {
        int columns = boxes.values().stream().mapToInt(Box::column).max().orElse(0) + 1;
        int rows = boxes.values().stream().mapToInt(Box::row).max().orElse(0) + 1;
        int width = 2 * MARGIN + columns * (WIDE + APART) - APART;
        int height = 2 * MARGIN + rows * (HIGH + DOWN) - DOWN;
        var label = newest.isEmpty() ? "the whole server" : "the server after this lesson";
        var svg = new StringBuilder("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + width + " " + height
                + "\" width=\"" + width + "\" height=\"" + height + "\" role=\"img\" aria-label=\"A diagram of " + label
                + "\">\n" + STYLE);
        var slugs = new ArrayList<>(there.stream().map(Lesson::slug).toList());
        slugs.add("");
        for (var arrow : arrows) {
            if (slugs.containsAll(arrow)) {
                svg.append(arrow(boxes.get(arrow.get(0)), boxes.get(arrow.get(1))));
            }
        }
        boxes.forEach((slug, box) -> {
            var id = lessons.all().stream()
                    .filter(lesson -> lesson.slug().equals(slug))
                    .map(Lesson::id)
                    .findFirst()
                    .orElse("");
            svg.append(box(
                    box, id, slug.equals(newest) && !newest.isEmpty() ? "new" : slugs.contains(slug) ? "" : "later"));
        });
        return svg.append("</svg>\n").toString();
    }

    private static String box(Box box, String id, String kind) {
        var rect = "<g class=\"" + kind + "\"><rect x=\"" + box.x() + "\" y=\"" + box.y() + "\" width=\"" + WIDE
                + "\" height=\"" + HIGH + "\" rx=\"6\"/>";
        if (kind.equals("later")) {
            return rect + "</g>\n";
        }
        return rect + text(box.x() + 10, box.y() + 27, "name", box.name)
                + text(box.x() + 10, box.y() + 47, "", box.says)
                + "<text class=\"no\" text-anchor=\"end\" x=\"" + (box.x() + WIDE - 8) + "\" y=\"" + (box.y() + 16)
                + "\">" + id
                + "</text></g>\n";
    }

    private static String text(int x, int y, String kind, String text) {
        return "<text class=\"" + kind + "\" x=\"" + x + "\" y=\"" + y + "\">"
                + text.replace("&", "&amp;").replace("<", "&lt;") + "</text>";
    }

    /** Returns an arrow from the edge of one box to that of the other, along one axis in the same row or column. */
    private static String arrow(Box from, Box to) {
        int right = Integer.signum(to.column - from.column);
        int down = Integer.signum(to.row - from.row);
        int x1 = from.x() + (right == 0 ? WIDE / 2 : right > 0 ? WIDE : 0);
        int y1 = from.y() + (right != 0 && down != 0 || right != 0 ? HIGH / 2 : down > 0 ? HIGH : 0);
        int x2 = to.x() + (right == 0 ? WIDE / 2 : right > 0 ? 0 : WIDE);
        int y2 = to.y() + (right != 0 ? HIGH / 2 : down > 0 ? 0 : HIGH);
        int middle = (x1 + x2) / 2;
        var way = right != 0 && down != 0 ? "H" + middle + "V" + y2 + "H" + x2 : "L" + x2 + " " + y2;
        return "<path d=\"M" + x1 + " " + y1 + way + "\"/>" + tip(x2, y2, right, right == 0 ? down : 0) + "\n";
    }

    private static String tip(int x, int y, int right, int down) {
        int back = 7;
        int half = 4;
        int bx = x - right * back;
        int by = y - down * back;
        return "<path class=\"tip\" d=\"M" + x + " " + y + "L" + (bx + down * half) + " " + (by + right * half) + "L"
                + (bx - down * half) + " " + (by - right * half) + "Z\"/>";
    }
}
