package coach;

import static java.nio.charset.StandardCharsets.UTF_8;

import coach.Verdict.Outcome;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.undertow.Undertow;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import push.NewMessage;
import push.http.Config;
import push.http.PushHandler;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The page of {@code make learn}, on this machine only: progress, the present verdict, the frames of one client and the picture of
 * the server. The kit's own stream tells the page that something has changed.
 *
 * <p><b>Threads:</b> any thread; the state is guarded by this object's lock.
 */
final class BoardServer implements Board {

    /** Only the page's own files: no inline script, no markup from strings. */
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
            + "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

    private static final Map<String, String> FILES =
            Map.of("index.html", "text/html", "board.js", "text/javascript", "board.css", "text/css");
    private static final int WIDTH = 80;

    private final Lessons lessons;
    private final ServerPicture picture;
    private final PushHandler push = new PushHandler(Config.from(Map.of("PUSH_HEARTBEAT_MS", "5000")));
    private final AtomicInteger changes = new AtomicInteger();
    private final Undertow undertow;

    @GuardedBy("this")
    private final ObjectNode state = JsonMapper.shared().createObjectNode();

    @GuardedBy("this")
    private Lesson current;

    /** @param port of 127.0.0.1, or 0 for a free one */
    BoardServer(Path root, Lessons lessons, int port) {
        this.lessons = lessons;
        picture = new ServerPicture(root, lessons);
        current = lessons.all().get(0);
        clear();
        undertow = Undertow.builder()
                .addHttpListener(port, "127.0.0.1")
                .setIoThreads(1)
                .setWorkerThreads(2)
                .setHandler(this::handle)
                .build();
        undertow.start();
    }

    String url() {
        var address = (InetSocketAddress) undertow.getListenerInfo().get(0).getAddress();
        return "http://127.0.0.1:" + address.getPort() + "/";
    }

    private void handle(HttpServerExchange exchange) throws Exception {
        var path = exchange.getRequestPath();
        var host = exchange.getHostName();
        if (!host.equals("127.0.0.1") && !host.equals("localhost")) {
            exchange.setStatusCode(421).endExchange(); // Another name that resolves to this machine is another page's.
        } else if (!exchange.getRequestMethod().equalToString("GET")) {
            exchange.setStatusCode(405).endExchange();
        } else if (path.equals("/feed/messages")) {
            HttpHandler feed = push;
            exchange.setRelativePath("/messages");
            exchange.setResolvedPath("/feed");
            feed.handleRequest(exchange);
        } else if (path.equals("/state")) {
            send(exchange, "application/json", state());
        } else if (path.equals("/picture.svg")) {
            send(exchange, "image/svg+xml", picture());
        } else if (path.equals("/favicon.ico")) {
            exchange.setStatusCode(204).endExchange(); // A browser asks for one by itself.
        } else {
            file(exchange, path.equals("/") ? "index.html" : path.substring(1));
        }
    }

    private static void file(HttpServerExchange exchange, String name) throws IOException {
        if (!FILES.containsKey(name)) {
            exchange.setStatusCode(404).endExchange();
            return;
        }
        try (var in = BoardServer.class.getResourceAsStream("/board/" + name)) {
            exchange.getResponseHeaders().put(new HttpString("Content-Security-Policy"), POLICY);
            send(exchange, FILES.get(name) + "; charset=utf-8", in.readAllBytes());
        }
    }

    private static void send(HttpServerExchange exchange, String type, byte[] body) {
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, type);
        exchange.getResponseHeaders().put(Headers.CACHE_CONTROL, "no-cache");
        exchange.getResponseHeaders().put(new HttpString("X-Content-Type-Options"), "nosniff");
        exchange.getResponseSender().send(ByteBuffer.wrap(body));
    }

    private synchronized byte[] state() {
        return JsonMapper.shared().writeValueAsBytes(state);
    }

    private synchronized byte[] picture() {
        return picture.upTo(current).getBytes(UTF_8);
    }

    private synchronized void clear() {
        state.put("phase", "").put("title", "").put("time", "");
        state.putNull("verdict");
        state.putArray("faults");
        state.putArray("later");
        state.putArray("frames");
        state.putArray("wrong");
    }

    @Override
    public synchronized void lesson(Workshop workshop, Lesson lesson) {
        current = lesson;
        clear();
        state.put("lesson", "Lesson " + lesson).put("lessonId", lesson.id());
        progress(workshop);
        changed();
    }

    private synchronized void progress(Workshop workshop) {
        var done = workshop.progress();
        var all = state.putArray("lessons");
        for (var lesson : lessons.all()) {
            all.addObject()
                    .put("id", lesson.id())
                    .put("title", lesson.title())
                    .put("state", lesson.later() ? "to come" : done.contains(lesson.slug()) ? "done" : "")
                    .put("current", lesson.slug().equals(current.slug()));
        }
    }

    @Override
    public synchronized void judging(Lesson lesson) {
        state.put("phase", "judging").put("title", "judging …").put("time", "");
        changed();
    }

    @Override
    public synchronized void faults(Lesson lesson, List<String> faults) {
        clear();
        state.put("phase", "faults").put("title", "It does not compile");
        texts(state.putArray("faults"), faults);
        changed();
    }

    @Override
    public synchronized void verdict(
            Workshop workshop, Lesson lesson, Verdict verdict, List<String> later, String time) {
        state.put("phase", "verdict").put("time", time);
        state.put("title", verdict.colour().word + (later.isEmpty() ? "" : " so far") + ": " + verdict.counts());
        texts(state.putArray("later"), later);
        state.putArray("faults");
        state.putArray("wrong");
        var said = state.putObject("verdict").put("colour", verdict.isGood() ? "green" : verdict.colour().word);
        var figures = said.putObject("figures");
        verdict.firstRed()
                .map(List::of)
                .orElse(verdict.tests())
                .forEach(test -> test.figures().forEach(figures::put));
        var tests = said.putArray("tests");
        for (var test : verdict.tests()) {
            tests.addObject()
                    .put("name", test.name())
                    .put("outcome", word(test.outcome()))
                    .put("message", Text.brief(Report.said(test)))
                    .put("cause", test.means())
                    .put("ms", test.ms());
        }
        progress(workshop);
        changed();
    }

    private static String word(Outcome outcome) {
        return outcome.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    @Override
    public synchronized void wrongAnswers(List<Mutant> mutants) {
        var wrong = state.putArray("wrong");
        for (var mutant : mutants) {
            wrong.addObject()
                    .put("name", mutant.name())
                    .put("why", mutant.why())
                    .put("test", mutant.method());
        }
        changed();
    }

    /** Shows the frames of one client with a server that is started for it, on a thread of its own. */
    @Override
    public void ended(IntFunction<List<String>> frames) {
        Daemon.start("coach-frames", () -> {
            var lines = frames.apply(WIDTH);
            synchronized (this) {
                texts(state.putArray("frames"), lines);
                changed();
            }
        });
    }

    private static void texts(ArrayNode array, List<String> texts) {
        texts.forEach(array::add);
    }

    private void changed() {
        push.publisher().publish(NewMessage.of("coach", "changed"), "change-" + changes.incrementAndGet());
    }

    @Override
    public void close() {
        undertow.stop();
    }
}
