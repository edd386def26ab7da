package push.http;

import java.util.HashMap;
import java.util.Map;

/** The server with OpenSSL's TLS, for a run of all tests: {@code make test TLS=openssl}. */
public final class OpenSslServer {
    private OpenSslServer() {}

    public static RunningServer start(Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(settings);
        all.putIfAbsent(TlsEngine.SETTING, TlsEngine.OPENSSL.toString());
        return PushServer.start(all);
    }
}
