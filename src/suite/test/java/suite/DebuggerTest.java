package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DebuggerTest {

    @Test
    void theAgentIsLeftOutAndEverythingElseStays() {
        var environment = new HashMap<>(Map.of(
                "JAVA_TOOL_OPTIONS",
                "-Xmx1g -agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=*:5005 -ea",
                "_JAVA_OPTIONS",
                "-agentlib:jdwp=transport=dt_socket,server=y,address=5006",
                "PATH",
                "/bin"));

        Debugger.leaveOut(environment);

        assertEquals(Map.of("JAVA_TOOL_OPTIONS", "-Xmx1g  -ea", "PATH", "/bin"), environment);
    }
}
