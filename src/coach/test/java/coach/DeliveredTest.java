package coach;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import lesson10_cost.Mine;
import lesson10_cost.Sink;
import lesson10_cost.Way;
import lesson10_cost.Ways;
import org.junit.jupiter.api.Test;
import push.NewMessage;

class DeliveredTest {

    @Test
    void aPlaceOrAQueueForEachStreamBringsEverything() {
        assertEquals("", Delivered.fault(new Mine()));
        assertEquals("", Delivered.fault(new Ways.QueueForEach()));
    }

    @Test
    void whatIsWrittenOnceAndForgottenIsFoundOut() {
        var fault = Delivered.fault(new Ways.RecordForEach());

        assertTrue(
                fault.startsWith("a stream that takes 50 bytes at a time must get [1, 2, 3 … 60], 60 messages"), fault);
    }

    @Test
    void whatBringsNothingIsFoundOut() {
        var fault = Delivered.fault(new Way() {
            @Override
            public void open(Sink sink) {}

            @Override
            public void append(NewMessage draft) {}

            @Override
            public void drain() {}
        });

        assertEquals("a stream that takes everything must get [1, 2, 3 … 60], 60 messages, but it got []", fault);
    }
}
