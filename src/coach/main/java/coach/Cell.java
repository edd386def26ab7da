package coach;

import coach.Verdict.Colour;
import coach.Verdict.Outcome;

/**
 * One step judged by one lesson, compared with the ladder: green up to the step's own lesson; on the step that a lesson
 * names, red with the message that it promises; beyond that either, but judged.
 *
 * <p><b>Threads:</b> immutable.
 */
record Cell(Lesson step, Lesson lesson, Verdict verdict) {

    boolean toBeGreen() {
        return lesson.upTo(step);
    }

    /** Returns whether the lesson promises to be red on this step; on a start only if it is the lesson's own. */
    boolean promised() {
        return promised(step, lesson);
    }

    static boolean promised(Lesson step, Lesson lesson) {
        return !lesson.upTo(step)
                && lesson.red().map(red -> red.on().equals(step.id())).orElse(false)
                && (!lesson.hasStart() || lesson.slug().equals(step.slug()));
    }

    /** Returns the deviation from the ladder, as a sentence; empty if there is none. */
    String fault() {
        var colour = verdict.colour();
        if (colour == Colour.NO_TEST || colour == Colour.NOT_JUDGED) {
            return "nothing was judged: " + colour.word;
        }
        if (toBeGreen()) {
            return colour == Colour.GREEN ? "" : "must be green, but is " + colour.word + reasons();
        }
        if (!promised()) {
            return "";
        }
        var red = lesson.red().orElseThrow();
        return kept(verdict, red.test(), red.promise());
    }

    /** Checks that a promised test is red with the promised message: returns an empty string, or else a sentence. */
    static String kept(Verdict verdict, String test, ExpectedFailure promise) {
        var method = Verdict.method(test);
        if (verdict.tests().stream().noneMatch(one -> one.method().equals(method))) {
            return "the promised test " + test + " has not run" + reasons(verdict);
        }
        var reds = verdict.tests().stream()
                .filter(one -> one.method().equals(method) && one.outcome() == Outcome.RED)
                .toList();
        if (reds.isEmpty()) {
            return "the promised test " + test + " is not red";
        }
        if (reds.stream().anyMatch(one -> promise.isKeptBy(one.message()))) {
            return "";
        }
        return "the promised test " + test + " is red, but with another message:\n  promised: " + promise.says()
                + "\n  said:     " + Text.brief(reds.get(0).message());
    }

    private String reasons() {
        return reasons(verdict);
    }

    private static String reasons(Verdict verdict) {
        return verdict.tests().stream()
                .filter(test -> test.outcome() == Outcome.RED || test.outcome() == Outcome.NOT_JUDGED)
                .findFirst()
                .map(test -> "\n  " + test.name() + ": " + Text.brief(test.message()))
                .orElse("");
    }
}
