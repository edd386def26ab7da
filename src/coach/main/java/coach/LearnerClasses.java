package coach;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Map;

/**
 * Loads the learner's classes from memory, before those of the same name that the JVM may have.
 *
 * <p><b>Threads:</b> any thread.
 */
final class LearnerClasses extends ClassLoader {

    private final Map<String, byte[]> classes;

    LearnerClasses(Map<String, byte[]> classes, ClassLoader parent) {
        super(parent);
        this.classes = classes;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            var loaded = findLoadedClass(name);
            var bytes = classes.get(name);
            if (loaded == null && bytes != null) {
                loaded = defineClass(name, bytes, 0, bytes.length);
            }
            return loaded == null ? super.loadClass(name, resolve) : loaded;
        }
    }

    /** Serves code that reads classes before they are loaded. */
    @Override
    public InputStream getResourceAsStream(String name) {
        var bytes = classes.get(name.replaceFirst("\\.class$", "").replace('/', '.'));
        return bytes == null ? super.getResourceAsStream(name) : new ByteArrayInputStream(bytes);
    }
}
