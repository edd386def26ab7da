package coach;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.fail;

import coach.Verdict.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import suite.Options;

@Timeout(180)
class BenchTest {

    /** Is green as soon as two JVMs run it, and says in which it ran. The server's name is the folder where they meet. */
    public static final class MeetsAnother {
        @Test
        void meets() throws IOException, InterruptedException {
            var folder = Path.of(Options.current().server());
            Files.createFile(
                    folder.resolve(String.valueOf(ProcessHandle.current().pid())));
            for (long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(150); System.nanoTime() < end; ) {
                if (folder.toFile().list().length == 2) {
                    fail("in " + ProcessHandle.current().pid());
                }
                Thread.onSpinWait();
            }
        }
    }

    /** Ends the JVM in which it runs. */
    public static final class EndsItsJvm {
        @Test
        void ends() {
            Runtime.getRuntime().halt(7);
        }
    }

    /** Says in which JVM it runs. */
    public static final class SaysItsJvm {
        @Test
        void says() {
            fail("in " + ProcessHandle.current().pid());
        }
    }

    /** Says in which JVM it runs, and lets a thread of a server run on there. */
    public static final class LeavesAServer {
        @Test
        void leaves() {
            var thread = new Thread(LeavesAServer::goOn, "XNIO-1 I/O-1");
            thread.setDaemon(true);
            thread.start();
            fail("in " + ProcessHandle.current().pid());
        }

        private static void goOn() {
            while (true) {
                LockSupport.park();
            }
        }
    }

    /** Says how patient it is. */
    public static final class SaysItsPatience {
        @Test
        void says() {
            fail(Options.current().patience() + " for " + Options.current().server());
        }
    }

    @TempDir
    Path folder;

    @AfterEach
    void forget() {
        Options.forget();
    }

    @Test
    void eachLaneHasAJvmOfItsOwn() {
        try (var bench = new Bench(2, 1_000)) {
            var trial = trial(MeetsAnother.class, folder.toString());
            var one = bench.begin(() -> bench.judge(trial));
            var other = bench.begin(() -> bench.judge(trial));

            assertNotEquals(said(Tasks.end(one)), said(Tasks.end(other)));
        }
    }

    @Test
    void aJvmIsToldOfItsPatienceAndOfEachServer() {
        try (var bench = new Bench(1, 1_234)) {
            assertEquals("PT1.234S for One", said(bench.judge(trial(SaysItsPatience.class, "One"))));
            assertEquals("PT1.234S for Two", said(bench.judge(trial(SaysItsPatience.class, "Two"))));
        }
    }

    @Test
    void aJvmThatHasJudgedOftenIsReplaced() {
        try (var bench = new Bench(1, 1_000)) {
            var trial = trial(SaysItsJvm.class, "");
            var said = Stream.generate(() -> said(bench.judge(trial)))
                    .limit(InOtherJvm.MOST + 1)
                    .toList();

            assertEquals(1, said.subList(0, InOtherJvm.MOST).stream().distinct().count());
            assertNotEquals(said.get(0), said.get(InOtherJvm.MOST));
        }
    }

    @Test
    void aJvmInWhichAServerGoesOnIsReplaced() {
        try (var bench = new Bench(1, 1_000)) {
            var leaves = trial(LeavesAServer.class, "");

            assertNotEquals(said(bench.judge(leaves)), said(bench.judge(leaves)));
        }
    }

    @Test
    void aJvmThatEndsIsNoVerdictAndAnotherTakesItsPlace() {
        try (var bench = new Bench(1, 1_000)) {
            var ends = trial(EndsItsJvm.class, "");
            var mistake = assertThrows(UserError.class, () -> Tasks.end(bench.begin(() -> bench.judge(ends))));

            assertEquals("its JVM ended with exit code 7 and no verdict", mistake.getMessage());
            var green = bench.judge(trial(Fixture.Green.class, ""));
            assertEquals(
                    List.of(Outcome.GREEN),
                    green.stream().map(Verdict.Test::outcome).toList());
        }
    }

    @Test
    void whatCannotBeJudgedIsSaidAsInThisJvm() {
        var trial = new Trial(List.of("suite.NoSuchTest"), "", "", false, "");
        try (var bench = new Bench(1, 1_000)) {
            var there = assertThrows(UserError.class, () -> bench.judge(trial));
            var here = assertThrows(UserError.class, trial::here);

            assertEquals(here.getMessage(), there.getMessage());
        }
    }

    private static Trial trial(Class<?> tests, String server) {
        return new Trial(List.of(tests.getName()), server, "", false, "");
    }

    private static String said(List<Verdict.Test> tests) {
        assertEquals(1, tests.size());
        return tests.get(0).message();
    }
}
