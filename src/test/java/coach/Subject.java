package coach;

import java.util.List;
import java.util.Map;

/**
 * The server that is to be judged, as the suite is told of it: by system properties.
 *
 * <p><b>Threads:</b> immutable; applying one is for whoever runs tests, one at a time.
 */
sealed interface Subject {

    List<String> ALL = List.of("suite.server", "suite.command", "suite.url", "suite.pid");

    /** Makes the next tests judge this server and no other. */
    default void apply() {
        ALL.forEach(System::clearProperty);
        properties().forEach(System::setProperty);
    }

    Map<String, String> properties();

    /** A class with a static {@code start(Map)}, started in this JVM. */
    record InThisJvm(String className) implements Subject {
        @Override
        public Map<String, String> properties() {
            return Map.of("suite.server", className);
        }
    }

    /** A command, run again for each class of tests. */
    record Command(String command) implements Subject {
        @Override
        public Map<String, String> properties() {
            return Map.of("suite.command", command);
        }
    }

    /** A server that runs already; {@code pid} is empty if nobody has said it. */
    record Elsewhere(String url, String pid) implements Subject {
        @Override
        public Map<String, String> properties() {
            return pid.isEmpty() ? Map.of("suite.url", url) : Map.of("suite.url", url, "suite.pid", pid);
        }
    }
}
