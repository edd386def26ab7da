package suite;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import suite.CheckResult.Outcome;
import suite.Contract.Clause;

/**
 * Writes the verdicts as a page for people, by clause of the contract, with the figures beside each check. It is one
 * file that loads nothing.
 *
 * <p><b>Threads:</b> any thread.
 */
final class HtmlReport {

    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "d MMMM uuuu, HH:mm 'UTC'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private final Verdicts verdicts;
    private final StringBuilder page = new StringBuilder();

    private HtmlReport(Verdicts verdicts) {
        this.verdicts = verdicts;
    }

    static String of(Verdicts verdicts) {
        return new HtmlReport(verdicts).write();
    }

    private String write() {
        line("<!doctype html>");
        line("<html lang=\"en\">");
        line("<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        line("<title>" + text(title()) + ": " + text(verdicts.server()) + "</title>");
        line("<style>" + style() + "</style></head>");
        line("<body><main>");
        header();
        clauses();
        rest();
        line("</main></body></html>");
        return page.toString();
    }

    private String title() {
        if (verdicts.count(Outcome.RED) > 0) {
            return verdicts.count(Outcome.RED) + " of " + verdicts.checks().size() + " checks are red";
        }
        if (verdicts.count(Outcome.NOT_RUN) > 0) {
            return "The run ended early";
        }
        return verdicts.good() ? "Everything that was judged is green" : "Nothing was judged";
    }

    private void header() {
        line("<header class=\"" + (verdicts.good() ? "green" : "red") + "\">");
        line("<p class=\"kind\">Streaming push: verdicts</p>");
        line("<h1>" + text(title()) + "</h1>");
        line("<p class=\"server\"><code>" + text(verdicts.server()) + "</code></p>");
        line("<p class=\"when\">" + DATE.format(verdicts.began()) + ", "
                + String.format(Locale.ROOT, "%.1f s", verdicts.ms() / 1e3) + "</p>");
        line("<ul class=\"sums\">");
        for (var outcome : Outcome.values()) {
            long n = verdicts.count(outcome);
            if (n > 0 || outcome != Outcome.NOT_RUN) {
                line("<li class=\"" + style(outcome) + "\"><b>" + n + "</b> " + Verdicts.word(outcome) + "</li>");
            }
        }
        line("</ul></header>");
    }

    /** Writes a section for each part of the contract, which is the word before the dot. */
    private void clauses() {
        var parts = new LinkedHashMap<String, List<Clause>>();
        for (var clause : Contract.read().clauses()) {
            if (!verdicts.proving(clause.id()).isEmpty()) {
                parts.merge(clause.id().replaceFirst("\\..*", ""), List.of(clause), HtmlReport::joined);
            }
        }
        parts.forEach((part, clauses) -> {
            line("<section><h2>" + text(part.equals("tls") ? "TLS" : part) + "</h2>");
            clauses.forEach(this::clause);
            line("</section>");
        });
    }

    private static List<Clause> joined(List<Clause> some, List<Clause> more) {
        return java.util.stream.Stream.concat(some.stream(), more.stream()).toList();
    }

    private void clause(Clause clause) {
        var checks = verdicts.proving(clause.id());
        var outcome = verdicts.of(clause.id());
        line("<details class=\"" + style(outcome) + "\"" + (outcome == Outcome.RED ? " open" : "") + "><summary>"
                + "<span class=\"word\">" + text(Verdicts.word(checks)) + "</span>"
                + "<span class=\"sentence\">" + text(clause.sentence()) + " <code>" + text(clause.id())
                + "</code>" + figures(checks) + "</span><span class=\"count\">"
                + (checks.size() == 1 ? "1 check" : checks.size() + " checks") + "</span></summary>");
        checks(checks);
        line("</details>");
    }

    /** Returns the figures of its checks, each once. */
    private static String figures(List<Tally> checks) {
        var figures = new LinkedHashMap<String, String>();
        checks.forEach(check -> figures.putAll(check.worst().figures()));
        return figures.isEmpty() ? "" : "<span class=\"measured\">" + text(Verdicts.figures(figures)) + "</span>";
    }

    private void checks(List<Tally> checks) {
        line("<ul class=\"checks\">");
        for (var check : checks) {
            var worst = check.worst();
            line("<li class=\"" + style(check.outcome()) + "\"><div class=\"check\"><span class=\"mark\" title=\""
                    + Verdicts.word(check.outcome()) + "\"></span><span class=\"name\">" + text(said(worst.name()))
                    + "</span><span class=\"figures\">" + figures(check) + "</span></div>");
            if (check.outcome() != Outcome.GREEN) {
                line("<pre>" + text(worst.message()) + "</pre>");
            }
            if (!worst.likelyCause().isEmpty() && check.outcome() == Outcome.RED) {
                line("<p class=\"cause\">" + text(worst.likelyCause()) + "</p>");
            }
            line("</li>");
        }
        line("</ul>");
    }

    private static String figures(Tally check) {
        var figures = new LinkedHashMap<String, String>();
        if (check.runs() > 1) {
            figures.put("green", check.count(Outcome.GREEN) + "/" + check.runs());
        }
        figures.putAll(check.worst().figures());
        figures.put("", String.format(Locale.ROOT, "%.2f s", check.worst().ms() / 1e3));
        var text = new StringBuilder();
        for (Map.Entry<String, String> figure : figures.entrySet()) {
            text.append("<span>")
                    .append(text(figure.getKey()))
                    .append(" <b>")
                    .append(text(figure.getValue()))
                    .append("</b></span>");
        }
        return text.toString();
    }

    /** Writes the checks that name no clause. */
    private void rest() {
        var rest = verdicts.checks().stream()
                .filter(one -> one.worst().clauses().isEmpty())
                .toList();
        if (!rest.isEmpty()) {
            line("<section><h2>and</h2>");
            checks(rest);
            line("</section>");
        }
    }

    /** Turns the name of a check, a fact in one word such as {@code aSlowReaderIsTold}, into a sentence. */
    private static String said(String name) {
        int end = name.indexOf(' ');
        var word = end < 0 ? name : name.substring(0, end);
        var words = word.replaceAll("(?<=[a-z0-9])(?=[A-Z])|(?<=[a-z])(?=[0-9])", " ")
                .toLowerCase(Locale.ROOT)
                .replace(" ki b", " KiB");
        return Character.toUpperCase(words.charAt(0)) + words.substring(1) + (end < 0 ? "" : ":" + name.substring(end));
    }

    private static String style(Outcome outcome) {
        return Verdicts.word(outcome).replace(' ', '-');
    }

    private static String style() {
        try (InputStream in = HtmlReport.class.getResourceAsStream("verdicts.css")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private void line(String text) {
        page.append(text).append('\n');
    }
}
