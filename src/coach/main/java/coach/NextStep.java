package coach;

import java.util.List;

/**
 * Determines what a learner does next, as the last line of {@code make learn} says.
 *
 * <p><b>Threads:</b> one at a time.
 *
 * @param good whether the last verdict is good
 * @param unjudged whether nothing of the lesson could be judged here
 * @param goesOn whether tests are still running
 */
record NextStep(Lessons lessons, Workshop workshop, Lesson lesson, boolean good, boolean unjudged, boolean goesOn) {

    /** Returns whether it was green once, whatever it is now, or nothing here can judge it. */
    boolean mayGoOn() {
        return unjudged || workshop.progress().contains(lesson.slug());
    }

    /** Returns why the key n has no effect. */
    String whyNot() {
        return goesOn && good ? "What takes longer is still being judged." : "This lesson is not green yet.";
    }

    /** Returns the last line: what to do, and the keys. */
    String line() {
        return "Next: " + todo() + " · " + (good ? "" : "h hint · ") + "l list · "
                + (lessons.before(lesson).isEmpty() ? "" : "b back · ") + "q quit";
    }

    private String todo() {
        var onward =
                lessons.after(lesson).map(one -> "n for lesson " + one).orElse("make check, which judges all lessons");
        if (good && goesOn) {
            return "wait for what takes longer";
        }
        if (mayGoOn()) {
            return good || unjudged ? onward : "fix it and save, or " + onward;
        }
        if (lesson.measured()) {
            return "make cost in another terminal, until it is green; then n";
        }
        return lesson.judged()
                ? "fix it and save"
                : "read " + lesson.folder() + "/README.md and do what it says, then n";
    }

    /** Returns all lessons, with a mark at those that are done and at the current one. */
    List<String> list() {
        var done = workshop.progress();
        return lessons.all().stream()
                .map(one -> (one.later()
                                ? "  to come  "
                                : done.contains(one.slug())
                                        ? "  done     "
                                        : one == lesson ? "  now      " : "           ")
                        + one)
                .toList();
    }
}
