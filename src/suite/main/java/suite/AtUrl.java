package suite;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.HttpUrl;
import org.opentest4j.TestAbortedException;

/**
 * One server that is already running, named by a URL, or two servers of a cluster, named by two. Their settings are
 * their own.
 *
 * <p><b>Threads:</b> any thread.
 *
 * @param turn the number of times a root was requested
 * @param pid the process to send a SIGTERM to, or -1
 */
record AtUrl(List<HttpUrl> roots, AtomicInteger turn, long pid) implements Launch {

    @Override
    public HttpUrl root() {
        return roots.get(Math.floorMod(turn.getAndIncrement(), roots.size()));
    }

    @Override
    public CompletableFuture<?> drain() {
        var process = ProcessHandle.of(pid);
        if (process.isEmpty()) {
            throw new TestAbortedException(
                    JudgedServer.NOT_JUDGED
                            + "it needs to send a SIGTERM, and there is no process to send it to: name it with --pid N (PID=N to make, -Dsuite.pid=N to Maven)");
        }
        boolean sent = process.get().destroy();
        assert sent;
        return process.get().onExit();
    }

    @Override
    public void close() {
        // Not ours to stop.
    }

    @Override
    public boolean ours() {
        return false;
    }
}
