package suite;

import static java.util.stream.Collectors.toMap;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Clients that people use, from npm, Maven Central and the JDK, all at the same time: they come back, and miss nothing. */
@Tag("clients")
@Timeout(300)
class ComeBackTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @RegisterExtension
    final Opened opened = new Opened();

    private List<ComeBack> clients = List.of();

    @AfterEach
    void close() {
        clients.forEach(ComeBack::close);
    }

    @Test
    @LikelyCause("A client takes what the server says while it goes down for an end that is for good.")
    void aRestartLosesNone() {
        var server = opened.closing(new Restarted("PUSH_STALL_MS", "60000"));
        server.post(List.of("one", "two"));
        clients = ComeBack.all(server.url("/messages"));
        awaitTexts("one", "two");
        var stalled = opened.closing(server.stalled());
        server.post(List.of("three"));

        server.terminate();
        await("a bye for each", () -> clients.stream().allMatch(client -> client.byes("drain") > 0));
        server.awaitEnd();
        assertTrue(
                clients.stream().anyMatch(client -> client.byes("drain") > 1), "none came back too soon: " + clients);
        stalled.close();
        server.start();
        server.post(List.of("four", "five"));

        awaitTexts("one", "two", "three", "four", "five");
    }

    @Test
    @LikelyCause("A client takes a server that is full, or a rate, for an end that is for good.")
    void aFullServerAndARateLoseNone() {
        var server = opened.closing(
                new Restarted("PUSH_MAX_STREAMS", "7", "PUSH_OPENS_PER_SECOND", "4", "PUSH_OPEN_BURST", "2"));
        var relay = opened.closing(FaultyProxy.to(server.port()));
        server.post(List.of("one"));
        clients = ComeBack.all(relay.url("/messages"));
        awaitTexts("one");

        relay.refuse();
        relay.reset();
        await("no stream", () -> server.open() == 0);
        var crowd = new ArrayList<RawClient>();
        for (int i = 0; i < 7; i++) {
            crowd.add(opened.closing(RawClient.connect("localhost", server.port(), RawClient.Options.PLAIN)));
            assertEquals(200, crowd.get(i).open(Format.NDJSON).status());
        }
        server.post(List.of("two"));
        long before = server.refused();
        relay.pass();
        await("a refusal for each", () -> server.refused() >= before + clients.size());
        server.post(List.of("three"));
        crowd.forEach(RawClient::close);

        awaitTexts("one", "two", "three");
    }

    /**
     * Behind a proxy that speaks HTTP/1.1, a client is an address and comes back on its own connection. All share one
     * address, whose streams another client takes.
     */
    @Test
    @LikelyCause("Over HTTP/1.1 a client takes 429 for an end that is for good.")
    void aClientThatIsToldToWaitOverHttp1IsNotLost() {
        var server = opened.closing(new Restarted(
                "PUSH_TRUSTED_PROXIES", "127.0.0.1, ::1",
                "PUSH_MAX_STREAMS_PER_CONNECTION", "7",
                "PUSH_OPENS_PER_SECOND", "2",
                "PUSH_OPEN_BURST", "7"));
        var proxy = opened.closing(FaultyProxy.adding("X-Forwarded-For: 192.0.2.1", server.port()));
        server.post(List.of("one"));
        clients = ComeBack.all("http://localhost:" + proxy.port() + "/messages");
        awaitTexts("one");

        proxy.refuse();
        proxy.reset();
        await("no stream", () -> server.open() == 0);
        var greedy = opened.closing(RawClient.connect("localhost", server.port(), RawClient.Options.PLAIN));
        var taken = new ArrayList<Recorder>();
        await("seven streams of the same client", () -> {
            var stream = greedy.open(Format.NDJSON, "x-forwarded-for", "192.0.2.1");
            return stream.status() == 200 && taken.add(stream) && taken.size() == 7;
        });
        server.post(List.of("two"));
        var before = clients.stream().collect(toMap(client -> client.name, ComeBack::told429));
        proxy.pass();
        await("a 429 for each", () -> clients.stream().allMatch(client -> client.told429() > before.get(client.name)));
        server.post(List.of("three"));
        greedy.close();

        awaitTexts("one", "two", "three");
    }

    private void awaitTexts(String... texts) {
        var expected = clients.stream().collect(toMap(client -> client.name, client -> List.of(texts)));
        if (!Deadline.in(PATIENCE).poll(() -> expected.equals(texts()))) {
            assertEquals(expected, texts(), clients::toString);
        }
    }

    private Map<String, List<String>> texts() {
        return clients.stream().collect(toMap(client -> client.name, ComeBack::texts));
    }

    private void await(String expected, BooleanSupplier fact) {
        assertTrue(Deadline.in(PATIENCE).poll(fact), () -> expected + " within " + PATIENCE + ", but: " + clients);
    }
}
