package coach;

import suite.Options;

/**
 * The server to judge, as the suite is told of it.
 *
 * <p><b>Threads:</b> immutable; applied by the code that runs tests, one at a time.
 */
sealed interface Subject {

    Options options();

    /** Makes the next tests judge only this server. */
    default void apply() {
        Options.use(options());
    }

    /** A class with a static {@code start(Map)}, started in this JVM. */
    record InThisJvm(String className) implements Subject {
        @Override
        public Options options() {
            return Options.server(className);
        }
    }

    /** A command, run again for each class of tests. */
    record Command(String command) implements Subject {
        @Override
        public Options options() {
            return Options.command(command);
        }
    }
}
