package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import push.http.PushServer;
import push.http.RunningServer;
import suite.CheckResult.Outcome;

/**
 * The suite judges a server of a cluster, which starts with the settings of each class of checks. What needs no settings is
 * judged by {@link ContractByTurnsTest}, except for what touches the log, and except for the browser's.
 */
@Tag("cluster")
@Timeout(600)
final class ContractOverNatsTest {
    private static final List<String> CHECKS = List.of(
            "04,05,06,08,09,11,Lesson12SizesTest,Lesson13LimitsTest,Lesson13RatesTest,15,forms,head,history,idempotency,refused-events,start"
                    .split(","));

    private static final AtomicInteger STARTS = new AtomicInteger();
    private static volatile String urls = "";

    /** What starts a server of ours with settings. */
    static final class Server {
        private Server() {}

        /** With a stream of its own, as a server that is alone has a log of its own. */
        public static RunningServer start(Map<String, String> settings) {
            var all = new HashMap<>(settings);
            all.put("PUSH_NATS_URL", urls);
            all.put("PUSH_NATS_STREAM", "contract" + STARTS.incrementAndGet());
            return PushServer.start(all);
        }
    }

    @AfterEach
    void forgetTheServer() {
        Options.forget();
    }

    @Test
    void contractHoldsForAServerOfACluster() {
        try (var nodes = NatsNodes.start(1)) {
            urls = nodes.urls();
            Options.use(Options.server(Server.class.getName()));

            var results = Selection.of(CHECKS, CheckClass.all()).stream()
                    .flatMap(one -> new Runner(Map.of(), (name, greens) -> {}).run(one.selectors()).stream())
                    .toList();

            assertEquals(
                    List.of(),
                    results.stream().filter(one -> one.outcome() == Outcome.RED).toList());
            long green = results.stream()
                    .filter(one -> one.outcome() == Outcome.GREEN)
                    .count();
            System.out.println(green + " of " + results.size() + " checks are green");
            assertTrue(green > 190, () -> results.toString());
        }
    }
}
