package suite;

import java.io.File;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.openqa.selenium.TimeoutException;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.support.ui.WebDriverWait;

/**
 * One real Chromium for all checks, without a visible window. After each check it shows one empty window.
 *
 * <p>{@code CHROMIUM} and {@code CHROMEDRIVER} name the two programs; otherwise the path is searched for them.
 *
 * <p><b>Length:</b> a third of it is flags and the messages for a missing program.
 *
 * <p><b>Threads:</b> confined to the thread of its tests.
 */
final class Chromium implements BeforeAllCallback, AfterEachCallback {

    /** Longer than the page's longest wait that a test can cause: 10 s for the first record. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    /** Kept because a logger without a reference loses its level. Selenium warns of any Chromium newer than itself. */
    private static final Logger SELENIUM = Logger.getLogger("org.openqa.selenium");

    private static final Duration POLL = Duration.ofMillis(20);

    /** Closed by JUnit after all tests. */
    private record Shared(ChromeDriver driver) implements AutoCloseable {
        @Override
        public void close() {
            driver.quit();
        }
    }

    /** With this property, one browser lives as long as its JVM, for a learner who saves repeatedly. */
    private static final boolean KEPT = Boolean.getBoolean("suite.keepBrowser");

    private static Optional<ChromeDriver> kept = Optional.empty();

    private Supplier<ChromeDriver> starter = Chromium::create;
    private Optional<ChromeDriver> driver = Optional.empty();

    /** Started by the first caller: a test that ends earlier need not wait for a browser. */
    ChromeDriver driver() {
        if (driver.isEmpty()) {
            driver = Optional.of(starter.get());
        }
        return driver.get();
    }

    /** Starts a browser outside of tests; the caller ends it. */
    void start() {
        driver = Optional.of(create());
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        driver = Optional.empty(); // The one of an earlier run in this JVM has ended with that run.
        if (KEPT) {
            starter = Chromium::kept;
            return;
        }
        var store = context.getRoot().getStore(Namespace.GLOBAL);
        starter = () -> store.getOrComputeIfAbsent(Shared.class, key -> new Shared(create()), Shared.class)
                .driver();
    }

    private static ChromeDriver kept() {
        if (kept.isEmpty()) {
            kept = Optional.of(create());
        }
        return kept.get();
    }

    private static ChromeDriver create() {
        SELENIUM.setLevel(Level.SEVERE);
        var service = new ChromeDriverService.Builder()
                .usingDriverExecutable(program("CHROMEDRIVER", "chromedriver"))
                .usingAnyFreePort()
                .withLogOutput(OutputStream.nullOutputStream())
                .build();
        var options = new ChromeOptions()
                .setBinary(program("CHROMIUM", "chromium", "chromium-browser", "google-chrome"))
                .addArguments(
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--disable-quic",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--disable-default-apps",
                        "--window-size=1000,800",
                        "--lang=en",
                        // Pages at a name other than localhost: browsers say less of them over plain HTTP.
                        "--host-resolver-rules=MAP push.example 127.0.0.1");
        options.setAcceptInsecureCerts(true);
        var driver = new ChromeDriver(service, options);
        driver.manage().timeouts().scriptTimeout(PATIENCE.multipliedBy(4));
        return driver;
    }

    @Override
    public void afterEach(ExtensionContext context) {
        driver.ifPresent(this::tidyUp);
    }

    private void tidyUp(ChromeDriver driver) {
        var windows = driver.getWindowHandles().toArray(String[]::new);
        for (var window : Arrays.copyOf(windows, windows.length - 1)) {
            driver.switchTo().window(window).close();
        }
        driver.switchTo().window(windows[windows.length - 1]);
        offline(false);
        driver.executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
        driver.get("about:blank");
    }

    /** Runs a function body in the page and returns its result. */
    @SuppressWarnings("unchecked") // The caller knows the type that its own script returns.
    <T> T run(String script, Object... arguments) {
        return (T) driver().executeScript(script, arguments);
    }

    /** Runs the body of an async function in the page and returns its result. An exception there fails the test. */
    @SuppressWarnings("unchecked")
    <T> T runAsync(String script, Object... arguments) {
        var answer = (Map<String, Object>) driver().executeAsyncScript(
                        "const done = arguments[arguments.length - 1];"
                                + "(async (...arguments) => {" + script + "})(...Array.from(arguments).slice(0,"
                                + " -1)).then((value) => done({ value }),"
                                + " (error) => done({ error: `${error.stack ??"
                                + " error}` }));",
                        arguments);
        if (answer.containsKey("error")) {
            throw new AssertionError("the script in the page failed: " + answer.get("error"));
        }
        return (T) answer.get("value");
    }

    /** Waits until the condition holds, and fails with the expectation if it never does. */
    void await(String expected, BooleanSupplier condition) {
        try {
            new WebDriverWait(driver(), Deadline.extended(PATIENCE), POLL).until(ignored -> condition.getAsBoolean());
        } catch (TimeoutException e) {
            throw new AssertionError("expected " + expected + " within " + Deadline.say(PATIENCE), e);
        }
    }

    /** Opens a second window, whose page keeps running at full speed beside the first. */
    void newWindow() {
        driver().switchTo().newWindow(WindowType.WINDOW);
    }

    /** Takes the network away from the current page, or gives it back. */
    void offline(boolean isOffline) {
        network(isOffline, -1);
    }

    /** Limits the current window to this bandwidth for the rest of the test. */
    void slow(int bytesPerSecond) {
        network(false, bytesPerSecond);
    }

    private void network(boolean isOffline, int bytesPerSecond) {
        driver().executeCdpCommand("Network.enable", Map.of());
        driver().executeCdpCommand(
                        "Network.emulateNetworkConditions",
                        Map.of(
                                "offline",
                                isOffline,
                                "latency",
                                0,
                                "downloadThroughput",
                                bytesPerSecond,
                                "uploadThroughput",
                                -1));
    }

    private static File program(String variable, String... names) {
        var named = System.getenv(variable);
        if (named != null && !named.isBlank()) {
            return new File(named);
        }
        var path = System.getenv().getOrDefault("PATH", "") + File.pathSeparator + "/usr/bin";
        return Stream.of(names)
                .flatMap(name -> Arrays.stream(path.split(File.pathSeparator)).map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() ->
                        JudgedServer.notJudged("it needs a browser, and there is no " + names[0] + " here: apt install"
                                + " chromium"
                                + " chromium-driver"
                                + " (macOS: brew"
                                + " install --cask"
                                + " google-chrome"
                                + " chromedriver), or"
                                + " name"
                                + " it with"
                                + " " + variable + "=FILE"))
                .toFile();
    }
}
