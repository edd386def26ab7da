package bench;

import bench.Chart.Row;
import bench.Chart.Series;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * A page of Markdown that grows line by line, with its charts beside it.
 *
 * <p><b>Threads:</b> confined to one.
 */
final class Page {
    private final Path folder;
    private final StringBuilder page = new StringBuilder();

    Page(Path folder) {
        this.folder = folder;
    }

    void write() throws IOException {
        Files.writeString(folder.resolve("REPORT.md"), page);
    }

    /** Inserts the page into another between two lines, replacing the text there. */
    void writeInto(Path file, String begin, String end) throws IOException {
        String text = Files.readString(file);
        int from = text.indexOf(begin) + begin.length();
        Files.writeString(
                file, text.substring(0, from) + "\n\n" + page + "\n" + text.substring(text.indexOf(end, from)));
    }

    void rows(String name, String title, String across, List<Row> rows) throws IOException {
        chart(name, title, Chart.rows(title, across, rows));
    }

    <T> void lines(
            String name,
            String title,
            String across,
            List<T> all,
            Function<T, String> series,
            ToDoubleFunction<T> x,
            ToDoubleFunction<T> y)
            throws IOException {
        List<Series> lines = new ArrayList<>();
        for (String one : all.stream().map(series).distinct().toList()) {
            lines.add(new Series(
                    one,
                    all.stream()
                            .filter(t -> series.apply(t).equals(one))
                            .map(t -> new double[] {x.applyAsDouble(t), y.applyAsDouble(t)})
                            .toList()));
        }
        chart(name, title, Chart.lines(title, across, lines));
    }

    void chart(String name, String title, String svg) throws IOException {
        Files.createDirectories(folder.resolve("charts"));
        Files.writeString(folder.resolve("charts").resolve(name + ".svg"), svg);
        put("![%s](charts/%s.svg)\n", title, name);
    }

    static String words(String camelCase) {
        return camelCase.replaceAll("([A-Z])", " $1").toLowerCase(Locale.ROOT);
    }

    void put(String format, Object... values) {
        page.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
