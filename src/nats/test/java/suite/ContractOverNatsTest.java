package suite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The suite judges servers of a cluster: one of them, started with the settings of each class, and two by turns. */
@Tag("cluster")
final class ContractOverNatsTest {
    /** All but the browser's. */
    private static final String CHECKS = "01,02,03,04,05,06,07,08,09,10,13,FormsTest,GoAwayTest,HeadTest,HistoryTest,"
            + "IdempotencyTest,MediaTypesTest,NamesTest,RefusedEventsTest,StartTest";

    private static final Pattern TALLY = Pattern.compile("Of ([0-9]+) checks: ([0-9]+) green");

    @AfterEach
    void forgetTheServer() {
        Options.forget();
    }

    @Test
    void contractHoldsForAServerOfACluster() {
        try (var nodes = NatsNodes.start(1)) {
            // Each class of checks gets a stream of its own, as it gets a log of its own from a server that is alone.
            var command = "PUSH_NATS_STREAM=s$$ PUSH_NATS_URL=" + nodes.urls() + " exec "
                    + System.getProperty("java.home") + "/bin/java -XX:TieredStopAtLevel=1 -cp "
                    + System.getProperty("java.class.path") + " push.http.Main";

            var said = judge("--command", command, "--only", CHECKS);

            assertTrue(greens(said) > 190, said);
        }
    }

    @Test
    void contractHoldsForTwoServersByTurns() {
        try (var cluster = Cluster.start(NatsNodes.start(1), 2)) {
            var said = judge(cluster.a().url("/"), "--also", cluster.b().url("/"), "--only", CHECKS);

            assertTrue(greens(said) > 400, said);
        }
    }

    private static String judge(String... words) {
        var out = new ByteArrayOutputStream();

        int code = Main.run(new PrintStream(out, true, UTF_8), words);

        assertEquals(0, code, () -> out.toString(UTF_8));
        System.out.println(
                out.toString(UTF_8).lines().reduce((first, last) -> last).orElse(""));
        return out.toString(UTF_8);
    }

    private static int greens(String said) {
        var tally = TALLY.matcher(said);
        assertTrue(tally.find(), said);
        return Integer.parseInt(tally.group(2));
    }
}
