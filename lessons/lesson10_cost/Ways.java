package lesson10_cost;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import push.MessageLog;
import push.NewMessage;
import push.Wire;
import tools.jackson.databind.json.JsonMapper;

/** How the servers of earlier lessons bring a message to their streams, without their network. */
public final class Ways {
    private Ways() {}

    private static final JsonMapper JSON = new JsonMapper();

    /** Lesson 00: the newest 50 again, encoded for each stream. */
    public static final class SnapshotForEach implements Way {
        private record Stored(String user, String text, long time) {}

        private final Deque<Stored> newest = new ArrayDeque<>();
        private final List<Sink> sinks = new ArrayList<>();

        @Override
        public void open(Sink sink) {
            sinks.add(sink);
        }

        @Override
        public void append(NewMessage draft) {
            newest.addFirst(new Stored(draft.user(), draft.text(), System.currentTimeMillis()));
            if (newest.size() > 50) {
                newest.removeLast();
            }
        }

        @Override
        public void drain() {
            for (Sink sink : sinks) {
                var snapshot = JSON.writeValueAsString(Map.of("messages", newest));
                sink.write(ByteBuffer.wrap(snapshot.getBytes(UTF_8)));
            }
        }
    }

    /** Lessons 02 and 04: one record, encoded for each stream. */
    public static final class RecordForEach implements Way {
        private record Message(String type, String id, String user, String text, long time) {}

        private final Queue<Message> fresh = new ArrayDeque<>();
        private final List<Sink> sinks = new ArrayList<>();
        private long sequence;

        @Override
        public void open(Sink sink) {
            sinks.add(sink);
        }

        @Override
        public void append(NewMessage draft) {
            sequence++;
            var id = "1a2b3c4d5e6f-" + sequence;
            fresh.add(new Message("message", id, draft.user(), draft.text(), System.currentTimeMillis()));
        }

        @Override
        public void drain() {
            for (Message message = fresh.poll(); message != null; message = fresh.poll()) {
                for (Sink sink : sinks) {
                    var record = JSON.writeValueAsString(message) + '\n';
                    sink.write(ByteBuffer.wrap(record.getBytes(UTF_8)));
                }
            }
        }
    }

    /** Lessons 05 to 08: encoded once, and put on the queue of each stream. */
    public static final class QueueForEach implements Way {
        private record Stream(Sink sink, Queue<ByteBuffer> queue) {}

        private final MessageLog log = new MessageLog(8_192, 8 << 20);
        private final List<Stream> streams = new ArrayList<>();

        @Override
        public void open(Sink sink) {
            streams.add(new Stream(sink, new ConcurrentLinkedQueue<>()));
        }

        @Override
        public void append(NewMessage draft) {
            var message = log.append(draft, System.currentTimeMillis());
            for (Stream stream : streams) {
                stream.queue.add(message.record(Wire.NDJSON).buffer());
            }
        }

        @Override
        public void drain() {
            for (Stream stream : streams) {
                for (ByteBuffer next = stream.queue.peek(); next != null; next = stream.queue.peek()) {
                    stream.sink.write(next);
                    if (next.hasRemaining()) {
                        break;
                    }
                    stream.queue.remove();
                }
            }
        }
    }
}
