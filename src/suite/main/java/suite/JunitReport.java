package suite;

import java.io.StringWriter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import suite.CheckResult.Outcome;

/**
 * Writes the verdicts as JUnit XML, which CI servers read: a suite for each class, a case for each check. A check that was not
 * judged is skipped there, because the format has no other word for it.
 *
 * <p><b>Threads:</b> any thread.
 */
final class JunitReport {

    private final Verdicts verdicts;
    private final XMLStreamWriter xml;

    private JunitReport(Verdicts verdicts, XMLStreamWriter xml) {
        this.verdicts = verdicts;
        this.xml = xml;
    }

    static String of(Verdicts verdicts) {
        var text = new StringWriter();
        try {
            var xml = XMLOutputFactory.newFactory().createXMLStreamWriter(text);
            new JunitReport(verdicts, xml).write();
            xml.close();
        } catch (XMLStreamException e) {
            throw new IllegalStateException(e);
        }
        return text.append('\n').toString();
    }

    private void write() throws XMLStreamException {
        xml.writeStartDocument("UTF-8", "1.0");
        xml.writeStartElement("testsuites");
        var types = verdicts.checks().stream()
                .map(one -> one.worst().type())
                .distinct()
                .toList();
        for (int i = 0; i < types.size(); i++) {
            var type = types.get(i);
            suite(
                    i,
                    type,
                    verdicts.checks().stream()
                            .filter(one -> one.worst().type().equals(type))
                            .toList());
        }
        xml.writeEndElement();
        xml.writeEndDocument();
    }

    private void suite(int id, String type, List<Tally> checks) throws XMLStreamException {
        xml.writeStartElement("testsuite");
        attribute("package", "suite");
        attribute("id", String.valueOf(id));
        attribute("name", type);
        attribute(
                "timestamp",
                DateTimeFormatter.ISO_LOCAL_DATE_TIME.format(
                        verdicts.began().truncatedTo(ChronoUnit.SECONDS).atOffset(ZoneOffset.UTC)));
        attribute("hostname", hostname());
        attribute("tests", String.valueOf(checks.size()));
        attribute("failures", String.valueOf(count(checks, Outcome.RED)));
        attribute("errors", "0");
        attribute("skipped", String.valueOf(count(checks, Outcome.NOT_JUDGED) + count(checks, Outcome.NOT_RUN)));
        attribute(
                "time",
                seconds(checks.stream().mapToLong(one -> one.worst().ms()).sum()));
        xml.writeStartElement("properties");
        xml.writeEmptyElement("property");
        attribute("name", "server");
        attribute("value", verdicts.server());
        xml.writeEndElement();
        for (var check : checks) {
            testcase(check);
        }
        xml.writeStartElement("system-out");
        text(checks.stream().map(JunitReport::said).collect(Collectors.joining()));
        xml.writeEndElement();
        xml.writeStartElement("system-err");
        xml.writeEndElement();
        xml.writeEndElement();
    }

    private void testcase(Tally check) throws XMLStreamException {
        var worst = check.worst();
        xml.writeStartElement("testcase");
        attribute("name", worst.name());
        attribute("classname", "suite." + worst.type());
        attribute("time", seconds(worst.ms()));
        switch (check.outcome()) {
            case RED -> {
                xml.writeStartElement("failure");
                attribute("message", worst.message().lines().findFirst().orElse("red"));
                attribute("type", CheckFailed.class.getName());
                text(worst.message()
                        + (worst.likelyCause().isEmpty() ? "" : "\nThe likely cause: " + worst.likelyCause()));
                xml.writeEndElement();
            }
            case NOT_JUDGED, NOT_RUN -> {
                xml.writeEmptyElement("skipped");
                attribute("message", Verdicts.word(check.outcome()) + ": " + worst.message());
            }
            case GREEN -> {}
        }
        xml.writeEndElement();
    }

    /** Returns a line for a check that has figures or more than one run. */
    private static String said(Tally check) {
        var figures = Verdicts.figures(check.worst().figures());
        var all = check.ofAll() + (check.ofAll().isEmpty() || figures.isEmpty() ? "" : " · ") + figures;
        return all.isEmpty() ? "" : check.worst().name() + " " + check.worst().clauses() + ": " + all + "\n";
    }

    private static long count(List<Tally> checks, Outcome outcome) {
        return checks.stream().filter(one -> one.outcome() == outcome).count();
    }

    private static String seconds(long ms) {
        return String.format(Locale.ROOT, "%.3f", ms / 1e3);
    }

    private static String hostname() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    private void attribute(String name, String value) throws XMLStreamException {
        xml.writeAttribute(name, allowed(value));
    }

    private void text(String text) throws XMLStreamException {
        xml.writeCharacters(allowed(text));
    }

    /**
     * Replaces characters that XML does not allow. A server may have sent anything, and XML 1.0 cannot express most
     * control characters and lone surrogates.
     */
    private static String allowed(String text) {
        return text.codePoints()
                .map(c ->
                        c == '\n' || c == '\t' || c >= ' ' && c <= 0xd7ff || c >= 0xe000 && c <= 0xfffd || c >= 0x10000
                                ? c
                                : 0xfffd)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
