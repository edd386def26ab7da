package push;

import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * Proves that the simulation finds faults: plants each of a table in the server's sources, one at a time and in memory,
 * and reports the number of steps until a promise was broken.
 *
 * <p><b>Threads:</b> one for each fault; each has its own classes, and so shares nothing.
 */
final class PlantedFaults {
    /** A line of the table of results; no step if nothing was found. */
    record Found(String name, long seed, long steps, String what) {
        @Override
        public String toString() {
            return steps == 0
                    ? String.format("NOT FOUND      %s", name)
                    : String.format("%6d steps   %s (seed %d: %s)", steps, name, seed, shortened(what));
        }

        private static String shortened(String text) {
            String line = text.replace('\n', ' ');
            return line.length() > 110 ? line.substring(0, 110) + '…' : line;
        }
    }

    private record Fault(String name, String file, List<String> before, List<String> after) {
        Fault(String name) {
            this(name, "", new ArrayList<>(), new ArrayList<>());
        }

        Fault in(String path) {
            return new Fault(name, path, before, after);
        }
    }

    private static final int SEEDS = 100;
    private static final int STEPS = 3_000;

    private PlantedFaults() {}

    /** {@code PlantedFaults [seed]}: prints the table; exit code 1 if one was not found. */
    public static void main(String[] args) throws Exception {
        long seed = args.length > 0 && !args[0].isEmpty() ? Long.parseLong(args[0]) : System.nanoTime();
        System.out.println("Planting faults, from seed " + seed);
        Logger.getLogger("").setLevel(Level.OFF); // The simulation's own switch is shared by all threads.
        var workers = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        var all = table().stream()
                .map(fault -> workers.submit(() -> find(fault, seed)))
                .toList();
        int missed = 0;
        for (Future<Found> each : all) {
            System.out.println(each.get());
            missed += each.get().steps == 0 ? 1 : 0;
        }
        System.exit(missed);
    }

    private static List<Fault> table() throws IOException {
        List<Fault> faults = new ArrayList<>();
        try (var in = PlantedFaults.class.getResourceAsStream("/push/faults.txt")) {
            for (String line : new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8).split("\n")) {
                int last = faults.size() - 1;
                if (line.startsWith("fault: ")) {
                    faults.add(new Fault(line.substring(7)));
                } else if (line.startsWith("file: ")) {
                    faults.set(last, faults.get(last).in(line.substring(6)));
                } else if (line.startsWith("- ")) {
                    faults.get(last).before.add(line.substring(2).strip());
                } else if (line.startsWith("+ ")) {
                    faults.get(last).after.add(line.substring(2));
                } else if (!line.isBlank() && !line.startsWith("#")) {
                    throw new IllegalArgumentException("faults.txt has a line that it may not have: " + line);
                }
            }
        }
        return faults;
    }

    private static Found find(Fault fault, long firstSeed) throws Exception {
        Path classes = Files.createTempDirectory("fault");
        compile(fault, plant(fault), classes);
        try (var loader = new Planted(classes)) {
            Method live = loader.loadClass("push.Simulation").getDeclaredMethod("live", long.class, long.class);
            live.setAccessible(true);
            long steps = 0;
            for (long seed = firstSeed; seed < firstSeed + SEEDS; seed++) {
                Object found = live.invoke(null, seed, (long) STEPS);
                String what = (String) read(found, "what");
                steps += (long) read(found, "steps");
                if (!what.isEmpty()) {
                    return new Found(fault.name, seed, steps, what);
                }
            }
            return new Found(fault.name, firstSeed, 0, "");
        } finally {
            try (var files = Files.walk(classes)) {
                files.sorted(java.util.Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
        }
    }

    private static Object read(Object found, String component) throws ReflectiveOperationException {
        Method accessor = found.getClass().getDeclaredMethod(component);
        accessor.setAccessible(true);
        return accessor.invoke(found);
    }

    private static String plant(Fault fault) throws IOException {
        List<String> lines = Files.readAllLines(sources().resolve(fault.file));
        int at = -1;
        for (int i = 0; i + fault.before.size() <= lines.size(); i++) {
            if (lines.subList(i, i + fault.before.size()).stream()
                    .map(String::strip)
                    .toList()
                    .equals(fault.before)) {
                if (at >= 0) {
                    throw new IllegalArgumentException(fault.name + ": stands twice in " + fault.file);
                }
                at = i;
            }
        }
        if (at < 0) {
            throw new IllegalArgumentException(fault.name + ": is not in " + fault.file + ": " + fault.before);
        }
        List<String> changed = new ArrayList<>(lines.subList(0, at));
        changed.addAll(fault.after);
        changed.addAll(lines.subList(at + fault.before.size(), lines.size()));
        return String.join("\n", changed);
    }

    /** Returns the sources. The working folder of the tests is the module's folder or the project's. */
    private static Path sources() {
        Path here = Path.of("main/java/push");
        return Files.isDirectory(here) ? here : Path.of("src/server/main/java/push");
    }

    private static void compile(Fault fault, String source, Path classes) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        JavaFileObject file =
                new SimpleJavaFileObject(URI.create("mem:///push/" + fault.file), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        StringWriter out = new StringWriter();
        List<String> options = List.of("-d", classes.toString(), "-proc:none", "-nowarn");
        if (!compiler.getTask(out, null, null, options, null, List.of(file)).call()) {
            throw new IllegalArgumentException(fault.name + " does not compile: " + out);
        }
    }

    /** Loads the planted class first, and all others of the package beside it, so that they are one package. */
    private static final class Planted extends URLClassLoader {
        Planted(Path planted) throws Exception {
            super(
                    new URL[] {planted.toUri().toURL(), of(Simulation.class), of(Shard.class)},
                    PlantedFaults.class.getClassLoader());
        }

        private static URL of(Class<?> type) {
            return type.getProtectionDomain().getCodeSource().getLocation();
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("push.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded != null ? loaded : findClass(name);
            }
        }
    }
}
