package push.nats;

import io.nats.client.AuthHandler;
import io.nats.client.ConnectionListener;
import io.nats.client.ErrorListener;
import io.nats.client.Options;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import push.http.BadConfig;
import push.http.NatsSettings;

/**
 * How to connect to NATS: addresses, credentials, the certificates to trust, and times.
 *
 * <p><b>Threads:</b> immutable.
 */
final class NatsOptions {
    private static final Pattern URL =
            Pattern.compile("(?i)(nats|tls|ws|wss)://([^\\s/@]+@)?(\\[[0-9a-f:.]+]|[^\\s/@:\\[\\]]+)(:[0-9]{1,5})?/?");
    private static final Pattern COMMA = Pattern.compile(",");
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final NatsSettings settings;
    private final @Nullable String password;
    private final @Nullable AuthHandler nkey;
    private final @Nullable SSLContext tls;

    /**
     * Reads the files that the settings name.
     *
     * @throws BadConfig if one cannot be used
     */
    NatsOptions(NatsSettings settings) {
        this.settings = settings;
        Path passwordFile = settings.passwordFile();
        Path nkeyFile = settings.nkeyFile();
        Path caFile = settings.caFile();
        if (settings.user().isEmpty() != (passwordFile == null)) {
            throw new BadConfig("PUSH_NATS_USER and PUSH_NATS_PASSWORD_FILE belong together: set both or none");
        }
        COMMA.splitAsStream(settings.url()).map(String::strip).forEach(NatsOptions::check);
        this.password = passwordFile == null
                ? null
                : read("PUSH_NATS_PASSWORD_FILE", passwordFile).strip();
        this.nkey = nkeyFile == null ? null : nkey(nkeyFile);
        this.tls = caFile == null ? null : trusting(caFile);
    }

    /** The client would take any word for a host, and try for ever to reach it. */
    private static void check(String url) {
        if (!URL.matcher(url).matches()) {
            throw new BadConfig(
                    "PUSH_NATS_URL cannot be used (\"" + url.replaceAll("//.*@", "//…@")
                            + "\" is no URL of a NATS server): give URLs such as nats://localhost:4222, with commas between them");
        }
    }

    /** Returns the options for one connection. */
    Options build(ConnectionListener events, ErrorListener errors) {
        try {
            var options = new Options.Builder()
                    .servers(settings.url().split("\\s*,\\s*"))
                    .connectionName("push")
                    .maxReconnects(-1)
                    .reconnectWait(Duration.ofMillis(200))
                    .reconnectBufferSize(0) // What is sent while NATS is away fails immediately, and is sent again.
                    .connectionTimeout(Duration.ofSeconds(2))
                    .pingInterval(SECOND)
                    .requestCleanupInterval(SECOND)
                    .connectionListener(events)
                    .errorListener(errors);
            if (password != null) {
                options.userInfo(settings.user(), password);
            }
            if (nkey != null) {
                options.authHandler(nkey);
            }
            if (tls != null) {
                options.sslContext(tls);
            }
            return options.build();
        } catch (RuntimeException e) {
            throw new BadConfig("PUSH_NATS_URL cannot be used (" + e.getMessage()
                    + "): give URLs such as nats://localhost:4222, with commas between them");
        }
    }

    private static AuthHandler nkey(Path file) {
        try {
            return NKey.fromSeed(read("PUSH_NATS_NKEY_FILE", file).strip());
        } catch (IllegalArgumentException e) {
            throw new BadConfig("PUSH_NATS_NKEY_FILE=" + file + " cannot be used: " + e.getMessage());
        }
    }

    private static SSLContext trusting(Path file) {
        try (var in = new ByteArrayInputStream(Files.readAllBytes(file))) {
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            int count = 0;
            for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                trusted.setCertificateEntry("ca" + count++, certificate);
            }
            if (count == 0) {
                throw new GeneralSecurityException("it has no certificate");
            }
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new BadConfig("PUSH_NATS_CA=" + file + " cannot be used (" + e.getMessage()
                    + "): give a file of certificates in PEM");
        }
    }

    private static String read(String name, Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new BadConfig(name + "=" + file + " cannot be read (" + e + ")");
        }
    }
}
