package coach;

import coach.Verdict.Colour;
import java.util.List;

/**
 * Draws the matrix in SVG, using only rectangles and text, in colours that are readable on white and on black.
 *
 * <p><b>Threads:</b> one at a time.
 */
final class MatrixPicture {

    private static final int CELL = 30;
    private static final int GAP = 3;
    private static final int LEFT = 270;
    private static final int TOP = 54;
    private static final String GREY = "#6e7781";
    private static final String GREEN = "#1f883d";
    private static final String RED = "#cf222e";
    private static final String PALE = "#a40e26";
    private static final String ORANGE = "#bc4c00";

    private final Lessons lessons;
    private final StringBuilder svg = new StringBuilder();

    MatrixPicture(Lessons lessons) {
        this.lessons = lessons;
    }

    String draw(List<Cell> cells) {
        var judged = lessons.judged();
        var steps = lessons.steps();
        int width = Math.max(LEFT + judged.size() * CELL + 10, 640);
        int legend = TOP + steps.size() * CELL + 14;
        svg.append(String.format(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
                        + " font-family=\"ui-sans-serif, system-ui, sans-serif\" font-size=\"13\" role=\"img\""
                        + " aria-label=\"Each step of the ladder, judged by the tests of each lesson\">%n",
                width, legend + 34, width, legend + 34));
        text(LEFT, 18, GREY, "start", "judged by the tests of lesson");
        text(10, TOP - 12, GREY, "start", "the server after lesson");
        for (var lesson : judged) {
            text(x(lesson) + (CELL - GAP) / 2, TOP - 12, GREY, "middle", lesson.id());
        }
        for (var step : steps) {
            text(10, y(step) + 19, GREY, "start", step.toString());
        }
        cells.forEach(this::cell);
        legend(legend);
        return svg.append("</svg>\n").toString();
    }

    private void cell(Cell cell) {
        int x = x(cell.lesson());
        int y = y(cell.step());
        boolean green = cell.verdict().colour() == Colour.GREEN;
        if (!cell.fault().isEmpty()) {
            box(x, y, ORANGE, 1, "!");
        } else if (green) {
            box(x, y, GREEN, cell.toBeGreen() ? 1 : 0.55, "✓");
        } else {
            box(x, y, cell.promised() ? RED : PALE, cell.promised() ? 1 : 0.55, "✗");
        }
    }

    private void legend(int y) {
        box(10, y, GREEN, 1, "✓");
        text(44, y + 19, GREY, "start", "green, as it must be");
        box(190, y, RED, 1, "✗");
        text(224, y + 19, GREY, "start", "red, as the lesson promises");
        box(430, y, PALE, 0.55, "✗");
        text(464, y + 19, GREY, "start", "red, for a later lesson");
    }

    private void box(int x, int y, String colour, double opacity, String mark) {
        svg.append(String.format(
                java.util.Locale.ROOT,
                "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"4\" fill=\"%s\" fill-opacity=\"%.2f\"/>%n",
                x,
                y,
                CELL - GAP,
                CELL - GAP,
                colour,
                opacity));
        text(x + (CELL - GAP) / 2, y + 19, "#ffffff", "middle", mark);
    }

    private void text(int x, int y, String colour, String anchor, String text) {
        svg.append(String.format(
                "<text x=\"%d\" y=\"%d\" fill=\"%s\" text-anchor=\"%s\">%s</text>%n",
                x, y, colour, anchor, text.replace("&", "&amp;").replace("<", "&lt;")));
    }

    private int x(Lesson lesson) {
        return LEFT + lessons.judged().indexOf(lesson) * CELL;
    }

    private int y(Lesson step) {
        return TOP + lessons.steps().indexOf(step) * CELL;
    }
}
