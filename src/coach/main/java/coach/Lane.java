package coach;

import java.io.IOException;
import java.util.Set;

/**
 * A copy of the suite with static fields of its own, so that several of its checks can run at the same time, each with a server of
 * its own: a class of checks holds its server in such a field.
 *
 * <p><b>Threads:</b> any thread loads; one check at a time runs in it.
 */
final class Lane extends ClassLoader {

    /** What lanes and the coach hand to each other. */
    private static final Set<String> SHARED = Set.of(
            "suite.Options",
            "suite.Runner",
            "suite.CheckResult",
            "suite.CheckResult$Outcome",
            "suite.CheckFailed",
            "suite.ProcessOutput",
            "suite.Printed",
            "suite.RunsLong");

    Lane() {
        super(Lane.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith("suite.") || SHARED.contains(name)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            var loaded = findLoadedClass(name);
            return loaded == null ? copy(name) : loaded;
        }
    }

    private Class<?> copy(String name) throws ClassNotFoundException {
        try (var in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            var bytes = in.readAllBytes();
            return defineClass(name, bytes, 0, bytes.length);
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }
}
