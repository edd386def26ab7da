package push.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import push.FakeLoop;
import push.FakeTransport;
import push.MessageLog;
import push.NewMessage;
import push.Resume;
import push.Settings;
import push.Shards;
import push.Sink;
import push.Stats;
import push.Wire;

/**
 * Streams through sinks that take a random number of bytes at a time, for each framing and form: a client reads whole
 * records in order, whatever laps, heartbeats and byes come while a write is in progress. A failure names its seed.
 */
final class StreamSinkTest {
    private static final int SEEDS = 60;
    private static final String LARGE = "\uD83D\uDE00".repeat(4_000);

    @ParameterizedTest
    @CsvSource({
        "NDJSON, true", "SSE, true", "MESSAGES, true", "MSG, true",
        "NDJSON, false", "SSE, false", "MESSAGES, false", "MSG, false"
    })
    void whateverASinkTakesItsClientReadsWholeRecords(Wire wire, boolean isChunked) throws IOException {
        for (int seed = 0; seed < SEEDS; seed++) {
            var where = wire + (isChunked ? " chunked" : "") + ", seed " + seed;
            var random = new Random(seed);
            boolean laps = random.nextBoolean();
            var log = new MessageLog(laps ? 3 : 1_000, Integer.MAX_VALUE);
            var peer = isChunked ? new ChunkedPeer(random, where) : new Peer(random);
            var loop = new FakeLoop();
            var settings = new Settings(20, 1_000_000, 1_000_000, 1_000_000, 1, 1, 1, 1);
            var shards = new Shards(settings, log, new Stats());
            var response = new Response(new StreamSink(peer, isChunked));
            shards.connect(loop, new FakeTransport()).open(1, response, wire, Resume.from(null, log));
            shards.connect(loop, new FakeTransport())
                    .open(1, new Response(new StreamSink(new Greedy(random), false)), wire, Resume.from(null, log));

            for (int step = 0; step < 40; step++) {
                for (int i = random.nextInt(6); i > 0; i--) {
                    log.append(new NewMessage("ann", random.nextInt(3) == 0 ? LARGE : "hi"), 1);
                }
                shards.wake();
                loop.pass(random.nextInt(3) == 0 ? 30 : 0); // Long enough for a heartbeat.
                response.stream.writable();
                assertTrue(peer.begun <= StreamSink.MAX_CHUNK_BYTES, where + ": what waits is bounded");
            }
            shards.sayGoodbye();
            for (int i = 0; i < 10_000 && !response.aborted; i++) {
                loop.pass(5);
                response.stream.writable();
            }

            assertTrue(response.aborted, where + ": must come to its end");
            check(peer.text(), wire, log, laps, where);
        }
    }

    private static void check(String text, Wire wire, MessageLog log, boolean laps, String where) {
        long last = 0;
        int messages = 0;
        for (String line : text.split("\n")) {
            int brace = line.indexOf('{');
            if (brace < 0) {
                continue;
            }
            assertTrue(line.endsWith("}"), where + ": a torn record: " + line);
            if (wire.isSnapshot()) {
                continue;
            }
            if (line.contains("\"lapped\"")) {
                last = -1;
            } else if (line.contains("\"type\":\"message\"")) {
                long sequence = Long.parseLong(line.replaceFirst(".*?\"id\":\"[0-9a-z]+-(\\d+)\".*", "$1"));
                assertTrue(last < 0 || sequence == last + 1, where + ": " + sequence + " came after " + last);
                last = sequence;
                messages++;
            }
        }
        if (wire.isSnapshot()) {
            String newest = new String(log.get(log.newest()).json(), UTF_8);
            String snapshot = text.substring(text.lastIndexOf('\n', text.length() - 2) + 1);
            assertTrue(
                    snapshot.contains(":[{" + newest.substring(newest.indexOf("\"user\""))), where + ": " + snapshot);
            assertTrue(snapshot.endsWith("]}\n"), where);
        } else {
            assertEquals(log.newest(), last, where);
            assertTrue(laps || messages == log.newest(), where);
            assertTrue(text.contains("\"type\":\"bye\""), where);
        }
    }

    /** A response over a channel that takes random amounts. */
    private static final class Response implements Sink {
        private final StreamSink sink;
        Listener stream;
        boolean aborted;

        Response(StreamSink sink) {
            this.sink = sink;
        }

        @Override
        public void listen(Listener listener) {
            stream = listener;
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            return sink.write(bytes);
        }

        @Override
        public boolean flush() throws IOException {
            return sink.finishBegun();
        }

        @Override
        public void finish() {}

        @Override
        public void awaitRoom(boolean wanted) {}

        @Override
        public void abort() {
            aborted = true;
        }
    }

    /** Takes everything that it is offered. */
    private static final class Greedy extends Peer {
        Greedy(Random random) {
            super(random);
        }

        @Override
        public int write(ByteBuffer bytes) {
            int count = bytes.remaining();
            bytes.position(bytes.limit());
            return count;
        }
    }

    /** Takes any number of bytes at a time, often none. */
    private static class Peer implements WritableByteChannel {
        final Random random;
        final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        int begun;

        Peer(Random random) {
            this.random = random;
        }

        @Override
        public int write(ByteBuffer bytes) {
            int count = random.nextInt(4) == 0 ? 0 : Math.min(bytes.remaining(), random.nextInt(9_000));
            byte[] part = new byte[count];
            bytes.get(part);
            taken.writeBytes(part);
            return count;
        }

        String text() {
            return taken.toString(UTF_8);
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    /** Announces everything it is offered, as Undertow's chunked conduit does, and insists on exactly that. */
    private static final class ChunkedPeer extends Peer {
        private final String where;
        private byte[] announced = {};

        ChunkedPeer(Random random, String where) {
            super(random);
            this.where = where;
        }

        @Override
        public int write(ByteBuffer bytes) {
            byte[] offered = new byte[bytes.remaining()];
            bytes.duplicate().get(offered);
            if (begun > 0) {
                byte[] wanted = java.util.Arrays.copyOfRange(announced, announced.length - begun, announced.length);
                assertEquals(new String(wanted, UTF_8), new String(offered, UTF_8), where + ": not what was announced");
            } else {
                announced = offered;
                begun = offered.length;
            }
            int count = super.write(bytes);
            begun -= count;
            return count;
        }
    }
}
