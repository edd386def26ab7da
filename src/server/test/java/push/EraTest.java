package push;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A log whose ids come from a broker: they continue, skip numbers, or begin again under another epoch. */
@Timeout(120)
final class EraTest {
    private static final NewMessage HI = new NewMessage("ann", "hi");

    private final MessageLog log = new MessageLog("own", 100, Integer.MAX_VALUE);

    @Test
    void messagesHaveTheEpochAndTheNumbersOfTheStream() {
        log.restart("a", 41);
        append("a", 41, 3);

        assertEquals("a-43", log.id(log.newest()));
        assertEquals("a-41", log.id(log.first()));
        assertEquals("a-42", log.find("a-42").id());
        assertNull(log.find("a-40"));
        assertNull(log.find("a-44"));
        assertNull(log.find("own-1"));
        assertEquals(44, log.nextNumber());
        assertTrue(new String(log.find("a-42").json(), java.nio.charset.StandardCharsets.UTF_8)
                .startsWith("{\"type\":\"message\",\"id\":\"a-42\","));
    }

    @Test
    void timeIsTheBrokersEvenIfItStepsBack() {
        log.append("a", 1, HI, 2_000);
        log.append("a", 2, HI, 1_000);

        assertTrue(
                new String(log.find("a-2").json(), java.nio.charset.StandardCharsets.UTF_8).endsWith("\"time\":1000}"));
    }

    @Test
    void readerOfAnEarlierEpochIsToldSoAndAReaderOfAHoleThatItWasLapped() {
        append("a", 1, 5);
        long inA = log.newest();
        append("a", 9, 1);
        assertEquals(new Resume(log.newest() - 1, "lapped"), Resume.lapped(inA, log));

        append("b", 1, 1);

        assertEquals(new Resume(log.newest() - 1, "epoch"), Resume.lapped(inA, log));
        assertNull(log.get(inA));
    }

    @Test
    void clientOfAnotherServerResumesAcrossAHoleThatIsNoneToIt() {
        append("a", 1, 5);
        append("a", 9, 2);

        assertNull(Resume.from("a-8", log).reason(), "what follows 8 is kept from 9 on");
        assertNull(Resume.from("a-9", log).reason());
        assertEquals("evicted", Resume.from("a-7", log).reason());
        assertEquals("evicted", Resume.from("a-5", log).reason());
        assertEquals("future", Resume.from("a-11", log).reason());
        assertEquals("epoch", Resume.from("own-0", log).reason());
    }

    @Test
    void repeatedRestartsKeepEveryPositionApart() {
        append("a", 1, 3);
        for (int i = 0; i < 10; i++) {
            long before = log.newest();
            log.restart("e" + i, 1);

            assertFalse(log.first() - 1 <= before, "a reader at the head has lost continuity");
            assertEquals("e" + i + "-0", log.id(log.newest()));
            assertEquals("epoch", Resume.lapped(before, log).reason());
        }
        append("e9", 1, 1);
        assertEquals("e9-1", log.id(log.newest()));
    }

    @Test
    void idOfAForgottenPositionIsOneThatNothingCanFollow() {
        append("a", 1, 3);
        long position = log.newest();
        append("b", 5, 1);
        assertEquals("a-3", log.id(position));

        append("c", 5, 1);

        assertEquals("b-0", log.id(position));
        assertEquals("epoch", Resume.from("b-0", log).reason());
    }

    @Test
    void forgottenPositionIsNotTakenForTheBeginningOfAStreamThatIsKeptWhole() {
        append("a", 1, 3);
        long position = log.newest();
        append("b", 5, 1);
        append("c", 1, 2);

        assertEquals("epoch", Resume.from(log.id(position), log).reason());
    }

    @Test
    void positionBeforeTwoHolesOfOneStreamIsEvicted() {
        append("a", 1, 3);
        long position = log.newest();
        append("a", 5, 1);
        append("a", 9, 1);

        assertEquals("evicted", Resume.from(log.id(position), log).reason());
    }

    @Test
    void messageSaysWhatItSays() {
        var message = log.append("a", 1, new NewMessage("ann", "h\"\u00e9"), 1);

        assertTrue(message.says(new NewMessage("ann", "h\"\u00e9")));
        assertFalse(message.says(new NewMessage("ann", "h\"")));
        assertFalse(message.says(new NewMessage("ann", "h\"\u00e9!")));
        assertFalse(message.says(new NewMessage("an", "h\"\u00e9")));
    }

    @Test
    void resumeBesideARestartNeverContinuesInTheWrongEra() {
        var looks = new AtomicInteger();
        var writer = CompletableFuture.runAsync(
                () -> {
                    for (int era = 0; era < 3_000 || looks.get() < 100; era++) {
                        log.restart("e" + era, 1 + era % 7);
                        append("e" + era, 1 + era % 7, 2);
                    }
                },
                task -> new Thread(task).start());
        while (!writer.isDone()) {
            String id = log.id(log.newest());
            looks.incrementAndGet();
            Resume resume = Resume.from(id, log);
            if (resume.reason() == null) {
                Message next = log.get(resume.position() + 1);
                assertTrue(next == null || follows(id, next.id()), () -> id + " was followed by " + next.id());
            }
        }
        writer.join();
        assertNotNull(log.get(log.newest()));
    }

    private static boolean follows(String id, String next) {
        var parts = List.of(id.split("-"));
        return next.equals(parts.get(0) + '-' + (Long.parseLong(parts.get(1)) + 1));
    }

    private void append(String epoch, long number, int count) {
        for (int i = 0; i < count; i++) {
            log.append(epoch, number + i, HI, 1_000);
        }
    }
}
