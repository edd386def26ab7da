package push;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import push.Publisher.Outcome;
import push.Publisher.Outcome.KeyReused;
import push.Publisher.Outcome.Stored;

/** What is remembered of a key, and what it costs. */
final class LocalPublisherTest {
    private static final Draft HI = new Draft("ann", "hi");

    private final Stats stats = new Stats();
    private MessageLog log = new MessageLog(100, 1_000_000);

    @Test
    void replayIsNotPostedAgain() {
        var publisher = publisher();

        var first = stored(publisher, HI, "k");
        var second = stored(publisher, new Draft("ann", "hi"), "k");

        assertFalse(first.replayed());
        assertTrue(second.replayed());
        assertSame(first.message(), second.message());
        assertEquals(1, stats.posted.sum());
        assertEquals(1, log.newest());
    }

    @Test
    void messagesWithoutAKeyAreAllNew() {
        var publisher = publisher();

        for (int i = 1; i <= 3; i++) {
            assertEquals(i, stored(publisher, HI, null).message().sequence());
        }
    }

    @Test
    void keyIsGoodForOneMessage() {
        var publisher = publisher();
        stored(publisher, HI, "k");

        assertInstanceOf(KeyReused.class, publish(publisher, new Draft("bob", "hi"), "k"));
        assertInstanceOf(KeyReused.class, publish(publisher, new Draft("ann", "ho"), "k"));
        assertEquals(1, log.newest());
    }

    @Test
    void keyOutlivesItsMessageInTheLog() {
        log = new MessageLog(2, 1_000_000);
        var publisher = publisher("PUSH_RETAIN_MESSAGES", "3");
        var first = stored(publisher, HI, "k");
        for (int i = 0; i < 5; i++) {
            stored(publisher, HI, null);
        }

        assertSame(first.message(), stored(publisher, HI, "k").message());
    }

    @Test
    void keysAreRememberedUpToTheLogsNumber() {
        var publisher = publisher("PUSH_RETAIN_MESSAGES", "3");
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
        var publisher = publisher("PUSH_RETAIN_BYTES", Integer.toString(size * 3 + size / 2));
        for (int i = 0; i < 4; i++) {
            stored(publisher, HI, "k" + i);
        }

        assertTrue(stored(publisher, HI, "k1").replayed());
        assertFalse(stored(publisher, HI, "k0").replayed());
    }

    @Test
    void keyOfNoTimeIsForgottenAtOnce() {
        var publisher = publisher("PUSH_IDEMPOTENCY_MS", "0");
        stored(publisher, HI, "k");

        assertFalse(stored(publisher, HI, "k").replayed());
    }

    private Publisher publisher(String... setting) {
        var config = Config.from(setting.length == 0 ? Map.of() : Map.of(setting[0], setting[1]));
        return new LocalPublisher(config, log, new Shards(config, log, stats), stats);
    }

    private static Stored stored(Publisher publisher, Draft draft, String key) {
        return assertInstanceOf(Stored.class, publish(publisher, draft, key));
    }

    private static Outcome publish(Publisher publisher, Draft draft, String key) {
        return publisher.publish(draft, key).toCompletableFuture().join();
    }
}
