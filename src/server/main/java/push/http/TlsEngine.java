package push.http;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
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
     * Returns a context that is not initialized yet.
     *
     * @throws BadConfig if there is no library for this machine, or if it does not load
     */
    SSLContext context() throws GeneralSecurityException {
        if (this == JDK) {
            return SSLContext.getInstance("TLS");
        }
        try {
            Conscrypt.checkAvailability();
            return SSLContext.getInstance("TLS", Conscrypt.newProvider());
        } catch (LinkageError e) {
            throw new BadConfig(SETTING + "=openssl cannot be used on " + System.getProperty("os.name") + ' '
                    + System.getProperty("os.arch") + ", because its library does not load (" + e.getMessage()
                    + "): leave it out for the JDK's TLS");
        }
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
