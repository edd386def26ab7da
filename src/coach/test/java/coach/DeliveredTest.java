package coach;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import lesson10_cost.Mine;
import lesson10_cost.Sink;
import lesson10_cost.Way;
import lesson10_cost.Ways;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import push.MessageLog;
import push.NewMessage;
import push.Wire;

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
        private final List<ByteBuffer> records = new ArrayList<>();
        private final List<Stream> streams = new ArrayList<>();

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
            records.add(ByteBuffer.wrap(record.repeat(1).getBytes(java.nio.charset.StandardCharsets.UTF_8)));
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

    /** What else may go wrong where buffers are shared or kept. */
    private enum Wrong {
        NOTHING(""),
        ONE_MESSAGE_A_DRAIN(
                "a stream that takes 150 bytes, and then nothing while four messages come had room for more after message 5"),
        BUFFER_OF_1_KB("it throws java.nio.BufferOverflowException at DeliveredTest.java:"),
        REST_IS_SHARED("a stream that takes "),
        STALE_AFTER_A_LAP("a stream that takes everything must get [61, 62, 63 … 8352], 8292 messages, but it got");

        final String found;

        Wrong(String found) {
            this.found = found;
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsWrongWhereBuffersAreSharedIsFoundOut(Wrong wrong) {
        var fault = Delivered.fault(new Sharing(wrong));

        assertTrue(wrong == Wrong.NOTHING ? fault.isEmpty() : fault.startsWith(wrong.found), fault);
    }

    private static final class Sharing implements Way {
        private static final int LENGTH = 8_192;

        private final MessageLog log = new MessageLog(LENGTH, 8 << 20);
        private final List<Stream> streams = new ArrayList<>();
        private final ByteBuffer[] shared = new ByteBuffer[LENGTH];
        private final long[] sequences = new long[LENGTH];
        private final Wrong wrong;

        Sharing(Wrong wrong) {
            this.wrong = wrong;
        }

        private static final class Stream {
            final Sink sink;
            long place;
            ByteBuffer rest = ByteBuffer.allocate(0);

            Stream(Sink sink, long place) {
                this.sink = sink;
                this.place = place;
            }
        }

        @Override
        public void open(Sink sink) {
            streams.add(new Stream(sink, log.newest()));
        }

        @Override
        public void append(NewMessage draft) {
            log.append(draft, 0);
        }

        @Override
        public void drain() {
            for (var stream : streams) {
                boolean room = true;
                while (room && (stream.rest.hasRemaining() || stream.place < log.newest())) {
                    boolean next = !stream.rest.hasRemaining();
                    if (next) {
                        var bytes = bytes(stream.place + 1);
                        stream.rest = wrong == Wrong.REST_IS_SHARED ? bytes : bytes.slice();
                        stream.place++;
                    }
                    room = stream.sink.write(stream.rest) > 0 && !(next && wrong == Wrong.ONE_MESSAGE_A_DRAIN);
                }
            }
        }

        private ByteBuffer bytes(long sequence) {
            int slot = (int) (sequence % LENGTH);
            boolean known = wrong == Wrong.STALE_AFTER_A_LAP ? shared[slot] != null : sequences[slot] == sequence;
            if (!known) {
                var bytes = log.get(sequence).record(Wire.NDJSON).buffer();
                shared[slot] = wrong == Wrong.BUFFER_OF_1_KB
                        ? ByteBuffer.allocate(1_024).put(bytes).flip()
                        : bytes.slice();
                sequences[slot] = sequence;
            }
            return shared[slot].rewind();
        }
    }
}
