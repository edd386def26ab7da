package bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bench.Results.Floor;
import bench.Results.Memory;
import bench.Results.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of results follows from them, in the report and in DESIGN.md. */
final class ReportTest {
    private static final String KIT = "kit, JDK 17";
    private static final String ROW = "100 connections, one message in flight: CPU a delivery, µs:** ";

    private final Results results =
            new Results(false, 3, new Machine("2026-11-29", "m", "cpu", 2, 1L, "17", "v20", "c", "0.1"));

    @Test
    void figureIsTheMedianOfTheRoundsWithItsSpread(@TempDir Path root) throws IOException {
        deliveries(KIT, 7, 5, 6);

        assertTrue(report(root).contains("| kit, JDK 17 | 1 | 100.0 % | 6.00 (5.00–7.00) |"));
    }

    @Test
    void placeOfTheKitFollowsFromTheFigures(@TempDir Path root) throws IOException {
        deliveries(KIT, 6);
        deliveries("Vert.x, JDK 17", 7);
        deliveries("Go", 4);

        assertTrue(verdict(root)
                .startsWith("the kit is first of the servers on a JVM and Node, and 1.50 times that of Go."));
    }

    @Test
    void smallDifferenceIsATie(@TempDir Path root) throws IOException {
        deliveries(KIT, 6.6);
        deliveries("Vert.x, JDK 17", 6);
        deliveries("Node", 9);

        assertTrue(verdict(root).startsWith("1.10 times that of Vert.x, JDK 17, which is a tie."));
    }

    @Test
    void designHasTheTableOfTheReport(@TempDir Path root) throws IOException {
        deliveries(KIT, 6);
        results.floors().add(new Floor(9_000, 1, 10));
        results.scaling().add(wire(KIT, "growth", 9_000, 1, 15));

        String report = report(root);

        String design = Files.readString(root.resolve("DESIGN.md"));
        String table = design.substring(design.indexOf("| |"), design.indexOf("\n<!-- end -->"));
        assertTrue(table.contains("- **9,000 connections, one in flight:** 1.50 (kit, JDK 17) times the floor."));
        assertTrue(report.contains(table));
        assertFalse(design.contains("old"));
        assertTrue(design.endsWith("<!-- end -->\n\nafter\n"));
    }

    @Test
    void partThatIsMeasuredAgainTakesThePlaceOfWhatWasThere() {
        deliveries(KIT, 6);
        deliveries("Go", 4);
        results.leftOut().add("round 1 of 3: Go: it failed (timeout)");
        results.memory().add(new Memory("Go", 1, 0, 0));

        results.forget("Go"::equals);

        assertEquals(
                List.of(KIT), results.wire().stream().map(Wire::peer).distinct().toList());
        assertEquals(List.of(), results.leftOut());
        assertEquals(List.of(), results.memory());
    }

    private void deliveries(String peer, double... cpuMicros) {
        for (double micros : cpuMicros) {
            results.wire().add(wire(peer, Row.ONE.name(), 100, 1, micros));
            results.joins().add(wire(peer, "wave 1", 1_000, 1, 2_000));
        }
    }

    private static Wire wire(String peer, String row, int connections, int streams, double cpuMicros) {
        var run = new Experiment.Run(
                connections * streams, 1, 10, 10L * connections * streams, 1, cpuMicros, 500, 1_000, 2_000, "");
        return new Wire(peer, row, connections, streams, 0, 1L, run);
    }

    private String verdict(Path root) throws IOException {
        String report = report(root);
        int from = report.indexOf(ROW);
        assertTrue(from > 0, report);
        return report.substring(from + ROW.length());
    }

    private String report(Path root) throws IOException {
        Files.writeString(
                root.resolve("DESIGN.md"),
                "before\n\n<!-- what make bench has measured -->\n\nold\n\n<!-- end -->\n\nafter\n");
        Path folder = Files.createDirectories(root.resolve("benchmarks"));
        new Report(results, folder).write();
        return Files.readString(folder.resolve("REPORT.md"));
    }
}
