package suite;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The figures of a check, published as one JUnit report entry when the check ends, red or green. Register it as an
 * instance: {@code @RegisterExtension final Figures figures = new Figures();}
 *
 * <p><b>Threads:</b> any thread; guarded by this object's lock.
 */
final class Figures implements BeforeEachCallback, AfterEachCallback {

    @GuardedBy("this")
    private final Map<String, String> figures = new LinkedHashMap<>();

    /** Records a figure, {@code put("delivered", "1000/1000")}. A second one of the same name replaces the first. */
    synchronized void put(String name, Object value) {
        figures.put(name, String.valueOf(value));
    }

    /** Records a duration in milliseconds with one decimal, {@code p99 3.1 ms}. */
    void putMs(String name, long nanos) {
        put(name, Math.round(nanos / 1e5) / 10.0 + " ms");
    }

    @Override
    public synchronized void beforeEach(ExtensionContext context) {
        figures.clear();
    }

    @Override
    public synchronized void afterEach(ExtensionContext context) {
        if (!figures.isEmpty()) {
            context.publishReportEntry(new LinkedHashMap<>(figures));
        }
    }
}
