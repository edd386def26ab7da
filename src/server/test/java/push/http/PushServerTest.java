package push.http;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The whole server's life, as far as it can be observed without a client. */
class PushServerTest {
    @Test
    @Timeout(value = 20, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void closingTwiceIsHarmless() {
        RunningServer server = PushServer.start(Map.of("PUSH_PORT", "0"));

        server.close();
        server.close();
    }
}
