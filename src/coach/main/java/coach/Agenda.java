package coach;

import java.time.LocalTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code make agenda}: the timetable of a class, with breaks, from the minutes that the ladder gives each lesson.
 *
 * <p><b>Threads:</b> one at a time.
 */
final class Agenda {

    private static final int BREAK_AFTER = 90;
    private static final int BREAK = 15;
    private static final int LUNCH = 60;
    private static final LocalTime LUNCH_FROM = LocalTime.of(11, 45);
    private static final LocalTime LUNCH_UNTIL = LocalTime.of(14, 0);
    /** Marks the end of a day in a plan. */
    private static final String NEXT_DAY = "/";

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
        new Agenda(screen, begin).print(days(lessons, planned), plan);
    }

    private static List<List<Lesson>> days(Lessons lessons, List<String> planned) {
        var days = new ArrayList<List<Lesson>>(List.of(new ArrayList<>()));
        for (var name : planned) {
            if (name.equals(NEXT_DAY)) {
                days.add(new ArrayList<>());
            } else {
                days.get(days.size() - 1).add(lessons.find(name));
            }
        }
        return days;
    }

    private void print(List<List<Lesson>> days, String plan) {
        var lessons = days.stream().flatMap(List::stream).toList();
        int sum = lessons.stream().mapToInt(lesson -> lesson.minutes().sum()).sum();
        screen.line("Plan " + plan + ": " + Text.count(lessons.size(), "lesson") + ", " + sum / 60 + " h " + sum % 60
                + " min without breaks");
        for (int day = 1; day <= days.size(); day++) {
            startDay(day, days.size());
            eaten = plan.equals("half-day"); // A half-day class eats at home.
            days.get(day - 1).forEach(this::print);
        }
        screen.line(now + "  end");
    }

    private void print(Lesson lesson) {
        var minutes = lesson.minutes();
        breaks(minutes.sum());
        line(
                minutes.sum(),
                lesson + " (teach " + minutes.teach() + ", do " + minutes.work() + ", review " + minutes.review()
                        + ")");
        sinceBreak += minutes.sum();
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
