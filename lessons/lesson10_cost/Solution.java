package lesson10_cost;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import push.MessageLog;
import push.NewMessage;
import push.Wire;

/** The end of lesson 10: streams that stand at the same place write from one buffer. */
public final class Solution implements Way {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final MessageLog log = new MessageLog(8_192, 8 << 20);
    private final List<Stream> streams = new ArrayList<>();
    private ByteBuffer shared = NOTHING;
    private long sharedSequence; // Whose bytes they are.
    private int start; // Where they begin.

    @Override
    public void open(Sink sink) {
        streams.add(new Stream(sink, log.newest()));
    }

    @Override
    public void append(NewMessage draft) {
        log.append(draft, System.currentTimeMillis());
    }

    @Override
    public void drain() {
        for (Stream stream : streams) {
            stream.drain();
        }
    }

    /** A message's bytes, from their beginning, in the buffer that all streams share. */
    private ByteBuffer bytes(long sequence) {
        if (sequence != sharedSequence) {
            shared = log.get(sequence).record(Wire.NDJSON).buffer();
            start = shared.position();
            sharedSequence = sequence;
        }
        return shared.position(start);
    }

    private final class Stream {
        final Sink sink;
        long place; // The sequence of the last message that was taken from the log.
        ByteBuffer rest = NOTHING; // Of the message at that place.

        Stream(Sink sink, long place) {
            this.sink = sink;
            this.place = place;
        }

        void drain() {
            while (writeRest() && place < log.newest()) {
                ByteBuffer bytes = bytes(place + 1);
                if (sink.write(bytes) == 0) {
                    return; // Full, and nothing of it has gone out: the place stays.
                }
                place++;
                rest = bytes.hasRemaining() ? bytes.slice() : NOTHING;
            }
        }

        private boolean writeRest() {
            while (rest.hasRemaining()) {
                if (sink.write(rest) == 0) {
                    return false;
                }
            }
            return true;
        }
    }
}
