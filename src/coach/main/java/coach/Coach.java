package coach;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import suite.Options;

/**
 * The command: {@code Coach check}, and so on. Its arguments are in environment variables, as make passes them on.
 *
 * <p>Exit codes: 0 if all is green, 1 if something is red, 2 if the request cannot be carried out, 3 after an internal
 * fault.
 *
 * <p><b>Threads:</b> the main thread.
 */
public final class Coach {

    /** The time that a test waits for a record that does not come, if its verdict is needed soon. */
    private static final long BRIEF_MS = 1_200;
    /** The number of wrong answers that are judged at the same time. More load lengthens each wait of a test. */
    private static final int LANES = Integer.getInteger("coach.mutants", 3);

    private Coach() {}

    public static void main(String[] args) {
        var screen = Screen.standard();
        var err = System.err;
        Thread.currentThread().setUncaughtExceptionHandler((thread, fault) -> {
            fault.printStackTrace(err);
            Runtime.getRuntime().halt(3);
        });
        hush();
        int exitCode;
        try {
            exitCode = run(args[0], System.getenv(), screen) ? 0 : 1;
        } catch (UserError e) {
            screen.line(screen.red("Not done: ") + e.getMessage());
            exitCode = 2;
        }
        // Not by returning: a judged server may have left threads behind.
        Runtime.getRuntime().exit(exitCode);
    }

    private static boolean run(String command, Map<String, String> env, Screen screen) {
        var here = Path.of("");
        return switch (command) {
            case "docs" -> new Docs(here, screen, env.getOrDefault("DOC", "")).run(false);
            case "docs-check" -> new Docs(here, screen, env.getOrDefault("DOC", "")).run(true);
            case "stress" -> Stress.run(number(env, "RUNS", 100), env.getOrDefault("TEST", ""), screen);
            default -> run(command, here, Lessons.read(Lessons.FILE), env, screen);
        };
    }

    private static boolean run(String command, Path here, Lessons lessons, Map<String, String> env, Screen screen) {
        var lesson = env.getOrDefault("LESSON", "");
        var steps = new Steps(here, lessons, screen);
        return switch (command) {
            case "learn" -> done(() -> learn(here, lessons, env.getOrDefault("CMD", ""), lesson, screen));
            case "learn-times" -> new LearnTimes(here, lessons, screen).run(lesson);
            case "check" -> new Check(lessons, screen).run(env);
            case "wire" -> new ShowWire(here, lessons, screen).run(env);
            case "debug" -> new Debug(here, lessons, screen).run(env, number(env, "DEBUG_PORT", 5005));
            case "here" -> here(lessons, env, screen);
            case "hint" -> done(() -> steps.hint(lesson));
            case "solution" -> done(() -> steps.solution(lesson));
            case "catch-up" -> done(() -> steps.catchUp(lesson));
            case "reset" -> done(() -> steps.reset(lesson));
            case "cost" ->
                new Cost(here, lessons, screen)
                        .run(!env.getOrDefault("STEP", "").isEmpty());
            case "agenda" ->
                done(() -> Agenda.print(
                        lessons, screen, env.getOrDefault("START", "09:00"), env.getOrDefault("PLAN", "1d")));
            case "matrix" -> matrix(lessons, env.getOrDefault("STEP", ""), lesson, screen);
            case "matrix-check" -> matrix(lessons, screen, matrix -> matrix.run(here, true));
            case "mutants" ->
                mutants(
                        here,
                        lesson.isEmpty() ? lessons.proven() : List.of(lessons.find(lesson)),
                        env.getOrDefault("RUNS", "").isEmpty() ? 0 : number(env, "RUNS", 1),
                        screen);
            default -> throw new UserError("the coach has no command " + command);
        };
    }

    private static void learn(Path here, Lessons lessons, String command, String lesson, Screen screen) {
        var begins = lesson.isEmpty() ? Optional.<Lesson>empty() : Optional.of(lessons.findOpen(lesson));
        hurry(command);
        try (var board = board(here, lessons, screen)) {
            new Learn(here, lessons, screen, new Keys(System.in), command, board, begins).run();
        }
    }

    /** Opens the page in the browser, or none: the terminal is complete without it. */
    private static Board board(Path here, Lessons lessons, Screen screen) {
        try {
            var board = new BoardServer(here, lessons, number(System.getenv(), "BOARD_PORT", 0));
            screen.line("The same in a browser, with frames and a picture: " + board.url());
            return board;
        } catch (RuntimeException e) {
            screen.line("There is no page in the browser: " + e.getMessage());
            return Board.NONE;
        }
    }

    /** Runs the workshop's server and the tests in this JVM, for an editor whose breakpoints then work in both. */
    private static boolean here(Lessons lessons, Map<String, String> env, Screen screen) {
        System.setProperty("suite.patienceMs", env.getOrDefault("PATIENCE_MS", "600000"));
        return new Check(lessons, screen).here(env.getOrDefault("LESSON", ""));
    }

    /** Shortens the waits for a server that hangs and for a record that does not come, because a person is waiting. */
    static void hurry(String command) {
        System.setProperty("suite.startMs", command.isEmpty() ? "2500" : "10000");
        System.setProperty("suite.patienceMs", String.valueOf(BRIEF_MS));
    }

    private static boolean matrix(Lessons lessons, String step, String lesson, Screen screen) {
        return matrix(lessons, screen, matrix -> {
            if (step.isEmpty() && lesson.isEmpty()) {
                return matrix.run(Path.of(""), false);
            }
            return matrix.some(
                    step.isEmpty() ? lessons.steps() : List.of(lessons.step(step)),
                    lesson.isEmpty() ? lessons.judged() : List.of(lessons.find(lesson)));
        });
    }

    private static boolean matrix(Lessons lessons, Screen screen, Predicate<Matrix> command) {
        try (var patient = new Bench(2, Options.current().patience().toMillis());
                var brief = new Bench(3, BRIEF_MS)) {
            return command.test(new Matrix(lessons, screen, patient, brief));
        }
    }

    /** Runs the wrong answers, with shorter waits than other checks, because they often wait in vain. */
    private static boolean mutants(Path here, List<Lesson> lessons, int runs, Screen screen) {
        System.setProperty("suite.patienceMs", String.valueOf(BRIEF_MS));
        try (var bench = new Bench(LANES, Options.current().patience().toMillis())) {
            return new Mutants(here, screen, bench, runs).run(lessons);
        }
    }

    /** Runs a command that either succeeds or ends with a {@link UserError}. */
    private static boolean done(Runnable command) {
        command.run();
        return true;
    }

    private static int number(Map<String, String> env, String name, int otherwise) {
        var value = env.getOrDefault(name, "");
        if (value.isEmpty()) {
            return otherwise;
        }
        if (!value.matches("[1-9][0-9]{0,4}")) {
            throw new UserError(name + "=" + value + " is not a number from 1 to 99999");
        }
        return Integer.parseInt(value);
    }

    /** Silences the logs and output of judged servers in this JVM, which would appear between the verdicts. */
    static void hush() {
        LogManager.getLogManager().reset();
        Logger.getLogger("").setLevel(Level.OFF);
        System.setOut(new PrintStream(OutputStream.nullOutputStream()));
        System.setErr(new PrintStream(OutputStream.nullOutputStream()));
    }
}
