package machine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A jar is built while a server runs from the one before. */
final class JarTest {

    private static final String JAR = "streaming-push-kit.jar";

    @TempDir
    private Path dir;

    private FakeMachine machine;
    private Path jar;

    /** A Maven that overwrites what it finds, as the shade plugin does. */
    @BeforeEach
    void aJarIsThere() throws Exception {
        machine = new FakeMachine(dir, "ID=debian\n");
        machine.script(
                "mvn",
                "for word; do case $word in -Djar.dir=*) to=${word#*=} ;; esac; done\n"
                        + "[ -z \"${FAILS:-}\" ] || exit 1\n"
                        + "mkdir -p \"${to:=target}\" && echo new >\"$to/" + JAR + "\"");
        jar = Files.createDirectories(dir.resolve("kit/target")).resolve(JAR);
        Files.writeString(jar, "old");
    }

    @Test
    void aRunningServerKeepsTheFileThatItLoadsItsClassesFrom() throws Exception {
        try (var running = Files.newInputStream(jar)) {
            var said = build();

            assertEquals(0, said.code(), said.text());
            assertEquals("new\n", Files.readString(jar));
            assertEquals("old", new String(running.readAllBytes(), UTF_8));
        }
    }

    @Test
    void aBuildThatFailsLeavesTheJarAsItIs() throws Exception {
        machine.environment.put("FAILS", "1");

        assertEquals(1, build().code());
        assertEquals("old", Files.readString(jar));
    }

    private FakeMachine.Said build() throws Exception {
        var script = Path.of("src/build/jar.sh").toAbsolutePath();
        return machine.run("sh", "-c", "cd '" + dir + "/kit' && sh '" + script + "' server " + JAR);
    }
}
