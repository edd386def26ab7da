package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.SchemaFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;
import suite.CheckResult.Outcome;

/** The verdicts of a run as XML for machines and as a page for people. */
class ReportsTest {

    private static final String NASTY = "sent \u0000\ud800]]> <b>&amp;\"";

    private final Verdicts verdicts = verdicts(
            check("aStreamBegins", Outcome.GREEN, "", Map.of("delivered", "1000/1000")),
            check("aReaderIsTold [1] " + NASTY, Outcome.RED, NASTY + "\nand more", Map.of()),
            check("whatIsUnread", Outcome.NOT_JUDGED, "it needs the moon", Map.of()));

    private static CheckResult check(String name, Outcome outcome, String message, Map<String, String> figures) {
        var cause = outcome == Outcome.RED ? "It is red on purpose." : "";
        return new CheckResult("SomeTest", name, outcome, message, cause, figures, 1_500, Set.of("resume.lapped"));
    }

    private static Verdicts verdicts(CheckResult... checks) {
        return new Verdicts("https://localhost:9000", Instant.EPOCH, 4_500, Tally.of(List.of(checks)));
    }

    @Test
    void theXmlKeepsToTheSchemaThatCiServersRead() throws Exception {
        var schema = SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI)
                .newSchema(ReportsTest.class.getResource("junit.xsd"));

        schema.newValidator().validate(new StreamSource(new StringReader(JunitReport.of(verdicts))));
    }

    @Test
    void theXmlCountsAndNamesWhatIsRedAndWhatIsNotJudged() throws Exception {
        var document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(JunitReport.of(verdicts))));
        var suite = document.getElementsByTagName("testsuite").item(0).getAttributes();

        assertEquals("3", suite.getNamedItem("tests").getNodeValue());
        assertEquals("1", suite.getNamedItem("failures").getNodeValue());
        assertEquals("1", suite.getNamedItem("skipped").getNodeValue());
        assertEquals("1970-01-01T00:00:00", suite.getNamedItem("timestamp").getNodeValue());
        var failure = document.getElementsByTagName("failure").item(0).getTextContent();
        assertTrue(failure.endsWith("and more\nThe likely cause: It is red on purpose."), failure);
    }

    @Test
    void whatAServerHasSentIsTextOnThePage() {
        var page = HtmlReport.of(verdicts);

        assertTrue(page.contains("]]&gt; &lt;b&gt;&amp;amp;&quot;"), page);
        assertFalse(page.contains("<b>&amp;"), page);
        assertTrue(page.contains("<h1>1 of 3 checks are red</h1>"), page);
        assertTrue(page.contains("delivered 1000/1000"), page);
        assertFalse(page.contains("http://") || page.contains("src=") || page.contains("<script"), page);
    }

    @Test
    void whatIsNotJudgedIsNeverGreen() {
        var nothing = verdicts(check("whatIsUnread", Outcome.NOT_JUDGED, "it needs the moon", Map.of()));

        assertFalse(nothing.good());
        assertEquals(Outcome.NOT_JUDGED, nothing.of("resume.lapped"));
        assertEquals(
                "in part",
                Verdicts.word(Tally.of(List.of(
                        check("one", Outcome.GREEN, "", Map.of()),
                        check("other", Outcome.NOT_JUDGED, "why", Map.of())))));
    }

    @Test
    void oneRedRunOfManyIsRedAndCounted() {
        var runs = new ArrayList<CheckResult>();
        for (int i = 0; i < 100; i++) {
            runs.add(check("sometimes", i == 50 ? Outcome.RED : Outcome.GREEN, i == 50 ? "late" : "", Map.of()));
        }

        var tally = Tally.of(runs).get(0);

        assertEquals(Outcome.RED, tally.outcome());
        assertEquals("99 of 100 green", tally.ofAll());
        assertEquals("late", tally.worst().message());
    }

    @Test
    void runsThatWereNotJudgedAreNotCountedAsNotGreen() {
        var green = check("sometimes", Outcome.GREEN, "", Map.of());
        var unjudged = check("sometimes", Outcome.NOT_JUDGED, "it needs the moon", Map.of());

        assertEquals("not judged", Tally.of(List.of(unjudged, unjudged)).get(0).ofAll());
        assertEquals(
                "1 of 1 green, 1 not judged",
                Tally.of(List.of(green, unjudged)).get(0).ofAll());
        assertEquals("", Tally.of(List.of(unjudged)).get(0).ofAll());
    }
}
