package suite;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A client of a cluster that reads as long as it is asked to: when its stream ends, it comes back to the next server with its
 * last id. It keeps each unbroken run of messages apart, and the reason for which a run began.
 *
 * <p><b>Threads:</b> one of its own reads; guarded by this object's lock.
 */
final class Reader implements AutoCloseable {
    /** An unbroken run of messages, and why it did not continue the one before; "" if it did, in another stream. */
    record Run(String reason, List<Message> messages) {}

    private final List<KitServer> servers;
    private final Format format;
    private int at;
    private volatile boolean ended;

    @GuardedBy("this")
    private final List<Run> runs = new ArrayList<>();

    @GuardedBy("this")
    private int heartbeats;

    @GuardedBy("this")
    private int streams;

    @GuardedBy("this")
    private String fault = "";

    private Reader(List<KitServer> servers, int first, Format format) {
        this.servers = servers;
        this.at = first;
        this.format = format;
    }

    /** Begins to read at one of these servers, and returns when its stream has begun. */
    static Reader start(List<KitServer> servers, int first, Format format) {
        var reader = new Reader(servers, first, format);
        Threads.named("suite-reader").execute(reader::read);
        if (!Deadline.in(Duration.ofSeconds(20)).poll(() -> reader.streams() > 0)) {
            throw new AssertionError("no stream has begun");
        }
        return reader;
    }

    private void read() {
        String last = "";
        while (!ended) {
            try (var stream = servers.get(at).open(format, last)) {
                if (stream.status() == 200) {
                    last = read(stream, last);
                }
            } catch (AssertionError e) {
                if (!String.valueOf(e.getMessage()).contains("expected")) {
                    blame(String.valueOf(e.getMessage()));
                }
            }
            at = (at + 1) % servers.size();
            Deadline.pause(Duration.ofMillis(100));
        }
    }

    private String read(Recorder stream, String before) {
        String last = before;
        while (!ended) {
            WireRecord record;
            try {
                record = stream.next(one -> true, "a record", Duration.ofMillis(200));
            } catch (AssertionError e) {
                if (stream.ended()) {
                    return last;
                }
                continue;
            }
            switch (record.type()) {
                case "start" -> {
                    start(record);
                    last = record.id();
                }
                case "message" -> {
                    add(record.message(), last);
                    last = record.id();
                }
                case "heartbeat" -> count();
                default -> {
                    return last;
                }
            }
        }
        return last;
    }

    private synchronized void start(WireRecord record) {
        streams++;
        boolean resumed = record.fields().path("resumed").asBoolean();
        if (!resumed || runs.isEmpty()) {
            runs.add(new Run(resumed ? "" : record.text("reason"), new ArrayList<>()));
        }
    }

    private synchronized void add(Message message, String last) {
        if (!last.isEmpty() && !follows(last, message.id())) {
            blame("after " + last + " there came " + message.id());
        }
        runs.get(runs.size() - 1).messages().add(message);
    }

    private static boolean follows(String last, String id) {
        int dash = last.lastIndexOf('-');
        return id.equals(last.substring(0, dash + 1) + (Long.parseLong(last.substring(dash + 1)) + 1));
    }

    private synchronized void count() {
        heartbeats++;
    }

    private synchronized void blame(String what) {
        fault = fault.isEmpty() ? what : fault;
    }

    synchronized int streams() {
        return streams;
    }

    synchronized int heartbeats() {
        return heartbeats;
    }

    synchronized String fault() {
        return fault;
    }

    /** The runs so far. */
    synchronized List<Run> runs() {
        return runs.stream()
                .map(run -> new Run(run.reason(), List.copyOf(run.messages())))
                .toList();
    }

    /** All messages so far, in order. */
    synchronized List<Message> messages() {
        return runs.stream().flatMap(run -> run.messages().stream()).toList();
    }

    /** The reasons for which runs began, without the first. */
    List<String> reasons() {
        var all = runs();
        return all.subList(1, all.size()).stream().map(Run::reason).toList();
    }

    /** Waits until this text has come. */
    void await(String text, Duration within) {
        if (!Deadline.in(within)
                .poll(() -> messages().stream().anyMatch(one -> one.text().equals(text)))) {
            throw new AssertionError("\"" + text + "\" has not come within " + Deadline.say(within) + "; fault: "
                    + fault() + "; runs: "
                    + runs().stream()
                            .map(run -> run.reason() + " " + run.messages().size())
                            .toList());
        }
    }

    @Override
    public void close() {
        ended = true;
    }
}
