package push.http;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.logging.Filter;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Limits the log to a number of lines per second. The next line states how many were omitted.
 *
 * <p>It exists because Undertow logs a line, often with a stack trace, for client errors. A flood of them would fill
 * the disk and hide important lines.
 *
 * <p><b>Threads:</b> any thread; guarded by this object's lock.
 */
final class LogLimit implements Filter {
    private static final int PER_SECOND = 10;
    private static final int TRACES_PER_SECOND = 1;

    @GuardedBy("this")
    private long second;

    @GuardedBy("this")
    private int lines;

    @GuardedBy("this")
    private int traces;

    @GuardedBy("this")
    private long leftOut;

    /** Applies the limit to all later log output. */
    static void install() {
        LogLimit limit = new LogLimit();
        for (Handler handler : Logger.getLogger("").getHandlers()) {
            handler.setFilter(limit);
        }
    }

    @Override
    public synchronized boolean isLoggable(LogRecord record) {
        long now = record.getInstant().getEpochSecond();
        if (now != second) {
            second = now;
            lines = 0;
            traces = 0;
        }
        if (lines >= PER_SECOND) {
            leftOut++;
            return false;
        }
        lines++;
        if (record.getThrown() != null && ++traces > TRACES_PER_SECOND) {
            record.setMessage(
                    record.getMessage() + " (" + record.getThrown().getClass().getName() + ")");
            record.setThrown(null);
        }
        if (leftOut > 0) {
            record.setMessage(record.getMessage() + " (" + leftOut + " lines before this were left out)");
            leftOut = 0;
        }
        return true;
    }
}
