package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs classes of tests that should be red or not judged, and checks the reports of them. */
class LifecycleTest {

    /** Leaves a stream open that the target does not know. */
    static class Leaks {
        @RegisterExtension
        static final JudgedServer server = JudgedServer.with();

        @Test
        void leaks() {
            Recorder.open(Clients.http2(), server.at("/messages").build(), Format.ANY);
        }
    }

    /** Fails, reports a figure, and says what it means. */
    static class Fails {
        @RegisterExtension
        final Figures figures = new Figures();

        @Test
        @LikelyCause("Nothing: it is red on purpose.")
        void fails() {
            figures.put("delivered", "1/2");
            figures.putMs("p99", 3_140_000);
            fail("one is missing");
        }
    }

    /** Needs settings that only a server that we start can have. */
    static class Needs {
        @RegisterExtension
        static final JudgedServer server = JudgedServer.with("PUSH_RETAIN_MESSAGES", "10");

        @Test
        @LikelyCause("Never told, because it is not judged.")
        void needsASetting() {
            server.requires("PUSH_RETAIN_MESSAGES");
            fail("it went on");
        }

        @Test
        void needsASignal() {
            server.drain();
            fail("it went on");
        }
    }

    /** Asks nothing. */
    static class Passes {
        @RegisterExtension
        static final JudgedServer server = JudgedServer.with("PUSH_HEARTBEAT_MS", "1000");

        @Test
        void passes() {}
    }

    /** It is read once in a JVM, in which other classes run as well. */
    @BeforeAll
    static void readThePatience() {
        assertTrue(Deadline.PATIENCE.toMillis() > 300);
    }

    @Test
    void aStreamThatStaysOpenAfterATestIsRed() {
        var outcome = run(Leaks.class, Map.of("suite.patienceMs", "300")).get(0);

        assertEquals(Status.FAILED, outcome.status());
        assertTrue(
                outcome.message()
                        .startsWith("after this test the server's account is wrong: open 1, opened 1, closed {"),
                outcome.message());
    }

    @Test
    void sumsThatDoNotAgreeAreRed() {
        var outcome = run(Passes.class, Map.of("suite.server", BadServer.class.getName(), "suite.patienceMs", "300"))
                .get(0);

        assertEquals(Status.FAILED, outcome.status());
        assertEquals(
                "after this test the server's account is wrong: open 0, opened 3, closed {client=1}; opened must be open plus the sum of closed",
                outcome.message());
    }

    @Test
    void figuresAndMeaningStandBesideTheFailure() {
        var outcome = run(Fails.class, Map.of()).get(0);

        assertEquals("one is missing\n  The likely cause: Nothing: it is red on purpose.", outcome.message());
        assertEquals("{delivered=1/2, p99=3.1 ms}", outcome.figures());
    }

    @Test
    void aServerElsewhereIsNotJudgedByWhatItCannotBeSetTo() throws IOException {
        try (var elsewhere = BadServer.start(Map.of())) {
            var outcomes = run(Needs.class, Map.of("suite.url", "https://localhost:" + elsewhere.port()));

            assertEquals(
                    List.of(Status.ABORTED, Status.ABORTED),
                    outcomes.stream().map(Outcome::status).toList());
            assertTrue(
                    outcomes.stream()
                            .anyMatch(
                                    outcome -> outcome.message()
                                            .equals(
                                                    "not judged: it needs a server started with PUSH_RETAIN_MESSAGES=10, and this one has settings of its own")));
            assertTrue(outcomes.stream()
                    .anyMatch(outcome -> outcome.message().startsWith("not judged: it needs to send a SIGTERM")));
        }
    }

    @Test
    void aServerThatDoesNotStartIsNamed() {
        var missing =
                run(Passes.class, Map.of("suite.server", "nowhere.Server")).get(0);
        var mistaken =
                run(Passes.class, Map.of("suite.server", "java.lang.String")).get(0);

        assertTrue(missing.message().startsWith("the server nowhere.Server with the settings {"), missing.message());
        assertTrue(missing.message().endsWith("} did not start: there is no class of that name"), missing.message());
        assertTrue(mistaken.message().contains("has no public static start(Map)"), mistaken.message());
    }

    private record Outcome(Status status, String message, String figures) {}

    /** Returns the outcomes of a class's tests, or of the class if it could not begin, with these system properties. */
    private static List<Outcome> run(Class<?> tests, Map<String, String> properties) {
        var before = new HashMap<String, String>();
        properties.forEach((name, value) -> before.put(name, System.setProperty(name, value)));
        var outcomes = new ArrayList<Outcome>();
        var request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(tests))
                .build();
        LauncherFactory.create().execute(request, new TestExecutionListener() {
            private String figures = "";

            @Override
            public void reportingEntryPublished(TestIdentifier test, ReportEntry entry) {
                figures = entry.getKeyValuePairs().toString();
            }

            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                if (test.isTest() || result.getStatus() != Status.SUCCESSFUL) {
                    var message =
                            result.getThrowable().map(Throwable::getMessage).orElse("");
                    outcomes.add(new Outcome(result.getStatus(), message, figures));
                }
            }
        });
        before.forEach((name, value) -> {
            if (value == null) {
                System.clearProperty(name);
            } else {
                System.setProperty(name, value);
            }
        });
        assertTrue(!outcomes.isEmpty(), "nothing ran");
        return outcomes;
    }
}
