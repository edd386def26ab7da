package push.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Locale;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import org.conscrypt.Conscrypt;

/**
 * Whose code encrypts: the JDK's, or that of OpenSSL's descendant BoringSSL, which a library for this machine holds.
 *
 * <p>It exists because most of the CPU of a join, and a part of that of each record, is the JDK's cryptography. Conscrypt
 * brings BoringSSL as an ordinary security provider for five systems, so nothing else in the server changes.
 *
 * <p><b>Threads:</b> any thread.
 */
enum TlsEngine {
    JDK,
    OPENSSL;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** More than BoringSSL's engine keeps for the client, which is 17 kB at most. */
    private static final ByteBuffer DISCARDED = ByteBuffer.allocateDirect(18 * 1024);

    static final String SETTING = "PUSH_TLS";

    /**
     * Returns the engine of this name.
     *
     * @throws BadConfig if there is none
     */
    static TlsEngine named(String name) {
        for (TlsEngine engine : values()) {
            if (engine.toString().equals(name)) {
                return engine;
            }
        }
        throw new BadConfig(SETTING + "=" + name + " cannot be used: give jdk or openssl, or leave it out for jdk");
    }

    /**
     * Returns the context of a server, which has this certificate chain and its key.
     *
     * @throws BadConfig if there is no library for this machine, or if it does not load
     */
    SSLContext context(PrivateKey key, X509Certificate[] chain) throws GeneralSecurityException, IOException {
        if (this == JDK) {
            KeyStore store = KeyStore.getInstance("JKS"); // PKCS12 would hash the password 20,000 times.
            store.load(null, null);
            store.setKeyEntry("server", key, new char[0], chain);
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, new char[0]);
            return init(SSLContext.getInstance("TLS"), keys.getKeyManagers());
        }
        try {
            Conscrypt.checkAvailability();
            Provider provider = Conscrypt.newProvider();
            PrivateKey own = KeyFactory.getInstance(key.getAlgorithm(), provider)
                    .generatePrivate(new PKCS8EncodedKeySpec(key.getEncoded()));
            return init(SSLContext.getInstance("TLS", provider), new OneKey(own, chain));
        } catch (LinkageError e) {
            throw new BadConfig(SETTING + "=openssl cannot be used on " + System.getProperty("os.name") + ' '
                    + System.getProperty("os.arch") + ", because its library does not load (" + e.getMessage()
                    + "): leave it out for the JDK's TLS");
        }
    }

    private static SSLContext init(SSLContext context, KeyManager... keys) throws GeneralSecurityException {
        context.init(keys, new TrustManager[0], null); // Clients have no certificates.
        return context;
    }

    /** Returns whether large records are encrypted in less time to the heap than to a direct buffer. */
    boolean prefersHeap() {
        return this == JDK;
    }

    /**
     * Frees the memory of an engine whose socket is closed. BoringSSL's is outside of the heap, and the engine keeps it for a
     * close_notify that has not been sent, until a garbage collection that this memory itself never causes.
     */
    void release(SSLEngine engine) {
        if (this == JDK) {
            return;
        }
        try {
            engine.closeOutbound();
            engine.closeInbound();
            synchronized (DISCARDED) {
                engine.wrap(NOTHING, DISCARDED.clear()); // Takes all that is pending, and then frees.
            }
        } catch (SSLException e) {
            // The handshake had failed.
        }
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
