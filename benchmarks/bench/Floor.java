package bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The lower bound for any server: the CPU of one OpenSSL write to each connection, by a program in C that the bench
 * compiles.
 *
 * <p><b>Threads:</b> confined to one.
 */
final class Floor {
    private static final Path PROGRAM = Path.of("target", "bench", "floor").toAbsolutePath();
    private static final int RECORD = 122; // A message of the load in the kit's form.
    private static final int FRAME = 9;
    private static final int WRITES = 100_000;

    private final boolean here;

    private Floor(boolean here) {
        this.here = here;
    }

    /** Compiles the program; absent if there is no C compiler or OpenSSL's headers are missing. */
    static Floor build(List<String> leftOut) throws IOException {
        Files.createDirectories(PROGRAM.getParent());
        Files.deleteIfExists(PROGRAM);
        if (Jdk.command("cc").isPresent()) {
            Server.run(List.of("cc", "-O2", "-o", PROGRAM.toString(), "benchmarks/floor.c", "-lssl", "-lcrypto"));
        }
        boolean here = Files.isExecutable(PROGRAM);
        if (!here) {
            leftOut.add("the floor: there is no C compiler, or no OpenSSL to compile with (Debian: apt install gcc"
                    + " libssl-dev)");
        }
        return new Floor(here);
    }

    /** Measures the floor of one delivery: a write carries the records of all streams of its connection. */
    Optional<Results.Floor> measure(int connections, int streams) throws IOException {
        if (!here) {
            return Optional.empty();
        }
        int rounds = Math.max(3, WRITES / connections / Math.max(1, streams / 10));
        String micros = Server.run(List.of(
                        PROGRAM.toString(),
                        "certs/server.crt",
                        "certs/key.pem",
                        Integer.toString(connections),
                        Integer.toString(rounds),
                        Integer.toString(streams * (RECORD + FRAME))))
                .strip();
        try {
            return Optional.of(new Results.Floor(connections, streams, Double.parseDouble(micros) / streams));
        } catch (NumberFormatException e) {
            throw new IOException("floor of " + connections + " connections: " + micros, e);
        }
    }
}
