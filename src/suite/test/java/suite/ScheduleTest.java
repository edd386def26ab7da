package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two threads in one object: with a lock all is well at every place, and without one the first round finds the race. */
@Timeout(120)
class ScheduleTest {

    private static final Duration BRIEF = Duration.ofMillis(200);

    private final List<Long> numbers = Collections.synchronizedList(new ArrayList<>());
    private final List<String> places = new ArrayList<>();

    @Test
    void aLockStandsAtEveryPlace() throws Exception {
        explore("raced.Locked");

        assertEquals(numbers.stream().distinct().count(), numbers.size(), "numbers that were given out once");
        assertTrue(places.stream().anyMatch(place -> place.startsWith("getAsLong(Locked.java:")), places.toString());
    }

    @Test
    void aNumberThatIsGivenOutTwiceIsFound() {
        var failure = assertThrows(AssertionError.class, () -> explore("raced.Unlocked"));

        assertTrue(failure.getMessage().contains("getAsLong(Unlocked.java:"), failure.getMessage());
    }

    @Test
    void aCopyAndAViewThatAreTakenWithoutTheLockAreFound() {
        for (var name : List.of("Copied", "Viewed")) {
            numbers.clear();
            var failure = assertThrows(AssertionError.class, () -> explore("raced." + name));

            var message = failure.getMessage();
            assertTrue(message.startsWith("two threads use one ArrayList at the same time"), message);
            assertTrue(message.contains("getAsLong(" + name + ".java:"), message);
        }
    }

    @Test
    void aWakeUpThatIsLostIsFoundWhenTheThreadIsHeldThatWouldWrite() throws Exception {
        var points = new PausePoints("raced.Flagged", getClass().getClassLoader());
        var flagged = points.loadClass("raced.Flagged").getConstructor().newInstance();
        var written = (LongSupplier) flagged;
        var added = new AtomicInteger();
        Runnable add = () -> {
            ((Runnable) flagged).run();
            added.incrementAndGet();
        };
        Runnable addAndWait = () -> {
            int before = added.get();
            add.run();
            Deadline.in(Deadline.PATIENCE).poll(() -> written.getAsLong() > before);
        };
        try (var closing = (AutoCloseable) flagged) {
            assertNotNull(closing);

            var failure = assertThrows(
                    AssertionError.class,
                    () -> Schedule.explore(
                            () -> points,
                            thread -> thread.getName().equals("raced I/O-1"),
                            addAndWait,
                            add,
                            place -> assertTrue(
                                    Deadline.in(BRIEF).poll(() -> written.getAsLong() == added.get()), place)));

            assertTrue(failure.getMessage().startsWith("drain(Flagged.java:"), failure.getMessage());
        }
    }

    private void explore(String name) throws ReflectiveOperationException {
        var points = new PausePoints(name, getClass().getClassLoader());
        var numbered = (LongSupplier) points.loadClass(name).getConstructor().newInstance();
        Runnable request = () -> {
            try {
                numbers.add(numbered.getAsLong());
            } catch (ConcurrentModificationException e) {
                // The two met by luck, after one had waited for the other; the schedule has yet to bring them together.
            }
        };
        Schedule.explore(() -> points, request, request, place -> {
            places.add(place);
            if (numbers.stream().distinct().count() < numbers.size()) {
                throw new AssertionError("one number was given out twice, held at " + place);
            }
        });
    }
}
