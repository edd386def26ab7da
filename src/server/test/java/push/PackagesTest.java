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

/** The pattern apart from the plumbing, as the compiled classes say it. */
final class PackagesTest {
    private static final Pattern ARROW = Pattern.compile("(?m)^\\s+(\\S+)\\s+-> (\\S+)");

    @Test
    void patternKnowsNeitherThePlumbingNorANetwork() throws Exception {
        Set<String> arrows = arrows();

        assertTrue(arrows.contains("push.http -> push") && arrows.contains("push.http -> io.undertow.server"));
        assertEquals(
                List.of(),
                arrows.stream()
                        .filter(arrow -> arrow.matches(
                                "push -> (push\\.http|io\\.undertow|org\\.xnio|java\\.net|javax\\.net).*"))
                        .toList());
    }

    /** From package to package: jdeps, from the JDK. */
    private static Set<String> arrows() throws Exception {
        var classes = Path.of(
                Shard.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        var out = new StringWriter();
        var jdeps = ToolProvider.findFirst("jdeps").orElseThrow();
        int exit = jdeps.run(
                new PrintWriter(out),
                new PrintWriter(out),
                "--multi-release",
                "base",
                "-verbose:package",
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
