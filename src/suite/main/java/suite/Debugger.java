package suite;

import java.util.Map;

/**
 * Removes a debugger's agent, which is meant for one JVM, from an environment. A process that this JVM starts would
 * inherit the agent, and could not listen on the port that the JVM already uses.
 *
 * <p><b>Threads:</b> any thread.
 */
public final class Debugger {

    private Debugger() {}

    /** Removes the agent from an environment and leaves everything else. */
    public static void leaveOut(Map<String, String> environment) {
        for (var name : new String[] {"JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS"}) {
            environment.computeIfPresent(name, (same, options) -> {
                var left = options.replaceAll("-(agentlib:jdwp|Xrunjdwp)\\S*|-Xdebug", "")
                        .strip();
                return left.isEmpty() ? null : left;
            });
        }
    }
}
