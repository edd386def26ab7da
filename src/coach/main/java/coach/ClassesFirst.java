package coach;

import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;

/**
 * Loads classes from one folder before it asks its parent.
 *
 * <p><b>Threads:</b> any thread.
 */
final class ClassesFirst extends URLClassLoader {

    /** @param folder or empty for the parent alone */
    ClassesFirst(String folder, ClassLoader parent) throws MalformedURLException {
        super(folder.isEmpty() ? new URL[0] : new URL[] {Path.of(folder).toUri().toURL()}, parent);
    }

    /** Serves code that reads classes before they are loaded. */
    @Override
    public URL getResource(String name) {
        var own = findResource(name);
        return own == null ? super.getResource(name) : own;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            var loaded = findLoadedClass(name);
            if (loaded == null && findResource(name.replace('.', '/') + ".class") != null) {
                loaded = findClass(name);
            }
            return loaded == null ? super.loadClass(name, resolve) : loaded;
        }
    }
}
