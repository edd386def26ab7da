package bench;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;

/**
 * Draws charts as SVG that look right on light and dark pages: bars from zero, everything else on logarithmic axes.
 *
 * <p><b>Threads:</b> confined to one.
 */
final class Chart {
    /** Some points of one item, joined by a line. */
    record Series(String name, List<double[]> points) {}

    /** One item and its values, in ascending order. */
    record Row(String name, double... values) {}

    private static final int WIDTH = 760;
    private static final int LEFT = 190;
    private static final int RIGHT = 30;
    private static final int TOP = 48;
    private static final int LEGEND = 18;
    private static final String STYLE = """
        <style>
          .page { fill: #ffffff; } text { fill: #1f2328; font: 13px system-ui, sans-serif; }
          .title { font-size: 15px; font-weight: 600; } .small { font-size: 11px; } .grid { stroke: #d1d9e0; }
          .c0 { stroke: #0969da; fill: #0969da; } .c1 { stroke: #cf222e; fill: #cf222e; }
          .c2 { stroke: #1a7f37; fill: #1a7f37; } .c3 { stroke: #9a6700; fill: #9a6700; }
          .c4 { stroke: #8250df; fill: #8250df; } .c5 { stroke: #57606a; fill: #57606a; }
          text.c0, text.c1, text.c2, text.c3, text.c4, text.c5 { stroke: none; } polyline.line { fill: none; stroke-width: 2; }
          @media (prefers-color-scheme: dark) {
            .page { fill: #0d1117; } text { fill: #e6edf3; } .grid { stroke: #30363d; }
            .c0 { stroke: #58a6ff; fill: #58a6ff; } .c1 { stroke: #ff7b72; fill: #ff7b72; }
            .c2 { stroke: #3fb950; fill: #3fb950; } .c3 { stroke: #d29922; fill: #d29922; }
            .c4 { stroke: #bc8cff; fill: #bc8cff; } .c5 { stroke: #8b949e; fill: #8b949e; }
          }
        </style>
        """;

    private final StringBuilder svg = new StringBuilder();
    private final int height;
    private final int top;
    private double minX = Double.MAX_VALUE;
    private double maxX = -Double.MAX_VALUE;
    private double minY = Double.MAX_VALUE;
    private double maxY = -Double.MAX_VALUE;
    private boolean bars;

    private Chart(int height, int legend, String title, String below) {
        this.height = height + legend;
        this.top = TOP + legend;
        put(
                "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' role='img' aria-label='%s'>%n%s",
                WIDTH, this.height, title, STYLE);
        put("<rect class='page' width='%d' height='%d' rx='6'/>%n", WIDTH, this.height);
        put("<text class='title' x='16' y='26'>%s</text>%n", title);
        put("<text class='small' x='%d' y='%d' text-anchor='end'>%s</text>%n", WIDTH - RIGHT, this.height - 8, below);
    }

    /** Draws lines over two logarithmic axes, with their names above. */
    static String lines(String title, String across, List<Series> all) {
        Chart chart = new Chart(380, all.size() * LEGEND, title, across);
        for (Series series : all) {
            for (double[] point : series.points) {
                chart.minX = Math.min(chart.minX, Math.log10(point[0]));
                chart.maxX = Math.max(chart.maxX, Math.log10(point[0]));
                chart.minY = Math.min(chart.minY, Math.floor(Math.log10(point[1])));
                chart.maxY = Math.max(chart.maxY, Math.ceil(Math.log10(point[1])));
            }
        }
        chart.gridAcross();
        chart.gridUp();
        for (int i = 0; i < all.size(); i++) {
            chart.line(i, all.get(i));
        }
        return chart.svg + "</svg>\n";
    }

