package push;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A batch of which a sink takes a part, cut at every byte: the part, its rest, and what follows are the whole. */
final class BatchTest {
    private final MessageLog log = new MessageLog(5_000, Integer.MAX_VALUE);

    @ParameterizedTest
    @EnumSource(names = {"NDJSON", "SSE"})
    void cutAtEveryByteNothingIsLostOrRepeated(Wire wire) {
        for (var text : List.of("a", "\u00fc\u20ac\uD83D\uDE00", "", "line\nline", "z".repeat(40))) {
            log.append(new NewMessage("ann", text), 1);
        }
        var batch = new Batch(log, wire);
        byte[] whole = take(batch, 0, Integer.MAX_VALUE).toByteArray();

        for (int cut = 0; cut <= whole.length; cut++) {
            var taken = take(batch, 0, cut);
            long position = batch.position();
            ByteSlice rest = batch.rest();
            if (rest != null) {
                taken.write(rest.array(), rest.offset(), rest.length());
            }
            if (position < log.newest()) {
                taken.writeBytes(take(batch, position, Integer.MAX_VALUE).toByteArray());
            }
            assertEquals(new String(whole, UTF_8), taken.toString(UTF_8), "cut after " + cut + " bytes");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"MESSAGES", "MSG"})
    void cutSnapshotIsFinishedAndCountsAsTheWholeLog(Wire wire) {
        log.append(new NewMessage("ann", "one"), 1);
        log.append(new NewMessage("bob", "two"), 2);
        var batch = new Batch(log, wire);
        byte[] whole = take(batch, 0, Integer.MAX_VALUE).toByteArray();
        assertEquals(2, batch.position());

        for (int cut = 1; cut < whole.length; cut++) {
            var taken = take(batch, 0, cut);
            ByteSlice rest = batch.rest();
            taken.write(rest.array(), rest.offset(), rest.length());
            assertEquals(2, batch.position());
            assertEquals(new String(whole, UTF_8), taken.toString(UTF_8), "cut after " + cut + " bytes");
        }
    }

    @Test
    void positionMovesWithEachRecordThatWasBegun() {
        log.append(new NewMessage("ann", "one"), 1);
        log.append(new NewMessage("ann", "two"), 1);
        var batch = new Batch(log, Wire.NDJSON);
        int first = log.get(1).record(Wire.NDJSON).length();

        take(batch, 0, 0);
        assertEquals(0, batch.position());
        take(batch, 0, 1);
        assertEquals(1, batch.position());
        take(batch, 0, first);
        assertEquals(1, batch.position());
        assertNull(batch.rest());
        take(batch, 0, first + 1);
        assertEquals(2, batch.position());
    }

    @Test
    void whatIsTooMuchForOneComesInMore() {
        var large =
                "\uD83D\uDE00".repeat(NewMessage.MAX_TEXT); // 16 KB; with every character escaped it would be no more.
        for (int i = 0; i < 20; i++) {
            log.append(new NewMessage("\uD83D\uDE00".repeat(NewMessage.MAX_USER), large), 1);
        }
        var batch = new Batch(log, Wire.SSE);
        var all = new ByteArrayOutputStream();
        int batches = 0;

        for (long position = 0; position < log.newest(); position = batch.position(), batches++) {
            all.writeBytes(take(batch, position, Integer.MAX_VALUE).toByteArray());
            assertTrue(batch.position() > position, "each brings something");
        }

        assertTrue(batches >= 5, batches + " batches of 64 KiB");
        assertEquals(20, all.toString(UTF_8).split("\n\n", -1).length - 1);
    }

    @Test
    void manySmallOnesComeInMoreThanOne() {
        for (int i = 1; i <= 3_000; i++) {
            log.append(new NewMessage("a", "b"), 1);
        }
        var batch = new Batch(log, Wire.NDJSON);
        var all = new ByteArrayOutputStream();

        for (long position = 0; position < log.newest(); position = batch.position()) {
            all.writeBytes(take(batch, position, Integer.MAX_VALUE).toByteArray());
        }

        var lines = all.toString(UTF_8).split("\n");
        assertEquals(3_000, lines.length);
        for (int i = 0; i < lines.length; i++) {
            assertTrue(lines[i].contains("-" + (i + 1) + "\""), lines[i]);
        }
    }

    @Test
    void largestRecordFitsWhateverItsEscapes() {
        var worst = "\t".repeat(NewMessage.MAX_TEXT);
        log.append(new NewMessage("\n".repeat(NewMessage.MAX_USER), worst), Long.MAX_VALUE);

        assertTrue(new Batch(log, Wire.SSE).gather(0, 1));
    }

    @Test
    void oneThatHasSeenTheHeadTakesWhatCameSince() {
        log.append(new NewMessage("ann", "one"), 1);
        var batch = new Batch(log, Wire.NDJSON);
        take(batch, 0, Integer.MAX_VALUE);
        log.append(new NewMessage("ann", "two"), 1);

        var both = take(batch, 0, Integer.MAX_VALUE).toString(UTF_8);

        assertEquals(2, both.split("\n").length, both);
        assertEquals(2, batch.position());
    }

    @Test
    void evictedPositionGathersNothing() {
        var small = new MessageLog(3, Integer.MAX_VALUE);
        for (int i = 0; i < 10; i++) {
            small.append(new NewMessage("ann", "hi"), 1);
        }
        var batch = new Batch(small, Wire.NDJSON);

        assertFalse(batch.gather(0, 10));
        assertFalse(batch.gather(6, 10));
        assertTrue(batch.gather(7, 10));
    }

    /** Returns the bytes received by a sink that takes this many bytes. */
    private ByteArrayOutputStream take(Batch batch, long position, int bytes) {
        assertTrue(batch.gather(position, log.newest()));
        var out = new ByteArrayOutputStream();
        while (out.size() < bytes && batch.bytes().hasRemaining()) {
            out.write(batch.bytes().get());
        }
        return out;
    }
}
