package coach;

import coach.Verdict.Colour;
import coach.Verdict.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * Prints a verdict: a line for the lesson, and for each red test its name, the expected and the actual result, the
 * server's position, and the likely cause.
 *
 * <p><b>Threads:</b> any thread.
 */
record Report(Screen screen) {

    private static final int TITLE_WIDTH = 28;
    private static final int FIGURES = 72;

    /** Prints a line such as {@code 05 Broadcast without a gap   green   delivered 1000/1000 · repeated 0   1.2 s}. */
    void line(Verdict verdict) {
        line(verdict, false, Text.seconds(verdict.ms()));
    }

    /** @param soFar whether the long tests may take it back */
    void line(Verdict verdict, boolean soFar, String time) {
        var colour = verdict.colour();
        var word = String.format("%-10s", colour.word + (soFar ? " so far" : ""));
        screen.line(String.format("%-" + TITLE_WIDTH + "s  ", verdict.lesson()) + paint(colour, word) + "  "
                + figures(verdict) + screen.faint(time));
    }

    private static String figures(Verdict verdict) {
        var figures = verdict.figures();
        boolean plain = figures.isEmpty() || verdict.colour() != Colour.GREEN;
        var text = plain ? verdict.counts() : figures;
        if (text.length() > FIGURES) {
            text = text.substring(0, text.lastIndexOf(" · ", FIGURES) + 1).stripTrailing() + " · …";
        }
        return text.isEmpty() ? "" : text + "   ";
    }

    private String paint(Colour colour, String text) {
        return switch (colour) {
            case GREEN -> screen.green(text);
            case RED, NO_TEST -> screen.red(text);
            case IN_PART, NOT_JUDGED -> screen.yellow(text);
        };
    }

    /** Prints why the lesson is not green: its first red test in full, a line for each other, and unjudged tests. */
    void why(Verdict verdict) {
        verdict.firstRed().ifPresent(test -> {
            screen.line("  " + screen.red(test.name()));
            screen.line(Text.indent(Text.brief(said(test)), 4));
            if (!test.figures().isEmpty()) {
                screen.line("    " + screen.faint("Figures: " + verdict.figures()));
            }
            if (!test.means().isEmpty()) {
                screen.line("    " + screen.bold("The likely cause: ") + test.means());
            }
        });
        others(verdict);
        notJudged(verdict);
        if (verdict.colour() == Colour.NO_TEST) {
            screen.line("    No test of this lesson ran, so there is no verdict.");
        }
    }

    /** Prints a line for each red test but the first; those that fail alike, except for numbers, share one line. */
    private void others(Verdict verdict) {
        var reds = verdict.tests().stream()
                .filter(test -> test.outcome() == Outcome.RED)
                .toList();
        var alike = new LinkedHashMap<String, List<Verdict.Test>>();
        for (var test : reds) {
            alike.computeIfAbsent(brief(test).replaceAll("[0-9]+", "0"), said -> new ArrayList<>())
                    .add(test);
        }
        for (var same : alike.values()) {
            boolean told = same.get(0) == reds.get(0);
            if (!told) {
                screen.line("  " + screen.red(same.get(0).name()) + ": " + brief(same.get(0)));
            }
            if (same.size() > 1) {
                var names = same.stream().skip(1).map(Verdict.Test::name).toList();
                screen.line("  " + screen.red(names.size() + " more alike") + ": " + Text.some(names));
            }
        }
    }

    private static String brief(Verdict.Test test) {
        return Text.brief(said(test)).lines().findFirst().orElse("red too");
    }

    /** Returns the message without JUnit's comparison if it adds nothing, or with that comparison in words. */
    static String said(Verdict.Test test) {
        return test.message()
                .replaceFirst(" ==> expected: <(true|false)> but was: <(true|false)>", "")
                .replaceFirst(" ==> expected: <(.*?)> but was: <(.*?)>", ": expected $1, but it was $2")
                .replaceFirst("^expected: <(.*?)> but was: <(.*?)>", "expected $1, but it was $2")
                .replaceFirst("but it was (?=\n|$)", "but there was none");
    }

    /** Shows a learner whose own answer is green the wrong answers of others, and the test that finds each. */
    void wrongAnswers(List<Mutant> mutants) {
        if (mutants.isEmpty()) {
            return;
        }
        screen.line("  " + screen.bold("Does yours do one of these?") + " People have answered so, and each is red:");
        for (var mutant : mutants) {
            screen.line("    " + mutant.name() + (mutant.why().isEmpty() ? "" : ": " + screen.faint(mutant.why())));
            screen.line("      " + screen.faint("found by " + mutant.method()));
        }
    }

    void notJudged(Verdict verdict) {
        var byReason = new LinkedHashMap<String, String>();
        verdict.tests().stream()
                .filter(test -> test.outcome() == Outcome.NOT_JUDGED)
                .forEach(test -> byReason.merge(
                        test.message().lines().findFirst().orElse(""), test.name(), (some, one) -> some + ", " + one));
        byReason.forEach((why, tests) -> screen.line("  " + screen.yellow("not judged") + " " + tests + ": " + why));
    }
}
