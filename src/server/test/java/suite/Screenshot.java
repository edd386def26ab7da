package suite;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;

/**
 * Takes the picture of the page in the README: a desktop in light with the strip open, and a phone in dark.
 *
 * <p><b>Threads:</b> the main thread.
 */
final class Screenshot {

    private static final Path FILE = Path.of("chat.png");
    private static final int WIDTH = 1120;
    private static final int HEIGHT = 640;
    private static final int PHONE = 320;
    private static final int GAP = 24;
    private static final int LONG = 3;
    private static final int BYTES_PER_SECOND = 50_000;

    private Screenshot() {}

    public static void main(String[] arguments) throws IOException {
        var chromium = new Chromium();
        chromium.start();
        try (var backend = new Backend("PUSH_HEARTBEAT_MS", "3000")) {
            // On a slow line Chromium passes on 1,500 bytes at a time, so each of these is cut, which the strip shows.
            for (int i = 0; i < LONG; i++) {
                backend.post("bob", "𝄞".repeat(350));
            }
            look(chromium, WIDTH, "light");
            chromium.slow(BYTES_PER_SECOND);
            var page = ChatPage.open(chromium, backend.url("/"));
            chromium.await("the history", () -> page.messages().size() == LONG);
            chromium.offline(false);
            chromium.driver().findElement(By.id("toggle")).click();
            talk(chromium, backend, page);
            var desk = picture(chromium);
            look(chromium, PHONE, "dark");
            chromium.driver().findElement(By.id("toggle")).click();
            save(desk, picture(chromium));
        } finally {
            chromium.driver().quit();
        }
    }

    private static void talk(Chromium chromium, Backend backend, ChatPage page) {
        backend.post("ann", "Is anybody reading along?");
        page.name("bob");
        page.say("I am: with one GET, which has not ended since.");
        backend.post("curl", "And I have posted this from a terminal.");
        backend.post("ann", "What if a train takes you into a tunnel?");
        page.say("The light turns red. Then I come back with the last id that I have seen.");
        chromium.await("the talk", () -> page.messages().size() == LONG + 5);
        page.awaitNothingPending();
        chromium.runAsync("""
            const post = (text) => fetch('/messages', {
              method: 'POST',
              headers: { 'content-type': 'application/json' },
              body: JSON.stringify({ user: 'curl', text }),
            });
            await Promise.all(['Four', 'lines', 'in', 'one go.'].map(post));
            """);
        backend.post("ann", "<b>No</b> & markup is only text.");
        chromium.await("the burst", () -> page.messages().size() == LONG + 10);
        chromium.await("a heartbeat", () -> page.text("rows").contains("heartbeat"));
        page.type("Any name, any text");
    }

    private static void look(Chromium chromium, int width, String scheme) {
        var driver = chromium.driver();
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", HEIGHT, "deviceScaleFactor", 1, "mobile", width == PHONE));
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    private static BufferedImage picture(Chromium chromium) {
        try {
            return ImageIO.read(new ByteArrayInputStream(chromium.driver().getScreenshotAs(OutputType.BYTES)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void save(BufferedImage desk, BufferedImage phone) throws IOException {
        var both = new BufferedImage(WIDTH + GAP + PHONE, HEIGHT, BufferedImage.TYPE_INT_ARGB);
        var canvas = both.createGraphics();
        canvas.drawImage(desk, 0, 0, null);
        canvas.drawImage(phone, WIDTH + GAP, 0, null);
        canvas.dispose();
        ImageIO.write(both, "png", FILE.toFile());
        System.out.println(FILE + ": " + Files.size(FILE) / 1024 + " kB");
    }
}
