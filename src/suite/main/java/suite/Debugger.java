package suite;

import java.util.Map;

/**
 * A debugger's agent in the environment is meant for one JVM. A process that a JVM starts would inherit it, and could not listen
 * where that JVM already does.
 *
 * <p><b>Threads:</b> any thread.
 */
public final class Debugger {

    private Debugger() {}

    /** Takes the agent out of an environment; everything else in it stays. */
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
