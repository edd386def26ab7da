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
 * One real Chromium for all checks, without a window on the screen. After each check it shows one empty window.
 *
 * <p>{@code CHROMIUM} and {@code CHROMEDRIVER} name the two programs; otherwise they are looked for on the path.
 *
 * <p><b>Length:</b> the flags and the words for a missing program take a third of it.
 *
 * <p><b>Threads:</b> confined to the thread of its tests.
 */
final class Chromium implements BeforeAllCallback, AfterEachCallback {

    /** Longer than the page's longest wait that a test can bring about: 10 s for the first record. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    /** Kept, because a logger without a reference loses its level. Selenium warns of each Chromium that is newer than it. */
    private static final Logger SELENIUM = Logger.getLogger("org.openqa.selenium");

    private static final Duration POLL = Duration.ofMillis(20);

    /** Closed by JUnit at the end of all tests. */
    private record Shared(ChromeDriver driver) implements AutoCloseable {
        @Override
        public void close() {
            driver.quit();
        }
    }

    /** With this property one browser lives as long as its JVM, for a learner who saves again and again. */
    private static final boolean KEPT = Boolean.getBoolean("suite.keepBrowser");

    private static Optional<ChromeDriver> kept = Optional.empty();

    private Supplier<ChromeDriver> starter = Chromium::create;
    private Optional<ChromeDriver> driver = Optional.empty();

    /** Started by the first who asks: a test that ends before that need not wait for a browser. */
    ChromeDriver driver() {
        if (driver.isEmpty()) {
            driver = Optional.of(starter.get());
        }
        return driver.get();
    }

    /** Outside of tests: a browser that the caller ends. */
    void start() {
        driver = Optional.of(create());
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        driver = Optional.empty(); // That of an earlier run in this JVM has ended with it.
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
                        // A page at a name that is not localhost: browsers say less of those over plain HTTP.
                        "--host-resolver-rules=MAP push.example 127.0.0.1");
        options.setAcceptInsecureCerts(true);
        var driver = new ChromeDriver(service, options);
        driver.manage().timeouts().scriptTimeout(PATIENCE);
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

    /** Runs a function body in the page and gives what it returns. */
    @SuppressWarnings("unchecked") // The caller knows what its own script returns.
    <T> T run(String script, Object... arguments) {
        return (T) driver().executeScript(script, arguments);
    }

    /** Runs the body of an async function in the page and gives what it returns; an exception there fails the test. */
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

    /** Waits until the condition holds, and says what was expected if it never does. */
    void await(String expected, BooleanSupplier condition) {
        try {
            new WebDriverWait(driver(), PATIENCE, POLL).until(ignored -> condition.getAsBoolean());
        } catch (TimeoutException e) {
            throw new AssertionError("expected " + expected + " within " + Deadline.say(PATIENCE), e);
        }
    }

    /** A second window; its page keeps running at full speed beside the first. */
    void newWindow() {
        driver().switchTo().newWindow(WindowType.WINDOW);
    }

    /** Takes the network away from the present page, or gives it back. */
    void offline(boolean isOffline) {
        network(isOffline, -1);
    }

    /** Lets the present window, for the rest of the test, have no more than this of the network. */
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
