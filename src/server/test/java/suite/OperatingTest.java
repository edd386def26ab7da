package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The files of {@code src/ops} for operators: the alerts refer to existing metrics, and the unit is valid. */
class OperatingTest {

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with();

    private static final Path OPS = Path.of("src/ops");
    private static final Pattern METRIC = Pattern.compile("\\bpush_\\w+");
    private static final Pattern LABEL = Pattern.compile("(push_\\w+\\{\\w+=\"\\w+\"\\})");

    @TempDir
    private Path folder;

    @LikelyCause("An alert reads a metric that the server does not have, and so never fires.")
    @Test
    void everyMetricOfTheAlertsIsOneOfTheServers() throws IOException {
        server.live(Format.NDJSON);
        var metrics = server.get("/metrics").body();
        var alerts = Files.readString(OPS.resolve("alerts.yml"));

        var unknown = new TreeSet<String>();
        var words = METRIC.matcher(expressions(alerts));
        while (words.find()) {
            if (!metrics.contains("# TYPE " + words.group() + " ")) {
                unknown.add(words.group());
            }
        }
        var labels = LABEL.matcher(expressions(alerts));
        while (labels.find()) {
            if (!metrics.contains("\n" + labels.group() + " ")) {
                unknown.add(labels.group());
            }
        }

        assertEquals(new TreeSet<>(), unknown, "in alerts.yml and not in\n" + metrics);
        assertTrue(METRIC.matcher(expressions(alerts)).results().count() > 8, alerts);
    }

    @Test
    void everyAlertSaysWhenAndWhatItMeans() throws IOException {
        var alerts = Files.readString(OPS.resolve("alerts.yml")).split("- alert: ");

        for (int i = 1; i < alerts.length; i++) {
            for (var part : new String[] {"expr: ", "for: ", "labels: {severity: ", "summary: \""}) {
                assertTrue(alerts[i].contains(part), "no " + part + "in " + alerts[i]);
            }
        }
    }

    @LikelyCause("systemd would refuse the unit, or start it without a part of it.")
    @Test
    void theUnitIsOne() throws IOException {
        var unit = Files.readString(OPS.resolve("push.service"));
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var file = Files.writeString(folder.resolve("push.service"), unit.replace("/usr/bin/java", java));

        assertTrue(unit.contains("\nRestartPreventExitStatus=2\n"), unit);
        assertTrue(unit.contains("\nKillSignal=SIGTERM\n"), unit);
        if (Files.isExecutable(Path.of("/usr/bin/systemd-analyze"))) {
            try (var analyze = Command.start("systemd-analyze", "verify", file.toString())) {
                assertEquals(0, analyze.exitCode(Deadline.PATIENCE.multipliedBy(4)), analyze.said());
                assertEquals("", analyze.said());
            }
        }
    }

    private static String expressions(String alerts) {
        return alerts.lines().filter(line -> line.strip().startsWith("expr: ")).collect(Collectors.joining("\n"));
    }
}
