package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.ClassNameFilter.includeClassNamePatterns;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;
import static org.junit.platform.launcher.TagFilter.excludeTags;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * The naive server's column: which classes of the suite it fails, with which message, and what it passes of them all the same.
 * Every lesson's class has a row, but for those that need a browser.
 */
class SeedTest {

    private static final String NO_NDJSON = "GET …/messages as NDJSON…: expected …, but the content-type is"
            + " \"text/plain; charset=utf-8\" and not application/x-ndjson; the response (200 …";

    /**
     * What is said of one class.
     *
     * @param red a test that the server fails, and what that says, with … for what differs from run to run
     * @param green all tests of the class that it passes; nothing is said of them if only the red one is run
     */
    private record Row(String name, String red, String says, Optional<Set<String>> green) {

        /** All tests of the class are run. */
        static Row of(Class<?> tests, String red, String says, String... green) {
            return new Row(tests.getSimpleName(), red, says, Optional.of(Set.of(green)));
        }

        /** One is run, because against this server the others only wait. */
        static Row only(Class<?> tests, String red, String says) {
            return new Row(tests.getSimpleName(), red, says, Optional.empty());
        }

        DiscoverySelector selector() {
            return green.isPresent() ? selectClass("suite." + name) : selectMethod("suite." + name, red);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static final List<Row> ROWS = List.of(
            Row.of(
                    Lesson16DoorTest.class,
                    "theCertificateNamesLocalhostAndBothLoopbackAddresses",
                    "the certificate must have the subject alternative names [0:0:0:0:0:0:0:1, 127.0.0.1, localhost],"
                            + " but it has none; its subject is CN=localhost",
                    "requestsAreAnsweredOverHttp2",
                    "http2IsChosenBeforeHttp11",
                    "aClientWithoutHttp2GetsHttp11",
                    "thisVersionOfTlsIsSpoken",
                    "statusTellsTheHeartbeatAndThatNoStreamIsOpen"),
            Row.of(Lesson01HoldOpenTest.class, "theResponseBeginsWithinASecond", NO_NDJSON),
            Row.of(Lesson02ChunksTest.class, "aMessageIsOneRecordOnEveryOpenStream", NO_NDJSON),
            Row.of(
                    Lesson04OrderTest.class,
                    "anIdIsTheEpochAndASequenceThatGrowsByOne",
                    "an id must be <epoch>-<sequence>, but it is \"\""),
            Row.of(
                    Lesson05NobodyWaitsTest.class,
                    "everyStreamGetsEveryMessageInTheSameOrder",
                    "POST /messages must answer with the message and its id, <epoch>-<sequence>, but the id is \"\""),
            Row.only(
                    Lesson07LeavingTest.class,
                    "hundredsThatComeAndGoLeaveNothingBehind",
                    "expected no stream to be open after 300 within 1 s, but GET /status says open …"),
            Row.only(Lesson08SilenceTest.class, "quietStreamBeatsAndNamesTheNewestMessage", NO_NDJSON),
            Row.only(Lesson09SlowReaderTest.class, "aReaderThatWasLappedIsToldSoAndGoesOnWithTheNewest", NO_NDJSON),
            Row.only(Lesson11ResumeTest.class, "allThatWasMissedComesThoughItIsMoreThanTheHistory", NO_NDJSON),
            Row.only(Lesson11StormTest.class, "cutAgainAndAgainInAStormEveryMessageComesExactlyOnce", NO_NDJSON),
            Row.only(Lesson13FloodsTest.class, "twoThousandStreamsThatAreOpenedAndResetLeaveNothing", NO_NDJSON),
            Row.only(Lesson13HandshakeTest.class, "http2WithoutAlpnOpensNothing", NO_NDJSON),
            Row.only(Lesson12SayingNoTest.class, "everyControlCharacterButLineFeedAndTabOfATextIsRefused", NO_NDJSON),
            Row.only(Lesson13LimitsTest.class, "bodyThatDoesNotComeIsGivenUp", NO_NDJSON),
            Row.only(Lesson13RatesTest.class, "streamsOpenAHundredAtOnceAndThenTenASecond", NO_NDJSON),
            Row.only(Lesson12RequestsTest.class, "headIsAnsweredWithoutABody", NO_NDJSON),
            Row.only(Lesson12TextTest.class, "fieldsThatTheClientMayNotChooseAreIgnored", NO_NDJSON),
            Row.only(Lesson15DrainTest.class, "aClientThatComesBackIsToldOfTheNewLife", NO_NDJSON));

    private static Stream<Row> rows() {
        return ROWS.stream();
    }

    @Test
    void everyLessonHasARow() {
        assertEquals(lessons(), ROWS.stream().map(Row::name).sorted().toList());
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.MethodSource("rows")
    void theNaiveServerFails(Row row) {
        var outcomes = new TreeMap<String, String>();
        run(row.selector(), outcomes);

        var said = outcomes.getOrDefault(row.red(), "there is no such test");
        assertTrue(matches(row.says(), said), row.red() + " must say\n" + row.says() + "\nbut it says\n" + said);
        row.green().ifPresent(expected -> {
            var green = new TreeSet<>(outcomes.keySet());
            green.removeIf(name -> !outcomes.get(name).isEmpty());
            assertEquals(new TreeSet<>(expected), green, "what the naive server passes of " + row.name());
        });
    }

    /** The names of all classes of lessons, but for those that need a browser: this server has no page. */
    private static List<String> lessons() {
        var request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectPackage("suite"))
                .filters(includeClassNamePatterns("suite\\.Lesson\\d\\d\\w+Test"), excludeTags("browser"))
                .build();
        var plan = LauncherFactory.create().discover(request);
        return plan.getRoots().stream()
                .flatMap(root -> plan.getChildren(root).stream())
                .map(container -> ((ClassSource) container.getSource().orElseThrow()).getJavaClass())
                .map(Class::getSimpleName)
                .sorted()
                .toList();
    }

    /** Puts in the names of the tests, each with what it says first when it is red, or with nothing. */
    private static void run(DiscoverySelector selector, Map<String, String> outcomes) {
        var listener = new TestExecutionListener() {
            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                if (result.getStatus() == TestExecutionResult.Status.ABORTED) {
                    return;
                }
                var said = result.getThrowable().map(SeedTest::sentence).orElse("");
                test.getSource()
                        .flatMap(SeedTest::method)
                        .ifPresent(method -> outcomes.merge(method, said, (one, other) -> one.isEmpty() ? other : one));
            }
        };
        var request =
                LauncherDiscoveryRequestBuilder.request().selectors(selector).build();
        var before = System.setProperty("suite.server", "given.NaiveServer");
        try {
            LauncherFactory.create().execute(request, listener);
        } finally {
            if (before == null) {
                System.clearProperty("suite.server");
            } else {
                System.setProperty("suite.server", before);
            }
        }
    }

    private static Optional<String> method(TestSource source) {
        return source instanceof MethodSource method ? Optional.of(method.getMethodName()) : Optional.empty();
    }

    /** A failure's own message, without its likely cause. */
    private static String sentence(Throwable thrown) {
        return thrown instanceof CheckFailed failed ? failed.fault() : String.valueOf(thrown.getMessage());
    }

    private static boolean matches(String says, String said) {
        var pattern = Arrays.stream(says.split("…", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
        return Pattern.compile(pattern, Pattern.DOTALL).matcher(said).matches();
    }
}
