package coach;

import coach.Verdict.Colour;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;

/**
 * {@code make matrix}: every step of the ladder judged by every lesson, to show that a start is red for the stated
 * reason and a solution is green. It is drawn as {@code lessons/matrix.svg}.
 *
 * <p><b>Threads:</b> one at a time.
 */
final class Matrix {

    static final Path PICTURE = Path.of("lessons", "matrix.svg");

    private final Lessons lessons;
    private final Screen screen;
    private final Bench patient;
    private final Bench brief;
    /** By class and lesson, because several steps may be the same server. */
    private final Map<String, Future<Verdict>> verdicts = new HashMap<>();

    /**
     * @param patient judges cells where a step must be green, or red as promised
     * @param brief judges a step by the other lessons that come later: those tests mostly wait in vain
     */
    Matrix(Lessons lessons, Screen screen, Bench patient, Bench brief) {
        this.lessons = lessons;
        this.screen = screen;
        this.patient = patient;
        this.brief = brief;
    }

    /** Judges some steps by some lessons and draws nothing; for authors. */
    boolean some(List<Lesson> steps, List<Lesson> lessons) {
        var faults = new ArrayList<String>();
        steps.forEach(step -> begin(step, lessons));
        steps.forEach(step -> judge(step, lessons, faults));
        return faults.isEmpty();
    }

    /**
     * Judges everything, reports deviations, and draws the picture.
     *
     * @param onlyCompare leave the picture on disk as it is; it must be the one that would be drawn
     * @return whether there were no deviations
     */
    boolean run(Path root, boolean onlyCompare) {
        long began = System.currentTimeMillis();
        var faults = new ArrayList<>(promises());
        var cells = new ArrayList<Cell>();
        var starts = lessons.judged().stream().skip(1).filter(Lesson::hasStart).toList();
        lessons.steps().forEach(step -> begin(step, lessons.judged()));
        starts.forEach(lesson -> begin(lesson.start(), List.of(lesson)));
        for (var step : lessons.steps()) {
            cells.addAll(judge(step, lessons.judged(), faults));
        }
        starts.forEach(lesson -> judge(lesson.start(), List.of(lesson), faults));
        draw(root.resolve(PICTURE), new MatrixPicture(lessons).draw(cells), onlyCompare, faults);
        long green = cells.stream()
                .filter(cell -> cell.verdict().colour() == Colour.GREEN)
                .count();
        screen.line("");
        screen.line(lessons.steps().size() + " steps × " + lessons.judged().size() + " lessons: " + green + " green, "
                + (cells.size() - green) + " red, in " + Text.seconds(System.currentTimeMillis() - began));
        screen.line(
                faults.isEmpty()
                        ? screen.green("The matrix is exact.")
                        : screen.red("The matrix is wrong in " + Text.count(faults.size(), "place") + "."));
        return faults.isEmpty();
    }

    private List<Cell> judge(Lesson step, List<Lesson> lessons, List<String> faults) {
        var row = row(step, lessons);
        for (var cell : row) {
            if (!cell.fault().isEmpty()) {
                var fault = "step " + step.id() + ", lesson " + cell.lesson().id() + ": " + cell.fault();
                faults.add(fault);
                screen.line(screen.red(Text.indent(fault, 2)));
            }
        }
        return row;
    }

    /** Returns the faults of lessons that do not promise a red. */
    private List<String> promises() {
        var faults = new ArrayList<String>();
        for (var lesson : lessons.judged()) {
            if (lesson.red().isEmpty()) {
                faults.add("lesson " + lesson.id() + " does not say which test is red on the step before");
            } else if (!lesson.hasStart()
                    && (!lessons.find(lesson.red().get().on()).upTo(lesson)
                            || lesson.red().get().on().equals(lesson.id()))) {
                faults.add("lesson " + lesson.id() + " promises to be red on a step that is not before it");
            }
        }
        faults.forEach(fault -> screen.line(screen.red("  " + fault)));
        return faults;
    }

    private List<Cell> row(Lesson step, List<Lesson> lessons) {
        var row = new ArrayList<Cell>();
        var marks = new StringBuilder();
        for (var lesson : lessons) {
            screen.passing(String.format("%-32s %s  %s …", step, marks, lesson.id()));
            var cell = new Cell(step, lesson, Tasks.end(begun(step, lesson)));
            row.add(cell);
            marks.append(mark(cell));
        }
        long ms = row.stream().mapToLong(cell -> cell.verdict().ms()).sum(); // Of its cells, wherever they were judged.
        screen.line(String.format("%-32s %s   %s", step, marks, screen.faint(Text.seconds(ms))));
        return row;
    }

    private void begin(Lesson step, List<Lesson> lessons) {
        lessons.forEach(lesson -> begun(step, lesson));
    }

    private Future<Verdict> begun(Lesson step, Lesson lesson) {
        var bench = lesson.upTo(step) || Cell.promised(step, lesson) ? patient : brief;
        var first = lesson.red().map(Lesson.Red::test).orElse("");
        var trial = new Trial(lesson.tests(), step.step(), first, false, "");
        return verdicts.computeIfAbsent(
                step.step() + " " + lesson.id(), key -> bench.begin(() -> bench.verdict(lesson, trial)));
    }

    private String mark(Cell cell) {
        if (!cell.fault().isEmpty()) {
            return screen.yellow("!");
        }
        return cell.verdict().colour() == Colour.GREEN ? screen.green("✓") : screen.red(cell.promised() ? "✗" : "x");
    }

    private void draw(Path picture, String drawn, boolean onlyCompare, List<String> faults) {
        if (!onlyCompare) {
            if (Text.write(picture, drawn)) {
                screen.line("Drew " + PICTURE);
            }
        } else if (!Files.exists(picture) || !Text.read(picture).equals(drawn)) {
            faults.add(PICTURE + " does not show this");
            screen.line(screen.red("  " + PICTURE + " does not show this: make matrix draws it again"));
        }
    }
}
