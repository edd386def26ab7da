package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code GET /metrics}: the figures of {@code /status}, as Prometheus reads them. */
class MetricsTest {

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with("PUSH_MAX_STREAMS", "3");

    @Test
    void theyAreTextThatPrometheusReads() {
        var answer = server.get("/metrics");

        assertEquals(200, answer.status());
        assertEquals("text/plain; version=0.0.4; charset=utf-8", answer.header("content-type"));
        assertEquals("no-store", answer.header("cache-control"));
        for (var line : answer.body().lines().toList()) {
            assertTrue(
                    line.matches("# (HELP|TYPE) push_\\w+ .+|push_\\w+(\\{\\w+=\"\\w+\"\\})? -?[0-9.]+(E[0-9]+)?"),
                    line);
        }
    }

    @Test
    void openMetricsIsServedToClientsThatAskForIt() {
        var answer =
                server.request(server.at("/metrics").header("accept", "application/openmetrics-text;version=1.0.0"));

        assertTrue(
                answer.header("content-type").startsWith("application/openmetrics-text"),
                answer.header("content-type"));
        assertTrue(answer.body().endsWith("# EOF\n"), MalformedRecord.quote(answer.body()));
    }

    @LikelyCause("Prometheus with native histograms asks for protobuf first, and gets a format that the server lacks.")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,"
                        + "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited",
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,text/plain"
            })
    void whoAsksForProtobufFirstGetsText(String accept) {
        var answer = server.request(server.at("/metrics").header("accept", accept));

        assertEquals(200, answer.status());
        assertTrue(answer.body().contains("\npush_streams_open "), answer.body());
    }

    @Test
    void everyMetricHasATypeAndAHelp() {
        var body = server.get("/metrics").body();

        for (var name : metrics().keySet()) {
            var plain = name.replaceAll("\\{.*", "");
            var type = plain.endsWith("_total") ? " counter" : " gauge";
            assertTrue(body.contains("# TYPE " + plain + type + "\n"), "the type of " + plain + " in\n" + body);
            assertTrue(body.contains("# HELP " + plain + " "), "the help of " + plain + " in\n" + body);
        }
    }

    @Test
    void theyTellWhatTheStatusTells() {
        var kept = server.live(Format.NDJSON);
        var left = server.live(Format.SSE);
        left.cancel();
        server.awaitOpen(1);
        server.open(Format.SEED);
        server.open(Format.NDJSON);
        assertEquals(503, server.get("/messages").status());
        var newest = server.post("ann", "counted");
        kept.messagesUpTo("counted");
        server.awaitStatus(
                status -> status.json().at("/messages/deliveries").longValue() > 0, "deliveries", Deadline.PATIENCE);

        var status = server.awaitStatus(
                candidate -> expected(candidate, newest).equals(ofStatus(metrics())),
                "the figures of /metrics, " + metrics() + ", to be those of /status",
                Deadline.PATIENCE);

        assertEquals(1.0, metrics().get("push_streams_refused_total"));
        assertEquals(3.0, metrics().get("push_streams_open"));
        assertFalse(status.closed("client") == 0);
    }

    private static Map<String, Double> expected(Status status, String newest) {
        var json = status.json();
        var expected = new TreeMap<String, Double>();
        expected.put("push_streams_open", (double) status.open());
        expected.put("push_streams_opened_total", (double) status.opened().orElseThrow());
        expected.put("push_streams_refused_total", json.at("/streams/refused").doubleValue());
        status.closed()
                .forEach((reason, count) ->
                        expected.put("push_streams_closed_total{reason=\"" + reason + "\"}", (double) count));
        expected.put("push_messages_posted_total", json.at("/messages/posted").doubleValue());
        expected.put("push_deliveries_total", json.at("/messages/deliveries").doubleValue());
        expected.put("push_laps_total", json.at("/messages/laps").doubleValue());
        expected.put("push_wakeups_total", json.at("/messages/wakeups").doubleValue());
        expected.put("push_log_bytes", json.at("/log/bytes").doubleValue());
        expected.put("push_log_messages", (double) Storm.sequence(newest));
        expected.put("push_stream_lag_max", 0.0);
        return expected;
    }

    /** Returns the metrics that the status also has: no figures of connections, which belong to one implementation. */
    private static Map<String, Double> ofStatus(Map<String, Double> metrics) {
        metrics.keySet().removeIf(name -> name.startsWith("push_connections_") || name.startsWith("push_handshakes_"));
        return metrics;
    }

    private static Map<String, Double> metrics() {
        var metrics = new TreeMap<String, Double>();
        server.get("/metrics")
                .body()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split(" "))
                .forEach(words -> metrics.put(words[0], Double.valueOf(words[1])));
        return metrics;
    }
}
