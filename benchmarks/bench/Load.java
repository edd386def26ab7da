package bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Clients that hold streams, and one that posts: arrivals are measured.
 *
 * <p><b>Length:</b> one loop over one selector, and the counts that all of its turns update.
 *
 * <p><b>Threads:</b> confined to one, which does everything, so that the load takes only one core.
 */
final class Load implements AutoCloseable {
    private static final String PADDING = "The quick brown fox jumps over the lazy dog.";
    private static final int SHAKING = 64; // The number of clients that connect at the same time, unless all shall.
    private static final long GIVEN_UP_NANOS = 10_000_000;

    private final Selector selector = Selector.open();
    private final String epoch = Long.toString(ThreadLocalRandom.current().nextLong(1L << 60), 36);
    private int port; // The server on which streams are opened.
    private final boolean postsRecords;
    final List<Http2Client> clients = new ArrayList<>();
    final List<Reading> readings = new ArrayList<>();
    private final Http2Client publisher;
    long number = System.currentTimeMillis() * 1_000; // Earlier loads' messages have lower ones.
    long since; // Times are counted from here, or from the post if it is 0.
    String location = "";
    private int opened;
    private int lost;
    int unanswered;
    int stopped; // The number of streams that are no longer read.
    private int lacking; // The number of streams without the newest message.
    private long lastArrival;
    long arrived;
    Latencies latencies = new Latencies();
    String problem = "";

    /** With {@code postsRecords} a POST brings the whole record, for a server that cannot make it. */
    Load(int port, boolean postsRecords) throws IOException {
        this.port = port;
        this.postsRecords = postsRecords;
        this.publisher = new Http2Client(this, selector, port);
        if (postsRecords) {
            postOne(); // Such a server answers a stream only when there is a message.
            while (unanswered > 0) {
                turn(20);
            }
        }
    }

    /** Opens further streams on another server; the target of posts stays. */
    void openOn(int other) {
        port = other;
    }

    /** Opens streams on new connections; returns when all have been answered. */
    void open(int connections, int streams, String accept) throws IOException {
        open(connections, streams, accept, SHAKING, "");
    }

    void open(int connections, int streams, String accept, int atOnce, String lastEventId) throws IOException {
        String[] headers = headers(accept, lastEventId);
        for (int i = 0; i < connections; i++) {
            Http2Client client = new Http2Client(this, selector, port);
            clients.add(client);
            for (int j = 0; j < streams; j++) {
                get(client, headers);
            }
            await(readings.size() - atOnce * streams);
        }
        await(readings.size());
    }

    /** Opens streams on new connections in turn, like clients behind a gateway: one on each, then a second on each. */
    void openInTurns(int connections, int streams, String accept) throws IOException {
        open(connections, 1, accept);
        openMore(streams - 1, accept);
    }

    /** Opens this many further streams on each connection. */
    void openMore(int streams, String accept) throws IOException {
        for (int j = 0; j < streams; j++) {
            for (Http2Client client : clients) {
                get(client, headers(accept, ""));
            }
            await(readings.size());
        }
    }

    private void get(Http2Client client, String... headers) throws IOException {
        Reading reading = new Reading(this, number);
        readings.add(reading);
        client.get(reading, headers);
    }

    private String[] headers(String accept, String lastEventId) {
        return new String[] {
            ":method",
            "GET",
            ":scheme",
            "https",
            ":authority",
            authority(),
            ":path",
            "/messages",
            "accept",
            accept,
            "last-event-id",
            lastEventId
        };
    }

    private void await(int streams) throws IOException {
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (opened + lost < streams) {
            turn(20);
            if (System.nanoTime() > deadline) {
                throw new IOException("Only " + opened + " of " + readings.size() + " streams were answered in 60 s");
            }
        }
    }

    /** Returns {@code done}, or the number of lost streams and why. */
    String opened() {
        return lost == 0 ? "done" : lost + " streams are lost: " + problem;
    }

    /** Returns whether the newest message is on every stream, or nothing has come for a while: it may never come. */
    boolean isEverywhere() {
        return unanswered == 0 && (lacking == 0 || System.nanoTime() - lastArrival > GIVEN_UP_NANOS);
    }

    void postOne() throws IOException {
        number++;
        unanswered++;
        lacking = readings.size() - stopped;
        lastArrival = System.nanoTime();
        String text = "~" + number + ":" + System.nanoTime() + "~ " + PADDING;
        String record = postsRecords ? "\"type\":\"message\",\"id\":\"" + epoch + '-' + number % 100_000 + "\"," : "";
        String time = postsRecords ? ",\"time\":" + System.currentTimeMillis() : "";
        byte[] body = ("{" + record + "\"user\":\"bench\",\"text\":\"" + text + "\"" + time + "}")
                .getBytes(StandardCharsets.US_ASCII);
        publisher.post(
                body,
                ":method",
                "POST",
                ":scheme",
                "https",
                ":authority",
                authority(),
                ":path",
                "/messages",
                "content-type",
                "application/json",
                "content-length",
                Integer.toString(body.length));
    }

    private String authority() {
        return "localhost:" + port;
    }

    void turn(long millis) throws IOException {
        selector.select(this::ready, millis);
    }

    private void ready(SelectionKey key) {
        Http2Client client = (Http2Client) key.attachment();
        try {
            client.ready();
        } catch (IOException | UncheckedIOException e) {
            key.cancel();
            lost += client.streams();
            problem = e.toString();
            if (client == publisher) {
                throw new UncheckedIOException(new IOException("The connection that posts is lost", e));
            }
        }
    }

    /** A message has come to a stream for the first time. */
    void arrived(long message, long postedNanos) {
        arrived++;
        lastArrival = System.nanoTime();
        latencies.add(lastArrival - (since == 0 ? postedNanos : since));
        if (message == number) {
            lacking--;
        }
    }

    /** The headers of an answer have arrived. */
    void answered(Reading reading, String status) {
        if (!status.startsWith("2")) {
            problem = "status " + status;
        }
        if (reading != null) {
            opened++;
        }
    }

    /** A post has been given its place. */
    void located(String at) {
        location = at;
    }

    /** A post's answer has ended. */
    void posted() {
        unanswered--;
    }

    /** A stream or a connection has ended, which should not happen. */
    void lost(String how) {
        lost++;
        problem = how;
    }

    @Override
    public void close() throws IOException {
        for (Http2Client client : clients) {
            client.close();
        }
        publisher.close();
        selector.close();
    }
}
