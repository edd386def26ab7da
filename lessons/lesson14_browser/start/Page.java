package lesson14_browser.start;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import push.http.Problem;
import push.http.Reply;

/** The client: the files that stand beside this one. */
final class Page {
    private static final Path FOLDER = Path.of("lessons/lesson14_browser/start");
    private static final Map<String, String> FILES = Map.of("/", "index.html", "/client.js", "client.js");

    void handle(HttpServerExchange exchange) throws Problem {
        // What a path says is looked up here, and never reaches the disk.
        String file = FILES.get(exchange.getRequestPath());
        if (file == null) {
            throw new Problem(404, "There is nothing here: messages are at /messages.");
        }
        try {
            // Read anew for each request, so that a change is there at the next reload.
            byte[] bytes = Files.readAllBytes(FOLDER.resolve(file));
            exchange.getResponseHeaders().put(Headers.CACHE_CONTROL, "no-cache");
            Reply.send(exchange, file.endsWith(".js") ? "text/javascript" : "text/html; charset=utf-8", bytes);
        } catch (IOException e) {
            throw new Problem(404, "There is no " + FOLDER.resolve(file) + " where this server was started.");
        }
    }
}
