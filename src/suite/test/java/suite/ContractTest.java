package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import suite.Contract.Clause;

/** The contract in DESIGN.md, its clauses and the checks say the same. */
class ContractTest {

    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z]+\\.[a-z]+)` \\| (.+) \\|$");

    private final List<CheckClass> classes = CheckClass.all();
    private final List<Clause> clauses = Contract.read().clauses();

    @Test
    void designHasTheSameClausesInTheSameOrder() throws IOException {
        var design = ROW.matcher(Files.readString(Path.of("DESIGN.md")))
                .results()
                .map(row -> new Clause(row.group(1), row.group(2).replace("`", "")))
                .toList();

        assertEquals(clauses, design);
    }

    @Test
    void noClauseIsThereTwice() {
        assertEquals(clauses.size(), clauses.stream().map(Clause::id).distinct().count());
    }

    @Test
    void everyClauseIsProvedByACheck() {
        var unproved = clauses.stream()
                .map(Clause::id)
                .filter(id -> Listing.checks(id, classes).isEmpty())
                .toList();

        assertEquals(List.of(), unproved, "clauses that no check proves");
    }

    @Test
    void everyCheckProvesAClauseThatIsThere() {
        var known = clauses.stream().map(Clause::id).collect(Collectors.toSet());
        for (var type : classes) {
            assertTrue(!type.checks().isEmpty(), type.type().getSimpleName() + " has no check");
            for (var check : type.checks()) {
                var proves = new HashSet<>(CheckClass.clauses(type.type(), check.getName()));
                assertTrue(!proves.isEmpty(), check + " proves no clause");
                proves.removeAll(known);
                assertTrue(proves.isEmpty(), check + " proves " + proves + ", which the contract does not have");
            }
        }
    }

    @Test
    void everyClassOfTestsOfTheSuiteIsAClassOfChecks() throws IOException {
        try (var files = Files.list(Path.of("src/suite/main/java/suite"))) {
            var tests = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith("Test.java"))
                    .map(name -> name.replace(".java", ""))
                    .sorted()
                    .toList();

            assertEquals(
                    tests,
                    classes.stream()
                            .map(one -> one.type().getSimpleName())
                            .sorted()
                            .toList());
        }
    }
}
