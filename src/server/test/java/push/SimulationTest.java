package push;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** The simulation for a moment, with a new seed each time; {@code make simulate} runs it for longer. */
final class SimulationTest {
    @Test
    void everyPromiseIsKeptWhateverHappens() {
        var found = Simulation.run(System.nanoTime(), 5_000, 0);

        assertEquals("", found.what(), () -> Simulation.say(found));
    }
}
