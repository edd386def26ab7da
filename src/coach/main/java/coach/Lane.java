package coach;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/**
 * A copy of the suite with static fields of its own, so that several of its checks can run at the same time, each with
 * its own server, which a class of checks holds in such a field.
 *
 * <p><b>Threads:</b> any thread loads; one check at a time runs in it; the free ones are guarded by their queue's lock.
 */
final class Lane extends ClassLoader {

    /** The types that lanes and the coach pass to each other. */
    private static final Set<String> SHARED = Set.of(
            "suite.Options",
            "suite.Runner",
            "suite.CheckResult",
            "suite.CheckResult$Outcome",
            "suite.CheckFailed",
            "suite.ProcessOutput",
            "suite.Printed",
            "suite.RunsLong");

    /** The idle lanes. A lane in which a test hangs does not come back. */
    private static final Deque<Lane> FREE = new ArrayDeque<>();

    /** The only lane with a browser, because there is only one browser. */
    static final Lane BROWSER = new Lane();

    /** Held while a check uses the browser: a check of a cancelled run may not have ended yet. */
    static final Object IN_BROWSER = new Object();

    private Lane() {
        super(Lane.class.getClassLoader());
    }

    static Lane take() {
        synchronized (FREE) {
            return FREE.isEmpty() ? new Lane() : FREE.pop();
        }
    }

    void giveBack() {
        if (this != BROWSER) {
            synchronized (FREE) {
                FREE.push(this);
            }
        }
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