    private void line(int color, Series series) {
        StringBuilder points = new StringBuilder();
        for (double[] point : series.points) {
            points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(point[0]), y(point[1])));
            put("<circle class='c%d' cx='%.1f' cy='%.1f' r='3.5'/>%n", color, x(point[0]), y(point[1]));
        }
        put(
                "<polyline class='c%d line' points='%s'/>%n",
                color, points.toString().strip());
        put("<text class='c%d' x='%d' y='%d'>%s</text>%n", color, LEFT, TOP + 4 + color * LEGEND, series.name);
    }

    /** Draws a row for each item: a bar for one value, marks joined by a line for several. */
    static String rows(String title, String across, List<Row> rows) {
        Chart chart = new Chart(TOP + rows.size() * 30 + 56, 0, title, across);
        chart.bars = rows.stream().allMatch(row -> row.values.length == 1);
        for (Row row : rows) {
            for (double value : row.values) {
                chart.minX = chart.bars ? 0 : Math.min(chart.minX, Math.floor(Math.log10(value) - .2)); // For its name.
                chart.maxX = Math.max(chart.maxX, chart.bars ? value : Math.ceil(Math.log10(value)));
            }
        }
        chart.gridAcross();
        for (int i = 0; i < rows.size(); i++) {
            chart.row(i, rows.get(i));
        }
        return chart.svg + "</svg>\n";
    }

    private void row(int index, Row row) {
        double middle = TOP + 20 + index * 30.0;
        double first = row.values.length == 1 ? LEFT : x(row.values[0]);
        double last = x(row.values[row.values.length - 1]);
        int thick = row.values.length == 1 ? 14 : 3;
        put("<text x='%d' y='%.1f' text-anchor='end'>%s</text>%n", LEFT - 10, middle + 4, row.name);
        put(
                "<rect class='c%d' x='%.1f' y='%.1f' width='%.1f' height='%d'/>%n",
                index % 6, first, middle - thick / 2.0, Math.max(1, last - first), thick);
        if (row.values.length == 1) {
            put("<text class='small' x='%.1f' y='%.1f'>%s</text>%n", last + 5, middle + 4, number(row.values[0]));
            return;
        }
        for (int i = 0; i < row.values.length; i++) { // The least is labelled before it, the greatest after it.
            double x = x(row.values[i]);
            boolean isFirst = i == 0;
            boolean isLast = i == row.values.length - 1;
            put("<circle class='c%d' cx='%.1f' cy='%.1f' r='5'/>%n", index % 6, x, middle);
            put(
                    "<text class='small' x='%.1f' y='%.1f' text-anchor='%s'>%s</text>%n",
                    isFirst ? x - 9 : isLast ? x + 9 : x,
                    isFirst || isLast ? middle + 4 : middle - 8,
                    isFirst ? "end" : isLast ? "start" : "middle",
                    number(row.values[i]));
        }
    }

    private void gridAcross() {
        double step = bars ? step(maxX) : 1;
        for (double place = Math.ceil(minX); place <= maxX; place += step) {
            double value = bars ? place : Math.pow(10, place);
            double x = x(value);
            put("<line class='grid' x1='%.1f' y1='%d' x2='%.1f' y2='%d'/>%n", x, top, x, height - 42);
            put("<text class='small' x='%.1f' y='%d' text-anchor='middle'>%s</text>%n", x, height - 27, number(value));
        }
    }

    /** Returns one, two or five, times a power of ten, so that there are at most six steps. */
    private static double step(double max) {
        double power = Math.pow(10, Math.floor(Math.log10(max / 5)));
        return max / power <= 10 ? 2 * power : max / power <= 25 ? 5 * power : 10 * power;
    }

    private void gridUp() {
        for (int power = (int) minY; power <= maxY; power++) {
            double y = y(Math.pow(10, power));
            put("<line class='grid' x1='%d' y1='%.1f' x2='%d' y2='%.1f'/>%n", LEFT, y, WIDTH - RIGHT, y);
            put(
                    "<text class='small' x='%d' y='%.1f' text-anchor='end'>%s</text>%n",
                    LEFT - 8, y + 4, number(Math.pow(10, power)));
        }
    }

    private double x(double value) {
        double place = bars ? value : Math.log10(value);
        return LEFT + (place - minX) / (maxX - minX) * (WIDTH - LEFT - RIGHT - 40);
    }

    private double y(double value) {
        return height - 42 - (Math.log10(value) - minY) / (maxY - minY) * (height - 42 - top);
    }

    /** Returns a number with at most three significant figures. */
    private static String number(double value) {
        return value >= 100
                ? String.format(Locale.ROOT, "%,.0f", value)
                : new BigDecimal(value)
                        .round(new MathContext(3))
                        .stripTrailingZeros()
                        .toPlainString();
    }

    private void put(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values));
    }
}
