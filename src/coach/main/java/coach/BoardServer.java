package coach;

import static java.nio.charset.StandardCharsets.UTF_8;

import coach.Verdict.Outcome;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.undertow.Undertow;
import java.net.InetSocketAddress;
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
 * Serves the page of {@code make learn}, on this machine only: progress, the current verdict, the frames of one client
 * and the picture of the server. The kit's own stream tells the page of changes.
 *
 * <p><b>Threads:</b> any thread; the state is guarded by this object's lock.
 */
final class BoardServer implements Board {

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

    /** @param port of 127.0.0.1, or 0 for any free port */
    BoardServer(Path root, Lessons lessons, int port) {
        this.lessons = lessons;
        picture = new ServerPicture(root, lessons);
        current = lessons.all().get(0);
        clear();
        undertow = Undertow.builder()
                .addHttpListener(port, "127.0.0.1")
                .setIoThreads(1)
                .setWorkerThreads(2)
                .setHandler(new BoardPages(push, this::state, this::picture))
                .build();
        undertow.start();
    }

    String url() {
        var address = (InetSocketAddress) undertow.getListenerInfo().get(0).getAddress();
        return "http://127.0.0.1:" + address.getPort() + "/";
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

    /** Shows the frames of one client with a server that is started for it, on a separate thread. */
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
