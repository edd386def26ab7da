package lesson13_floods;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import push.http.Config;

/** What one connection may do. Only its IO thread looks at it. */
final class Budget {
    private static final AttachmentKey<Budget> KEY = AttachmentKey.create(Budget.class);

    final Bucket opens;
    final Bucket posts;
    int streams; // Those that it holds now.

    private Budget(Config config) {
        long now = System.nanoTime();
        opens = new Bucket(config.opensPerSecond(), config.openBurst(), now);
        posts = new Bucket(config.postsPerSecond(), config.postBurst(), now);
    }

    /** An exchange is one request; what it is attached to lives as long as the connection. */
    static Budget of(HttpServerExchange exchange, Config config) {
        var connection = exchange.getConnection();
        Budget budget = connection.getAttachment(KEY);
        if (budget == null) {
            budget = new Budget(config);
            connection.putAttachment(KEY, budget);
        }
        return budget;
    }
}
