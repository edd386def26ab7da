package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server, as people start it, has loaded everything that a message needs before it has a client. */
final class WarmStartTest {
    private static final Pattern SLOW =
            Pattern.compile("tools\\.jackson|icu\\.|java\\.text\\.Normalizer|push\\.Name\\b");

    private static final int FEW = 5;

    @TempDir
    Path folder;

    @LikelyCause("The first message loads hundreds of classes on the IO thread, and every stream on it waits.")
    @Test
    void firstMessageAndFirstRefusalLoadNoParser() throws IOException {
        var loaded = folder.resolve("classes");
        var java = Path.of(System.getProperty("java.home"), "bin", "java");
        var server = StartedByCommand.start(
                "exec '" + java + "' '-Xlog:class+load:file=" + loaded + "' -cp '"
                        + System.getProperty("java.class.path") + "' push.http.Main",
                Map.of("PUSH_PORT", "0"));
        var client = Clients.http2();
        try {
            var before = slow(loaded);

            assertEquals(201, post(client, server.root(), "{\"user\":\"Zoe\u0301\",\"text\":\"hello\"}"));
            assertEquals(422, post(client, server.root(), "{\"user\":\"Zoe\u0301\",\"text\":\"\"}"));

            var after = slow(loaded);
            var late = after.subList(before.size(), after.size());
            assertTrue(late.size() <= FEW, late::toString); // Otherwise more than a hundred.
        } finally {
            Clients.close(client);
            server.close();
        }
    }

    private static List<String> slow(Path loaded) throws IOException {
        return Files.readAllLines(loaded).stream()
                .filter(line -> SLOW.matcher(line).find())
                .toList();
    }

    private static int post(OkHttpClient client, HttpUrl root, String message) throws IOException {
        var request = new Request.Builder().url(root.resolve("messages")).post(JudgedServer.json(message));
        try (var response = client.newCall(request.build()).execute()) {
            return response.code();
        }
    }
}
