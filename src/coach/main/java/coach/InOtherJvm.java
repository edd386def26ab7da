package coach;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.json.JsonMapper;

/**
 * A lesson's tests, with the reference for their server, in a JVM of their own, whose class path is another one. It hands the
 * verdict back as JSON.
 *
 * <p><b>Threads:</b> any thread.
 */
public final class InOtherJvm {

    private static final long PATIENCE_S = 180;

    private InOtherJvm() {}

    static Verdict judge(Lesson lesson, String first, String classPath) {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var builder = new ProcessBuilder(
                java,
                "-XX:TieredStopAtLevel=1", // Few of these JVMs live for longer than some seconds.
                "-XX:+UseSerialGC",
                "-ea",
                "-Xmx1g",
                "-Dsuite.patienceMs=" + suite.Options.current().patience().toMillis(),
                "-Dfile.encoding=UTF-8",
                "-cp",
                classPath,
                InOtherJvm.class.getName(),
                lesson.slug(),
                first);
        suite.Debugger.leaveOut(builder.environment());
        builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        try {
            var process = builder.start();
            process.getOutputStream().close();
            var killer = process.onExit()
                    .orTimeout(PATIENCE_S, TimeUnit.SECONDS)
                    .exceptionally(late -> {
                        process.descendants().forEach(ProcessHandle::destroyForcibly);
                        return process.destroyForcibly();
                    });
            var said = new String(process.getInputStream().readAllBytes(), UTF_8);
            killer.join();
            if (said.isBlank()) {
                throw new UserError("its JVM ended with exit code " + process.exitValue() + " and no verdict");
            }
            var tests = List.of(JsonMapper.shared().readValue(said, Verdict.Test[].class));
            return new Verdict(lesson, tests, 0);
        } catch (IOException e) {
            throw new UserError("cannot start a JVM: " + e, e);
        }
    }

    public static void main(String[] args) {
        var out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, UTF_8);
        Coach.hush();
        var lesson = Lessons.read(Lessons.FILE).find(args[0]).byProof();
        var verdict = new Judge(args[1], true, test -> {}).judge(lesson, new Subject.InThisJvm("push.http.PushServer"));
        out.println(JsonMapper.shared().writeValueAsString(verdict.tests()));
        Runtime.getRuntime().exit(0);
    }
}
