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

    /** The rest of a record that was cut lies in the buffer that the other streams go on with. */
    @Test
    void aBufferThatIsSharedWithAStreamThatWasCutIsFoundOut() {
        var fault = Delivered.fault(new SharesWhatWasCut());

        assertTrue(fault.startsWith("a stream that takes "), fault);
    }

    private static final class SharesWhatWasCut implements Way {
        private final java.util.List<java.nio.ByteBuffer> records = new java.util.ArrayList<>();
        private final java.util.List<Stream> streams = new java.util.ArrayList<>();

        private static final class Stream {
            final Sink sink;
            int place;
            boolean cut;

            Stream(Sink sink, int place) {
                this.sink = sink;
                this.place = place;
            }
        }

        @Override
        public void open(Sink sink) {
            streams.add(new Stream(sink, records.size()));
        }

        @Override
        public void append(NewMessage draft) {
            var record = "{\"type\":\"message\",\"text\":\"" + draft.text() + "\"}\n";
            records.add(java.nio.ByteBuffer.wrap(record.repeat(1).getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        }

        @Override
        public void drain() {
            for (var stream : streams) {
                while (stream.place < records.size()) {
                    var shared = records.get(stream.place);
                    shared.position(stream.cut ? shared.position() : 0);
                    stream.cut = stream.sink.write(shared) == 0 || shared.hasRemaining();
                    if (stream.cut) {
                        break;
                    }
                    stream.place++;
                }
            }
        }
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
