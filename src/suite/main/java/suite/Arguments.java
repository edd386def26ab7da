package suite;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * The arguments of the command line.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param also another server of the same cluster, or empty
 * @param only the classes and clauses to judge; none for all
 * @param report where the JUnit XML goes
 * @param html where the page of verdicts goes
 */
record Arguments(
        String url,
        String also,
        String command,
        long pid,
        Optional<Path> certificate,
        List<String> only,
        boolean list,
        Optional<Path> report,
        Optional<Path> html,
        int repeat) {

    static final String USAGE = """
            push-suite judges a server by the contract of the streaming push pattern.

              java -jar push-suite.jar https://localhost:9000 [options]     judges a running server on this machine
              java -jar push-suite.jar --command "node server.js" [options]  starts the server for each class of checks,
                                                                             with its settings, on a free port

              --also URL          another server of the same cluster: each request goes to the next of the two
              --cert FILE         the server's certificate, or its signer's, in PEM (default: certs/server.crt)
              --pid N             the process of a running server, for the checks that send SIGTERM or measure memory
              --only 05,resume    only these lessons, areas, classes or clauses; lesson 17 runs only if named
              --repeat N          judges N times, and counts
              --report FILE       writes JUnit XML
              --html FILE         writes a page of verdicts
              --list              lists the clauses of the contract, and the checks that prove each

            The exit code is 0 if everything that was judged is green, 1 if something is red or nothing was judged, and
            2 if the arguments are wrong or no server answers.""";

    /** Thrown if the command line asks for something that cannot be done. The message says why. */
    static final class Misused extends RuntimeException {
        private static final long serialVersionUID = 1;

        Misused(String message) {
            super(message);
        }
    }

    static Arguments parse(String... words) {
        var url = "";
        var also = "";
        var command = "";
        long pid = -1;
        Optional<Path> certificate = Optional.empty();
        Optional<Path> report = Optional.empty();
        Optional<Path> html = Optional.empty();
        List<String> only = List.of();
        boolean list = false;
        int repeat = 1;
        var rest = Arrays.asList(words).iterator();
        while (rest.hasNext()) {
            var word = rest.next();
            switch (word) {
                case "--also" -> also = value(word, rest);
                case "--command" -> command = value(word, rest);
                case "--pid" -> pid = number(word, value(word, rest), Integer.MAX_VALUE);
                case "--cert" -> certificate = Optional.of(readable(word, value(word, rest)));
                case "--only" -> only = List.of(value(word, rest).strip().split("[ ,]+"));
                case "--repeat" -> repeat = number(word, value(word, rest), 100_000);
                case "--report" -> report = Optional.of(Path.of(value(word, rest)));
                case "--html" -> html = Optional.of(Path.of(value(word, rest)));
                case "--list" -> list = true;
                default -> {
                    if (word.startsWith("-")) {
                        throw new Misused("there is no option " + word);
                    }
                    if (!url.isEmpty()) {
                        throw new Misused("one URL at a time: " + url + " or " + word);
                    }
                    url = word;
                }
            }
        }
        if (url.isEmpty() && command.isEmpty() && !list) {
            throw new Misused("name a server: give its URL, or --command");
        }
        if (!url.isEmpty() && !command.isEmpty()) {
            throw new Misused("give a URL or --command, not both");
        }
        if (pid > 0 && ProcessHandle.of(pid).isEmpty()) {
            throw new Misused("--pid: there is no process " + pid);
        }
        if (!also.isEmpty() && url.isEmpty()) {
            throw new Misused("--also names a second server, and there is no first: give its URL");
        }
        return new Arguments(url, also, command, pid, certificate, only, list, report, html, repeat);
    }

    private static String value(String option, Iterator<String> rest) {
        var value = rest.hasNext() ? rest.next() : "";
        if (value.isBlank() || value.startsWith("--")) {
            throw new Misused(option + " needs a value");
        }
        return value;
    }

    private static int number(String option, String value, int most) {
        if (!value.matches("[1-9][0-9]{0,9}") || Long.parseLong(value) > most) {
            throw new Misused(option + " takes a number from 1 to " + most + ", not " + value);
        }
        return Integer.parseInt(value);
    }

    private static Path readable(String option, String value) {
        var file = Path.of(value);
        if (!Files.isReadable(file)) {
            throw new Misused(option + ": cannot read " + file.toAbsolutePath());
        }
        return file;
    }

    Options options() {
        var options = command.isEmpty() ? Options.url(url, pid).withAlso(also) : Options.command(command);
        return certificate.map(options::withCertificate).orElse(options);
    }

    /** Returns the name of the judged server, for a title. */
    String server() {
        return !command.isEmpty() ? command : also.isEmpty() ? url : url + " and " + also + " by turns";
    }
}
