package push.http;

import io.undertow.server.HttpServerExchange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import push.Message;
import push.MessageLog;
import push.Resume;
import push.Wire;

/**
 * {@code GET /history}: older messages, one page at a time, oldest first.
 *
 * <p>It exists because a stream starts with only the newest {@value MessageLog#HISTORY} messages, and a reader may want
 * earlier ones.
 *
 * <p><b>Threads:</b> any IO thread; it has no state of its own.
 */
final class HistoryHandler {
    private static final int MAX_LIMIT = 200;
    /**
     * The maximum size of a page, except that it has at least one message. A larger page would delay the connection's
     * streams.
     */
    private static final int MAX_BYTES = 1 << 18;

    private final MessageLog log;
    private final Limits limits;

    HistoryHandler(MessageLog log, Limits limits) {
        this.limits = limits;
        this.log = log;
    }

    /**
     * Responds with the messages before {@code ?before=<id>}, or with the newest ones; {@code ?limit=} sets the maximum
     * number.
     */
    void handle(HttpServerExchange exchange) throws Problem {
        String before = parameter(exchange, "before");
        int limit = limit(parameter(exchange, "limit"));
        limits.read(exchange);
        List<Message> page = page(before == null ? log.newest() : position(before) - 1, limit);
        long oldest = page.isEmpty() ? 0 : page.get(0).sequence();
        Reply.send(exchange, "application/json", new HistoryPage(page, log.first() < oldest));
    }

    private long position(String before) throws Problem {
        Resume resume = Resume.from(before, log);
        if (before.isEmpty() || "malformed".equals(resume.reason())) {
            throw new Problem(
                    400, "The value of before is not the id of a message: give an id exactly as a stream sent it.");
        }
        if ("epoch".equals(resume.reason()) || "future".equals(resume.reason())) {
            throw new Problem(
                    404, "This log has no message with this id: omit the before parameter to get the newest messages.");
        }
        long position = resume.position();
        boolean isBeforeAll = before.endsWith("-0"); // That was no message, so it cannot have been evicted.
        if (resume.reason() != null || (position < log.first() && !isBeforeAll)) {
            throw new Problem(410, "This message is no longer kept, nor is any before it.");
        }
        return position;
    }

    private static int limit(@Nullable String limit) throws Problem {
        if (limit == null) {
            return MessageLog.HISTORY;
        }
        int number = limit.matches("[0-9]{1,3}") ? Integer.parseInt(limit) : 0;
        if (number < 1 || number > MAX_LIMIT) {
            throw new Problem(400, "The value of limit is not a whole number from 1 to " + MAX_LIMIT + ".");
        }
        return number;
    }

    private static @Nullable String parameter(HttpServerExchange exchange, String name) throws Problem {
        var values = exchange.getQueryParameters().get(name);
        if (values != null && values.size() > 1) {
            throw new Problem(400, "The query has " + name + " more than once: give it once.");
        }
        return values == null ? null : values.getFirst();
    }

    /** Returns the retained messages up to a position, oldest first, as many as fit. */
    private List<Message> page(long last, int limit) {
        List<Message> page = new ArrayList<>();
        int bytes = 0;
        for (long sequence = last; page.size() < limit; sequence--) {
            Message message = log.get(sequence);
            bytes += message == null ? 0 : message.record(Wire.NDJSON).length();
            if (message == null || (bytes > MAX_BYTES && !page.isEmpty())) {
                break;
            }
            page.add(message);
        }
        Collections.reverse(page);
        return page;
    }
}
