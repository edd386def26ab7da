package suite;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import okhttp3.Call;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.internal.http2.ErrorCode;
import okhttp3.internal.http2.StreamResetException;

/**
 * Reads one response through OkHttp as it arrives, and passes it to a {@link Recorder}.
 *
 * <p><b>Threads:</b> a thread of its own for each response, which blocks while nothing comes.
 */
final class HttpReader {

    private static final int STACK_BYTES = 256 * 1024;

    private static final Duration CLOSING = Duration.ofSeconds(1);

    private final Call call;
    private final Recorder recorder;
    private final AtomicReference<Socket> socket = new AtomicReference<>();

    private HttpReader(OkHttpClient client, Request request, Format format) {
        this.call = client.newBuilder()
                .addNetworkInterceptor(chain -> {
                    socket.set(chain.connection().socket());
                    return chain.proceed(chain.request());
                })
                .build()
                .newCall(request);
        this.recorder = new Recorder(request.method() + " " + request.url() + format.said(), format, call::cancel);
    }

    static Recorder open(OkHttpClient client, Request request, Format format) {
        var reader = new HttpReader(client, request, format);
        var thread = new Thread(null, reader::read, "suite-reader", STACK_BYTES);
        thread.setDaemon(true);
        thread.start();
        return reader.recorder;
    }

    private void read() {
        try (var response = call.execute()) {
            recorder.head(new Intake.Head(response.code(), response.protocol(), response.headers()));
            var source = response.body().source();
            var buffer = new byte[16 * 1024];
            for (int length = source.read(buffer); length >= 0; length = source.read(buffer)) {
                recorder.take(buffer, 0, length);
            }
            recorder.end(Ending.How.END_STREAM, "", "");
        } catch (StreamResetException e) {
            if (e.errorCode == ErrorCode.CANCEL && connectionClosed()) {
                recorder.end(Ending.How.CONNECTION, "", "closed by the server");
            } else {
                recorder.end(Ending.How.RESET, e.errorCode.name(), "");
            }
        } catch (IOException e) {
            recorder.end(Ending.How.CONNECTION, "", e.toString());
        }
    }

    /**
     * Returns whether the server has closed the connection. OkHttp also says CANCEL when the server has closed it
     * cleanly, just before it closes its own socket. Only after a CANCEL, therefore, is the socket given a moment to
     * close.
     */
    private boolean connectionClosed() {
        return Deadline.in(CLOSING).poll(() -> socket.get().isClosed());
    }
}
