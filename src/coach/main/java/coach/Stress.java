package coach;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.ClassNameFilter;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * {@code make stress}: runs the suite many times against the reference, each time in a separate JVM. Every run must be
 * green, and a run of no test at all is a failure.
 *
 * <p><b>Threads:</b> one at a time.
 */
public final class Stress {

    private static final List<String> PACKAGES = List.of("suite", "push");
    private static final long LONGEST_MINUTES = 30;
    private static final int SIDE_BY_SIDE = 3; // More than there are processors, because a test mostly waits.
    private static final long A_WHILE_MS = 20_000; // A longer wait needs a line for each run.

    private Stress() {}

    /** @param only a part of the class names, or empty for all; or one class with its package */
    static boolean run(int runs, String only, Screen screen) {
        try (var tasks = new Tasks(SIDE_BY_SIDE)) {
            return run(
                    Stream.generate(() -> tasks.begin(() -> suite(only)))
                            .limit(runs)
                            .toList(),
                    screen);
        }
    }

    private static boolean run(List<Future<List<String>>> begun, Screen screen) {
        long began = System.currentTimeMillis();
        int runs = begun.size();
        int green = 0;
        var failures = new TreeMap<String, Integer>();
        for (int i = 1; i <= runs; i++) {
            screen.passing("run " + i + " of " + runs + ", " + green + " green …");
            var said = Tasks.end(begun.get(i - 1));
            var reds = said.stream().filter(line -> line.startsWith("red ")).toList();
            int tests = said.stream()
                    .filter(line -> line.startsWith("tests "))
                    .mapToInt(line -> Integer.parseInt(line.substring(6)))
                    .sum();
            if (reds.isEmpty() && tests > 0) {
                green++;
            } else if (reds.isEmpty()) {
                failures.merge("no test has run, or the run has died", 1, Integer::sum);
            }
            reds.forEach(red -> failures.merge(red.substring(4), 1, Integer::sum));
            long eachMs = (System.currentTimeMillis() - began) / i;
            if (i % 10 == 0 || i == runs || eachMs > A_WHILE_MS) {
                screen.line(green + " of " + i + " green, " + Text.count(tests, "test") + " each, "
                        + Text.seconds(eachMs) + " each");
                failures.forEach((name, times) -> screen.line(screen.red("  " + times + " × " + name)));
            }
        }
        return runs > 0 && green == runs;
    }

    private static List<String> suite(String only) {
        var work = Folders.temporary();
        var file = work.resolve("said");
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var builder = new ProcessBuilder(
                java,
                "-ea",
                "-Xmx1g",
                "-Dfile.encoding=UTF-8",
                "-cp",
                System.getProperty("java.class.path"),
                Stress.class.getName(),
                file.toString(),
                only);
        builder.environment().put("SE_OFFLINE", "true");
        builder.environment().put("SE_AVOID_STATS", "true");
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD);
        try {
            var process = builder.start();
            if (!process.waitFor(LONGEST_MINUTES, TimeUnit.MINUTES)) { // A run that hangs counts as dead.
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
            }
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new UserError("no JVM for the suite: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("interrupted", e);
        } finally {
            Folders.delete(work);
        }
    }

    /** Runs once: writes a line for each red test, and their number when it has finished. */
    public static void main(String[] args) throws IOException {
        var said = new ArrayList<String>();
        int[] tests = new int[1];
        var request = LauncherDiscoveryRequestBuilder.request();
        if (args[1].contains(".")) {
            request.selectors(DiscoverySelectors.selectClass(args[1]));
        } else {
            request.selectors(PACKAGES.stream()
                            .map(DiscoverySelectors::selectPackage)
                            .toList())
                    .filters(ClassNameFilter.includeClassNamePatterns(".*" + args[1] + ".*Test"));
        }
        LauncherFactory.create().execute(request.build(), new TestExecutionListener() {
            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                boolean green = result.getStatus() == TestExecutionResult.Status.SUCCESSFUL;
                tests[0] += test.isTest() && green ? 1 : 0;
                if (!green) { // An abandoned run has judged nothing.
                    said.add("red " + name(test));
                }
            }
        });
        said.add("tests " + tests[0]);
        Files.write(Path.of(args[0]), said);
        Runtime.getRuntime().exit(0);
    }

    private static String name(TestIdentifier test) {
        return test.getSource()
                .filter(MethodSource.class::isInstance)
                .map(MethodSource.class::cast)
                .map(source -> source.getClassName().replaceFirst(".*\\.", "") + "." + source.getMethodName())
                .orElse(test.getDisplayName());
    }
}
