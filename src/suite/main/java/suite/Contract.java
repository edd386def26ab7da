package suite;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * The clauses of the contract that the suite judges, in the order of DESIGN.md.
 *
 * <p><b>Threads:</b> immutable.
 */
public record Contract(List<Clause> clauses) {

    /**
     * One sentence of the contract.
     *
     * @param id a word for the part of the contract and one for the clause, {@code resume.lapped}; it never changes
     */
    public record Clause(String id, String sentence) {}

    /** Returns the contract that this suite was written for. */
    public static Contract read() {
        try (InputStream in = Contract.class.getResourceAsStream("clauses.txt")) {
            var text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            return new Contract(text.lines().map(Contract::clause).toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Clause clause(String line) {
        var parts = line.split(" ", 2);
        return new Clause(parts[0], parts[1].strip());
    }
}
