package coach;

import java.time.LocalTime;
import java.time.format.DateTimeParseException;
import java.util.List;

/**
 * {@code make agenda}: the day of a class, from the minutes that the ladder gives each lesson, with breaks.
 *
 * <p><b>Threads:</b> one at a time.
 */
final class Agenda {

    private static final int BREAK_AFTER = 90;
    private static final int BREAK = 15;
    private static final int LUNCH = 60;
    private static final LocalTime LUNCH_FROM = LocalTime.of(11, 45);
    private static final LocalTime LUNCH_UNTIL = LocalTime.of(14, 0);
    /** A day of a plan for several days: no lesson begins that would end later than this after the day's start. */
    private static final int DAY = 8 * 60 + 30;

    private final Screen screen;
    private final LocalTime start;
    private LocalTime now;
    private int sinceBreak;
    private boolean eaten;

    private Agenda(Screen screen, LocalTime start) {
        this.screen = screen;
        this.start = start;
    }

    static void print(Lessons lessons, Screen screen, String start, String plan) {
        var planned = lessons.plans().get(plan);
        if (planned == null) {
            throw new UserError("there is no plan " + plan + "; the plans are "
                    + String.join(", ", lessons.plans().keySet()));
        }
        LocalTime begin;
        try {
            begin = LocalTime.parse(start.length() == 4 ? "0" + start : start);
        } catch (DateTimeParseException e) {
            throw new UserError("START=" + start + " is not a time of day: write START=09:00", e);
        }
        new Agenda(screen, begin).print(planned.stream().map(lessons::find).toList(), plan);
    }

    private void print(List<Lesson> lessons, String plan) {
        int sum = lessons.stream().mapToInt(lesson -> lesson.minutes().sum()).sum();
        screen.line("Plan " + plan + ": " + Text.count(lessons.size(), "lesson") + ", " + sum / 60 + " h " + sum % 60
                + " min without breaks");
        int days = plan.matches("[2-9]d") ? plan.charAt(0) - '0' : 1;
        int today = 1;
        startDay(today, days);
        eaten = plan.equals("half-day"); // A class of half a day eats at home.
        for (var lesson : lessons) {
            var minutes = lesson.minutes();
            boolean late = now.isBefore(start) || now.plusMinutes(minutes.sum()).isAfter(start.plusMinutes(DAY));
            if (today < days && late) {
                startDay(++today, days);
            }
            breaks(minutes.sum());
            line(
                    minutes.sum(),
                    lesson + " (teach " + minutes.teach() + ", do " + minutes.work() + ", review " + minutes.review()
                            + ")");
            sinceBreak += minutes.sum();
        }
        screen.line(now + "  end");
    }

    private void startDay(int day, int days) {
        if (day > 1) {
            screen.line(now + "  end of the day");
        }
        now = start;
        sinceBreak = 0;
        eaten = false;
        if (days > 1) {
            screen.line("");
            screen.line("Day " + day);
        }
    }

    private void breaks(int minutes) {
        if (!eaten && !now.isBefore(LUNCH_FROM) && now.isBefore(LUNCH_UNTIL)) {
            line(LUNCH, "lunch");
            eaten = true;
            sinceBreak = 0;
        } else if (sinceBreak > 0 && sinceBreak + minutes > BREAK_AFTER) {
            line(BREAK, "break");
            sinceBreak = 0;
        }
    }

    private void line(int minutes, String what) {
        screen.line(now + "  " + what);
        now = now.plusMinutes(minutes);
    }
}
