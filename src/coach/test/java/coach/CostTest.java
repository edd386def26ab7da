package coach;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import lesson10_cost.Mine;
import lesson10_cost.Solution;
import org.junit.jupiter.api.Test;

/** Lesson 12 starts red and ends green, by the judge that a learner has. */
final class CostTest {

    @Test
    void whatIsGivenAllocatesForEachStreamAndTheSolutionDoesNot() {
        var cost = new Cost(Path.of(""), Fixture.lessons(), new Shown().plain());

        assertTrue(cost.measured(Mine.class.getName()).perStream() > 0);
        assertEquals(0, cost.measured(Solution.class.getName()).perStream());
    }

    @Test
    void theSolutionDelivers() {
        assertEquals("", Delivered.fault(new Solution()));
    }
}
