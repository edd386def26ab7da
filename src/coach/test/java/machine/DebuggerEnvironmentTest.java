package machine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A debugger's agent in the environment is meant for one JVM, and the commands start several. */
final class DebuggerEnvironmentTest {

    @TempDir
    private Path dir;

    @Test
    void theAgentIsLeftOutAndTheRestOfTheOptionsStays() throws Exception {
        var machine = new FakeMachine(dir, "ID=debian\n");
        FakeMachine.jdk(machine.root.resolve("usr/lib/jvm/java-17"), 17);
        machine.script("mvn", "echo 'Apache Maven 3.9.9'");
        machine.script("openssl", "exit 0");
        machine.environment.put(
                "JAVA_TOOL_OPTIONS", "-Xmx1g -agentlib:jdwp=transport=dt_socket,server=y,suspend=y,address=5005 -ea");

        var said = machine.run("sh", "src/build/setup.sh", "run", "sh", "-c", "echo \"[$JAVA_TOOL_OPTIONS]\"");

        assertTrue(said.text().contains("[-Xmx1g  -ea]"), said.text());
        assertTrue(said.text().contains("make debug waits for a debugger"), said.text());
    }
}
