package push;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;

/** Checks in the compiled classes that the pattern is separate from the plumbing. */
final class PackagesTest {
    private static final Pattern ARROW = Pattern.compile("(?m)^\\s+(\\S+)\\s+-> (\\S+)");

    @Test
    void patternKnowsNeitherThePlumbingNorANetwork() throws Exception {
        Set<String> arrows = arrows("-verbose:package");

        assertTrue(arrows.contains("push.http -> push") && arrows.contains("push.http -> io.undertow.server"));
        assertEquals(
                List.of(),
                arrows.stream()
                        .filter(arrow -> arrow.matches(
                                "push -> (push\\.http|io\\.undertow|org\\.xnio|java\\.net|javax\\.net).*"))
                        .toList());
    }

    /** A nested type counts as its outer type. The types that remain without those at the ends form a cycle. */
    @Test
    void noTypesOfThePatternFormACycle() throws Exception {
        var arrows = new TreeSet<String>();
        for (var arrow : arrows("-verbose:class")) {
            var ends = arrow.replaceAll("\\$[^ ]*", "").split(" -> ");
            if (ends[0].matches("push\\.[A-Z]\\w*")
                    && ends[1].matches("push\\.[A-Z]\\w*")
                    && !ends[0].equals(ends[1])) {
                arrows.add(ends[0] + " -> " + ends[1]);
            }
        }
        assertTrue(arrows.contains("push.Shard -> push.Connection"), arrows::toString);

        boolean found = true;
        while (found) {
            var froms = ends(arrows, 0);
            var tos = ends(arrows, 2);
            found = arrows.removeIf(
                    arrow -> !froms.contains(arrow.split(" ")[2]) || !tos.contains(arrow.split(" ")[0]));
        }

        assertEquals(Set.of(), arrows);
    }

    private static List<String> ends(Set<String> arrows, int word) {
        return arrows.stream().map(arrow -> arrow.split(" ")[word]).toList();
    }

    /** Returns the arrows that the JDK's jdeps draws between packages or classes. */
    private static Set<String> arrows(String verbose) throws Exception {
        var classes = Path.of(
                Shard.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        var out = new StringWriter();
        var jdeps = ToolProvider.findFirst("jdeps").orElseThrow();
        int exit = jdeps.run(
                new PrintWriter(out),
                new PrintWriter(out),
                "--multi-release",
                "base",
                verbose,
                "-filter:none",
                "--ignore-missing-deps",
                classes.toString());
        assertEquals(0, exit, out.toString());
        var arrows = new TreeSet<String>();
        var arrow = ARROW.matcher(out.toString());
        while (arrow.find()) {
            arrows.add(arrow.group(1) + " -> " + arrow.group(2));
        }
        return arrows;
    }
}
