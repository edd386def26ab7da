package suite;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.regex.Pattern;

/**
 * What the suite says about servers of a cluster.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param code the suite's exit code
 * @param said all that it has printed
 */
record Judgement(int code, String said) {
    private static final Pattern TALLY = Pattern.compile("Of ([0-9]+) checks: ([0-9]+) green");

    /** Judges the servers that these words of its command line name. */
    static Judgement of(String... words) {
        var out = new ByteArrayOutputStream();
        try {
            int code = Main.run(new PrintStream(out, true, UTF_8), words);
            var judgement = new Judgement(code, out.toString(UTF_8));
            System.out.println(judgement.tally());
            return judgement;
        } finally {
            Options.forget();
        }
    }

    private String tally() {
        return said.lines()
                .filter(line -> TALLY.matcher(line).find())
                .findFirst()
                .orElse(said);
    }

    /** How many checks were green. */
    int greens() {
        var tally = TALLY.matcher(said);
        return tally.find() ? Integer.parseInt(tally.group(2)) : 0;
    }
}
