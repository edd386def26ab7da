package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How a server of a cluster starts: with its log filled, not at all, or, alone, without any of this. */
@Tag("cluster")
final class ClusterStartTest {
    private static Cluster cluster;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(NatsNodes.start(1), 1);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void serverThatStartsHasTheTailBeforeItIsReady() {
        for (int i = 0; i < 200; i++) {
            cluster.a().post("ann", "tail " + i, "");
        }
        var newest =
                cluster.a().get("/status").json().path("log").path("newest").asString("");
        try (var third = KitServer.start(cluster.settings())) {
            var status = third.get("/status").json();

            assertEquals(newest, status.path("log").path("newest").asString(""));
            assertEquals(
                    cluster.a().get("/history?limit=150").body(),
                    third.get("/history?limit=150").body());
        }
    }

    @Test
    void ofStreamsThatWereMadeAtTheSameMomentTheOldestCounts() {
        var nodes = NatsNodes.start(1);
        var names = makeTwoAtTheSameMoment(nodes);
        var oldest = nodes.manage(management -> {
            var infos = new TreeMap<ZonedDateTime, String>();
            for (var name : names) {
                infos.put(management.getStreamInfo(name).getCreateTime(), name);
            }
            return infos.firstEntry().getValue();
        });

        try (var both = Cluster.start(nodes, 2)) {
            assertEquals(List.of(oldest), nodes.manage(management -> management.getStreamNames("push.messages")));
            try (var reader = Reader.start(List.of(both.b()), 0, Format.NDJSON)) {
                var id = both.a()
                        .post("ann", "in the oldest", "")
                        .json()
                        .path("id")
                        .asString("");

                reader.await("in the oldest", Deadline.PATIENCE);
                assertTrue(oldest.endsWith(id.substring(0, id.indexOf('-'))), () -> id + " is not of " + oldest);
            }
        }
    }

    /** A single NATS server gives one subject to several streams if they are asked for at the same moment, in most tries. */
    private static List<String> makeTwoAtTheSameMoment(NatsNodes nodes) {
        var made = new AtomicReference<>(List.<String>of());
        var number = new AtomicInteger();
        boolean two = Deadline.in(Deadline.PATIENCE).poll(() -> {
            nodes.manage(management -> {
                for (var name : made.get()) {
                    management.deleteStream(name);
                }
                return "";
            });
            var barrier = new CyclicBarrier(4);
            CompletableFuture.allOf(Stream.generate(() -> CompletableFuture.runAsync(
                                    () -> {
                                        var name = "push-made" + number.incrementAndGet();
                                        try (var operator = nodes.connect()) {
                                            barrier.await(20, TimeUnit.SECONDS);
                                            operator.management()
                                                    .addStream(StreamConfiguration.builder()
                                                            .name(name)
                                                            .subjects("push.messages")
                                                            .build());
                                        } catch (Exception e) { // Another one has the subject.
                                        }
                                    },
                                    Threads.named("suite-maker")))
                            .limit(4)
                            .toArray(CompletableFuture<?>[]::new))
                    .join();
            made.set(nodes.manage(management -> management.getStreamNames("push.messages")));
            return made.get().size() > 1;
        });
        assertTrue(two, "NATS has given the subject to one stream each time: the servers need to choose none");
        return made.get();
    }

    @Test
    void serverThatCannotReachNatsIsNotReadyAndSaysSo() throws Exception {
        var settings = cluster.settings("PUSH_NATS_URL", "nats://127.0.0.1:1");
        try (var third = KitServer.launch(settings)) {
            for (var path : List.of("/readyz", "/messages", "/history", "/")) {
                var answer = third.get(path);
                assertEquals(503, answer.status(), path);
                assertEquals("1", answer.header("retry-after"), path);
            }
            assertEquals(503, third.post("ann", "too early", "").status());
            assertEquals(200, third.get("/healthz").status());
            assertEquals(200, third.get("/metrics").status());
            assertEquals(
                    "away",
                    third.get("/status").json().path("nats").path("state").asString(""));
            try (var events = third.open(Format.SSE, "")) {
                var bye = events.next("bye");
                assertEquals("start", bye.text("reason"));
            }
        }
    }

    @Test
    void threeReplicasOnAnOldServerAreRefusedInWords() throws Exception {
        try (var old = NatsNodes.start(NatsNodes.program("old"), 1, "")) {
            var refused = new AssertionError[1];
            var settings = Map.of("PUSH_NATS_URL", old.urls(), "PUSH_NATS_REPLICAS", "3");
            try {
                KitServer.launch(settings).close();
            } catch (AssertionError e) {
                refused[0] = e;
            }
            assertNotEquals(null, refused[0], "it must not start");
            var said = String.valueOf(refused[0].getMessage());
            assertTrue(said.contains("push: NATS 2.9"), said);
            assertTrue(said.contains("use NATS 2.10 or newer, or PUSH_NATS_REPLICAS=1"), said);

            try (var one = KitServer.start(Map.of("PUSH_NATS_URL", old.urls()))) {
                assertEquals(201, one.post("ann", "one replica is fine", "").status());
            }
        }
    }

    @Test
    void everyMetricOfTheAlertsIsOneOfTheServers() throws Exception {
        var metrics = cluster.a().get("/metrics").body();
        var named = Pattern.compile("push_nats_\\w+")
                .matcher(Files.readString(Path.of("src/ops/alerts-nats.yml")))
                .results()
                .map(one -> one.group().replaceFirst("_bucket$", ""))
                .distinct()
                .toList();

        assertEquals(5, named.size(), named.toString());
        named.forEach(name -> assertTrue(metrics.contains("# TYPE " + name + " "), name + " is not in\n" + metrics));
    }

    @Test
    void withoutAUrlNoClassOfTheClientIsLoaded() throws Exception {
        var out = Files.createTempFile("push", ".classes");
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var builder = new ProcessBuilder(
                java, "-verbose:class", "-cp", System.getProperty("java.class.path"), "push.http.Main");
        builder.environment().put("PUSH_PORT", "0");
        var process =
                builder.redirectErrorStream(true).redirectOutput(out.toFile()).start();
        try {
            boolean serves = Deadline.in(Deadline.PATIENCE.multipliedBy(4))
                    .poll(() -> read(out).contains("Serving https://"));
            assertTrue(serves, () -> read(out));
            assertTrue(read(out).contains("push.LocalPublisher"), "the list of classes is there");
            var foreign = read(out)
                    .lines()
                    .filter(line -> line.contains(" io.nats.") || line.contains(" push.nats."))
                    .toList();
            assertEquals(List.of(), foreign);
        } finally {
            process.destroyForcibly().onExit().join();
            Files.delete(out);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
