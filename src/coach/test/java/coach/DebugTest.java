package coach;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import suite.Ports;

class DebugTest {

    private static final Lesson ONE = Fixture.lesson("01", "one", List.of("suite.CoachedLongLesson"), Optional.empty());
    private static final Lessons LESSONS = Fixture.lessons(Fixture.SEED, ONE);

    private static final String PATIENCE = System.getProperty("suite.patienceMs", "5000");

    @TempDir
    Path root;

    @AfterEach
    void forget() {
        System.clearProperty("suite.startMs");
        System.setProperty("suite.patienceMs", PATIENCE);
    }

    @Test
    void theServersJvmWaitsForADebuggerAndIsThenJudged() throws Exception {
        Text.write(
                root.resolve("lessons/workshop/Server.java"),
                "package workshop;\n\npublic final class Server {\n    public static push.http.RunningServer"
                        + " start(java.util.Map<String, String> env) throws Exception {\n        return"
                        + " push.http.PushServer.start(env);\n    }\n}\n");
        for (var name : List.of("server.crt", "key.pem")) {
            Text.write(root.resolve("certs").resolve(name), Text.read(Path.of("certs", name)));
        }
        int port = Ports.next();
        var shown = new Shown();
        var debug = CompletableFuture.supplyAsync(
                () -> new Debug(root, LESSONS, shown.plain()).run(Map.of("LESSON", "01"), port),
                task -> new Thread(task, "debug").start());
        shown.await("waits for a debugger at localhost:" + port);

        try (var debugger = attach(port)) {
            resume(debugger);

            shown.await("Next: make learn");
            assertTrue(debug.get(180, TimeUnit.SECONDS), shown.text());
            assertTrue(shown.text().contains("green"), shown.text());
        }
    }

    @Test
    void aPortThatIsTakenIsSaidToBe() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var debug = new Debug(root, LESSONS, new Shown().plain());

            var mistake = assertThrows(UserError.class, () -> debug.run(Map.of("LESSON", "01"), taken.getLocalPort()));

            assertEquals(
                    "port " + taken.getLocalPort() + " is taken: name another, DEBUG_PORT=5105", mistake.getMessage());
        }
    }

    /** Connects as soon as the JVM listens, and shakes hands as the Java Debug Wire Protocol says. */
    private static Socket attach(int port) throws IOException {
        for (long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60); ; ) {
            try {
                var socket = new Socket(InetAddress.getLoopbackAddress(), port);
                socket.getOutputStream().write("JDWP-Handshake".getBytes(US_ASCII));
                assertEquals(
                        "JDWP-Handshake", new String(socket.getInputStream().readNBytes(14), US_ASCII));
                return socket;
            } catch (IOException e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
                LockSupport.parkNanos(20_000_000);
            }
        }
    }

    /** The command Resume of the set VirtualMachine; the JVM has stopped before its first instruction. */
    private static void resume(Socket debugger) throws IOException {
        var in = new DataInputStream(debugger.getInputStream());
        in.readNBytes(in.readInt() - 4); // It tells that it has started.
        var out = new DataOutputStream(debugger.getOutputStream());
        out.writeInt(11);
        out.writeInt(1);
        out.writeByte(0);
        out.writeByte(1);
        out.writeByte(9);
        out.flush();
    }
}
