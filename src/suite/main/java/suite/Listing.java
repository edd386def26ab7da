package suite;

import java.io.PrintStream;
import java.util.List;

/**
 * Prints each clause of the contract with the checks that prove it, for {@code --list}.
 *
 * <p><b>Threads:</b> any thread.
 */
final class Listing {

    private Listing() {}

    /** @param only the requested words; clauses that none of them names are left out, unless there are no words */
    static void print(PrintStream out, List<CheckClass> classes, List<String> only) {
        for (var clause : Contract.read().clauses()) {
            boolean whole = only.isEmpty() || only.stream().anyMatch(word -> CheckClass.isClause(clause.id(), word));
            var checks = checks(
                    clause.id(),
                    classes.stream()
                            .filter(one -> whole || only.stream().anyMatch(one::isNamedWhole))
                            .toList());
            if (!checks.isEmpty()) {
                out.println(clause.id() + "  " + clause.sentence());
                checks.forEach(check -> out.println("    " + check));
            }
        }
    }

    /** Returns the checks that prove this clause, each as {@code Class.method}. */
    static List<String> checks(String clause, List<CheckClass> classes) {
        return classes.stream()
                .flatMap(one -> one.checks().stream()
                        .filter(check ->
                                CheckClass.clauses(one.type(), check.getName()).contains(clause))
                        .map(check -> one.type().getSimpleName() + "." + check.getName()))
                .toList();
    }
}
