package push;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** The wire form of the records that are not messages. */
final class WireTest {
    @Test
    void eachRecordIsOneLineOrOneEvent() {
        assertEquals(
                "{\"type\":\"start\",\"resumed\":true,\"id\":\"e-3\",\"heartbeatMs\":15000}\n",
                Wire.NDJSON.start(null, "e-3", 15_000, 7));
        assertEquals(
                "{\"type\":\"start\",\"resumed\":false,\"reason\":\"new\",\"id\":\"e-0\",\"heartbeatMs\":15000}\n",
                Wire.NDJSON.start("new", "e-0", 15_000, 7));
        assertEquals("{\"type\":\"heartbeat\",\"id\":\"e-1\"}\n", Wire.NDJSON.heartbeat("e-1"));
        assertEquals("{\"type\":\"bye\",\"reason\":\"drain\",\"retryMs\":1234}\n", Wire.NDJSON.bye("drain", 1_234));
        assertEquals(
                "id: e-3\n"
                        + "retry: 7\n"
                        + "event: start\n"
                        + "data: {\"type\":\"start\",\"resumed\":true,\"id\":\"e-3\",\"heartbeatMs\":1}\n\n",
                Wire.SSE.start(null, "e-3", 1, 7));
        assertEquals("event: heartbeat\ndata: {\"type\":\"heartbeat\",\"id\":\"e-1\"}\n\n", Wire.SSE.heartbeat("e-1"));
        assertEquals(
                "retry: 1234\nevent: bye\ndata: {\"type\":\"bye\",\"reason\":\"drain\",\"retryMs\":1234}\n\n",
                Wire.SSE.bye("drain", 1_234));
    }
}
