package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Storms against the reference, and their verdicts on faulty deliveries. */
class StormTest {

    @RegisterExtension
    static final JudgedServer server = JudgedServer.with("PUSH_POST_BURST", "100");

    @RegisterExtension
    final Figures figures = new Figures();

    @Test
    void everyStreamReceivesEveryMessageOnceAndInOrder() {
        var before = server.open(Format.NDJSON);
        var storm = Storm.start(server, 500, 4);
        // More than the history that a new stream is given, so that it cannot receive them all.
        storm.awaitPosted(150);
        var joined = server.open(server.newClient(), Format.SSE);
        storm.finish();

        var delivery = storm.delivered(before);
        var late = storm.deliveredToLatecomer(joined);

        delivery.into(figures).assertPerfect();
        figures.putMs("p99", Storm.percentile(storm.latencies(before), 99));
        assertEquals(500, delivery.expected());
        late.assertPerfect();
        assertTrue(late.expected() < 500, late.toString());
    }

    @Test
    void a429IsWaitedFor() {
        var storm = Storm.start(server, 130, 1).finish();

        assertEquals(130, storm.texts().size());
        assertEquals(130, storm.texts().stream().distinct().count());
    }

    @Test
    void aStreamThatWasCutShortIsToldAsTrouble() {
        var recorder = server.open(Format.NDJSON);
        var storm = Storm.start(server, 20, 2);
        storm.awaitPosted(1);
        recorder.cancel();
        storm.finish();

        var delivery = storm.delivered(recorder);

        assertTrue(delivery.trouble().contains("CANCELLED"), delivery.toString());
        assertThrows(AssertionError.class, delivery::assertPerfect);
    }

    @Test
    void whatIsMissingRepeatedOrOutOfOrderIsCounted() {
        var order = List.of("a", "b", "c", "d");

        assertEquals(new Delivery(4, 4, 0, 0, ""), Delivery.of(order, List.of("a", "b", "c", "d")));
        assertEquals(new Delivery(4, 3, 0, 0, ""), Delivery.of(order, List.of("a", "b", "d")));
        assertEquals(new Delivery(4, 4, 1, 0, ""), Delivery.of(order, List.of("a", "b", "b", "c", "d")));
        assertEquals(new Delivery(4, 4, 1, 0, ""), Delivery.of(order, List.of("a", "b", "c", "d", "a")));
        assertEquals(new Delivery(4, 4, 0, 1, ""), Delivery.of(order, List.of("a", "c", "b", "d")));
        assertEquals(new Delivery(4, 4, 0, 3, ""), Delivery.of(order, List.of("d", "c", "b", "a")));
        assertEquals(new Delivery(4, 1, 0, 0, ""), Delivery.of(order, List.of("x", "a", "y")));
        assertEquals(1, Delivery.of(order, List.of("a", "b", "d")).missing());
    }

    @Test
    void onlyAWholeDeliveryOfSomethingIsPerfect() {
        var one = Delivery.of(List.of("a"), List.of("a"));

        one.plus(one).assertPerfect();
        assertThrows(AssertionError.class, Delivery.NONE::assertPerfect);
        var failure = assertThrows(AssertionError.class, one.plus(Delivery.of(List.of("b"), List.of()))::assertPerfect);
        assertEquals(
                "expected each message once and in the one order, but delivered 1/2 · repeated 0 · out of order 0",
                failure.getMessage());
    }
}
