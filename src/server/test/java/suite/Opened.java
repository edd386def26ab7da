package suite;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Closes after each test everything that the test has opened, in reverse order.
 *
 * <p><b>Threads:</b> confined to the thread of its tests.
 */
final class Opened implements AfterEachCallback {

    private final List<AutoCloseable> opened = new ArrayList<>();

    /** Returns this resource, which will be closed. */
    <T extends AutoCloseable> T closing(T resource) {
        opened.add(resource);
        return resource;
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
        opened.clear();
    }
}
