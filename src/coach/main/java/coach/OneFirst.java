package coach;

import java.util.Comparator;
import org.junit.jupiter.api.MethodDescriptor;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.MethodOrdererContext;

/**
 * Runs one test before all others, so that the verdict comes soonest: the one that was red last, or that a lesson
 * promises to be red. The others stay in JUnit's order.
 *
 * <p><b>Threads:</b> immutable.
 */
public final class OneFirst implements MethodOrderer {

    static final String PARAMETER = "coach.first";

    @Override
    public void orderMethods(MethodOrdererContext context) {
        var first = context.getConfigurationParameter(PARAMETER).orElse("");
        context.getMethodDescriptors()
                .sort(Comparator.comparing(
                        (MethodDescriptor one) -> !one.getMethod().getName().equals(first)));
    }
}
