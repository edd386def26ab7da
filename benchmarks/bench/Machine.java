package bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;

/**
 * The machine and the software that were measured, without which no figure has a meaning.
 *
 * <p><b>Threads:</b> immutable.
 */
record Machine(
        String date,
        String name,
        String processor,
        int processors,
        long memoryBytes,
        String jdk,
        String node,
        String commit,
        String loadAverage) {

    static Machine here() throws IOException {
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return new Machine(
                LocalDate.now().toString(),
                System.getenv().getOrDefault("MACHINE", hostName()),
                processorName(),
                Runtime.getRuntime().availableProcessors(),
                system.getTotalMemorySize(),
                System.getProperty("java.vm.version") + ", " + System.getProperty("os.name") + " "
                        + System.getProperty("os.version").replaceFirst("-.*", ""),
                Jdk.command("node").isPresent()
                        ? Server.run(List.of("node", "--version")).strip()
                        : "",
                Server.run(List.of("git", "describe", "--always", "--dirty")).strip(),
                String.format(Locale.ROOT, "%.1f", system.getSystemLoadAverage()));
    }

    private static String hostName() throws IOException {
        return InetAddress.getLocalHost()
                .getHostName()
                .replaceAll("[^A-Za-z0-9-].*", "")
                .toLowerCase(Locale.ROOT);
    }

    private static String processorName() throws IOException {
        Path cpuinfo = Path.of("/proc/cpuinfo");
        if (!Files.exists(cpuinfo)) {
            return Server.run(List.of("sysctl", "-n", "machdep.cpu.brand_string"))
                    .strip();
        }
        return Files.readAllLines(cpuinfo).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse(System.getProperty("os.arch"));
    }

    /** Returns whether a process may have this many sockets, and some files besides. */
    static boolean mayOpen(int connections) throws IOException {
        String limit = Server.run(List.of("sh", "-c", "ulimit -Hn")).strip();
        return limit.equals("unlimited") || Long.parseLong(limit) >= connections + 200;
    }
}
