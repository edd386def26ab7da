package suite;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.platform.engine.DiscoverySelector;
import suite.CheckResult.Outcome;

/**
 * The checks of one class that will run.
 *
 * <p><b>Threads:</b> immutable.
 */
record Selection(CheckClass checks, List<DiscoverySelector> selectors) {

    /** Returns the checks that these words name, {@code 05}, {@code resume} or {@code resume.lapped}; all if none. */
    static List<Selection> of(List<String> words, List<CheckClass> all) {
        for (var word : words) {
            if (all.stream().noneMatch(one -> one.isNamed(word))) {
                throw new Arguments.Misused(
                        "--only: there is no lesson, area, class or clause " + word + "; --list names the clauses");
            }
        }
        var selected = new ArrayList<Selection>();
        for (var one : all) {
            var selectors = selectors(words, one);
            if (!selectors.isEmpty()) {
                selected.add(new Selection(one, selectors));
            }
        }
        return selected;
    }

    /** Returns those that need no broker between several servers, which most servers do not support. */
    static List<Selection> ofOneServer(List<Selection> all) {
        return all.stream()
                .filter(one -> Stream.of(one.checks.type().getAnnotationsByType(Tag.class))
                        .noneMatch(tag -> tag.value().equals("cluster")))
                .toList();
    }

    /** Returns whether some of its checks make the server go down. */
    boolean drains() {
        return checks.clauses().stream().anyMatch(clause -> CheckClass.isClause(clause, "drain"));
    }

    /** Returns the result of a class that could not be run. */
    CheckResult notRun(String why) {
        var name = checks.type().getSimpleName();
        return new CheckResult(name, name, Outcome.NOT_RUN, why, "", Map.of(), 0, checks.clauses());
    }

    private static List<DiscoverySelector> selectors(List<String> words, CheckClass one) {
        if (words.isEmpty() || words.stream().anyMatch(one::isNamedWhole)) {
            return List.of(selectClass(one.type()));
        }
        return one.checks().stream()
                .filter(check -> CheckClass.clauses(one.type(), check.getName()).stream()
                        .anyMatch(clause -> words.stream().anyMatch(word -> CheckClass.isClause(clause, word))))
                .map(check -> (DiscoverySelector) selectMethod(one.type(), check))
                .toList();
    }
}
