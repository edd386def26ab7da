package push.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import push.Message;
import push.MessageLog;
import push.NewMessage;

/** A page of history is produced as its client takes it, however much it takes at a time. */
final class HistoryPageTest {
    private static final int BUFFER = 16 * 1024;

    private static List<Message> messages(int number, int textLength) {
        var log = new MessageLog(number + 1, 1 << 20);
        return IntStream.rangeClosed(1, number)
                .mapToObj(i -> log.append(NewMessage.of("user", i + "x".repeat(textLength)), i))
                .toList();
    }

    private static byte[] expected(List<Message> messages) {
        var out = new ByteArrayOutputStream();
        out.writeBytes("{\"messages\":[".getBytes(US_ASCII));
        for (int i = 0; i < messages.size(); i++) {
            out.writeBytes(i == 0 ? new byte[0] : new byte[] {','});
            out.writeBytes(messages.get(i).json());
        }
        out.writeBytes("],\"more\":true}".getBytes(US_ASCII));
        return out.toByteArray();
    }

    /** Returns the page as received by a client that takes this many bytes at a time. */
    private static byte[] read(HistoryPage page, int atATime) {
        var out = ByteBuffer.allocate(page.length());
        while (out.hasRemaining()) {
            int left = atATime;
            for (ByteBuffer part : page.from(out.position())) {
                int count = Math.min(left, part.remaining());
                out.put(part.limit(part.position() + count));
                left -= count;
            }
        }
        return out.array();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 13, 14, 100, 1_000, BUFFER, 1_000_000})
    void clientGetsTheSamePageHoweverLittleItTakes(int atATime) {
        for (int number : new int[] {0, 1, 2, 200}) {
            var messages = messages(number, 20);

            assertArrayEquals(expected(messages), read(new HistoryPage(messages, true), atATime), number + " messages");
        }
    }

    @Test
    void noMoreIsProducedThanFitsInABuffer() {
        var page = new HistoryPage(messages(200, 500), true);
        int twoMessages = 2 * 600;

        for (int sent = 0; sent < page.length(); sent += 777) {
            int bytes = 0;
            for (ByteBuffer part : page.from(sent)) {
                bytes += part.remaining();
            }
            assertTrue(bytes <= BUFFER + twoMessages, bytes + " bytes after " + sent);
            assertTrue(bytes >= Math.min(BUFFER - twoMessages, page.length() - sent), bytes + " bytes after " + sent);
        }
    }

    /** When objects existed for all parts of all unread pages, the collector paused for 200 ms. */
    @Test
    void pageThatIsNotReadHoldsNoObjectsForItsMessages() {
        var messages = messages(200, 20);
        new HistoryPage(messages, true);
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();

        var page = new HistoryPage(messages, true);

        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(page.length() > 15_000 && bytes < 200 * Long.BYTES + 1_000, bytes + " bytes for " + page.length());
    }
}
