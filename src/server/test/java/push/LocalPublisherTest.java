package push;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import push.Publisher.Outcome;
import push.Publisher.Outcome.KeyReused;
import push.Publisher.Outcome.Stored;

/** The data kept for a key, and its cost. */
final class LocalPublisherTest {
    private static final int MANY_MS = 300_000;
    private static final int MANY_BYTES = 1 << 20;
    private static final NewMessage HI = new NewMessage("ann", "hi");

    private final Stats stats = new Stats();
    private MessageLog log = new MessageLog(100, 1_000_000);

    @Test
    void replayIsNotPostedAgain() {
        var publisher = publisher(MANY_MS, 100, MANY_BYTES);

        var first = stored(publisher, HI, "k");
        var second = stored(publisher, new NewMessage("ann", "hi"), "k");

        assertFalse(first.replayed());
        assertTrue(second.replayed());
        assertSame(first.message(), second.message());
        assertEquals(1, stats.messages().posted());
        assertEquals(1, log.newest());
    }

    @Test
    void messagesWithoutAKeyAreAllNew() {
        var publisher = publisher(MANY_MS, 100, MANY_BYTES);

        for (int i = 1; i <= 3; i++) {
            assertEquals(i, stored(publisher, HI, null).message().sequence());
        }
    }

    @Test
    void keyIsGoodForOneMessage() {
        var publisher = publisher(MANY_MS, 100, MANY_BYTES);
        stored(publisher, HI, "k");

        assertInstanceOf(KeyReused.class, publish(publisher, new NewMessage("bob", "hi"), "k"));
        assertInstanceOf(KeyReused.class, publish(publisher, new NewMessage("ann", "ho"), "k"));
        assertEquals(1, log.newest());
    }

    @Test
    void keyOutlivesItsMessageInTheLog() {
        log = new MessageLog(2, 1_000_000);
        var publisher = publisher(MANY_MS, 3, MANY_BYTES);
        var first = stored(publisher, HI, "k");
        for (int i = 0; i < 5; i++) {
            stored(publisher, HI, null);
        }

        assertSame(first.message(), stored(publisher, HI, "k").message());
    }

    @Test
    void keysAreRememberedUpToTheLogsNumber() {
        var publisher = publisher(MANY_MS, 3, MANY_BYTES);
        for (int i = 0; i < 4; i++) {
            stored(publisher, HI, "k" + i);
        }

        assertTrue(stored(publisher, HI, "k1").replayed());
        assertTrue(stored(publisher, HI, "k3").replayed());
        assertFalse(stored(publisher, HI, "k0").replayed());
    }

    @Test
    void keysAreRememberedUpToTheLogsBytes() {
        int size = new MessageLog(1, 1).append(HI, System.currentTimeMillis()).size();
        var publisher = publisher(MANY_MS, 100, size * 3 + size / 2);
        for (int i = 0; i < 4; i++) {
            stored(publisher, HI, "k" + i);
        }

        assertTrue(stored(publisher, HI, "k1").replayed());
        assertFalse(stored(publisher, HI, "k0").replayed());
    }

    @Test
    void keyOfNoTimeIsForgottenImmediately() {
        var publisher = publisher(0, 100, MANY_BYTES);
        stored(publisher, HI, "k");

        assertFalse(stored(publisher, HI, "k").replayed());
    }

    private Publisher publisher(int keyMs, int messages, int bytes) {
        var settings = new Settings(15_000, 10_000, 20_000, 10_000, keyMs, messages, bytes, 1);
        return new LocalPublisher(settings, log, new Shards(settings, log, stats), stats);
    }

    private static Stored stored(Publisher publisher, NewMessage message, String key) {
        return assertInstanceOf(Stored.class, publish(publisher, message, key));
    }

    private static Outcome publish(Publisher publisher, NewMessage message, String key) {
        return publisher.publish(message, key).toCompletableFuture().join();
    }
}
