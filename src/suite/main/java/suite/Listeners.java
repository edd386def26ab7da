package suite;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Finds the process that listens on a port, so that the wrong server is never judged. Linux provides this in
 * {@code /proc}.
 *
 * <p><b>Threads:</b> any thread.
 */
final class Listeners {

    private static final String LISTENING = "0A";

    private Listeners() {}

    /** Returns whether one of these processes listens on this port, or empty if the system does not tell. */
    static Optional<Boolean> has(Stream<ProcessHandle> processes, int port) {
        if (!Files.isReadable(Path.of("/proc/net/tcp"))) {
            return Optional.empty();
        }
        var sockets = sockets(port);
        return Optional.of(processes.anyMatch(process -> holds(process.pid(), sockets)));
    }

    /** Returns whether this process, or one that it has started, listens on this port, or the system does not tell. */
    static boolean mayBe(long pid, int port) {
        var process = ProcessHandle.of(pid);
        boolean isToSee = Files.isReadable(Path.of("/proc/" + pid + "/fd"))
                && link(Path.of("/proc/" + pid + "/ns/net")).equals(link(Path.of("/proc/self/ns/net")));
        return !isToSee
                || process.flatMap(one -> has(Stream.concat(Stream.of(one), one.descendants()), port))
                        .orElse(true);
    }

    /** Returns the sockets that listen on this port, as named among a process's open files. */
    private static Set<String> sockets(int port) {
        var sockets = new HashSet<String>();
        var end = String.format(Locale.ROOT, ":%04X", port);
        for (var table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            for (var line : lines(Path.of(table))) {
                var fields = line.strip().split(" +");
                if (fields.length > 9 && fields[1].endsWith(end) && fields[3].equals(LISTENING)) {
                    sockets.add("socket:[" + fields[9] + "]");
                }
            }
        }
        return sockets;
    }

    private static boolean holds(long pid, Set<String> sockets) {
        try (var files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return files.anyMatch(file -> sockets.contains(link(file)));
        } catch (IOException e) {
            return false; // It has gone.
        }
    }

    private static String link(Path file) {
        try {
            return Files.readSymbolicLink(file).toString();
        } catch (IOException e) {
            return ""; // It was closed meanwhile.
        }
    }

    private static List<String> lines(Path table) {
        try {
            return Files.readAllLines(table, US_ASCII);
        } catch (IOException e) {
            return List.of(); // No IPv6, no table.
        }
    }
}
