package push.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/**
 * Reads a certificate and its key from PEM files into a TLS context.
 *
 * <p>It exists so that the files written by openssl can be used without a keystore, and so that an unusable pair is
 * refused at startup, not at the first handshake.
 *
 * <p><b>Threads:</b> any thread.
 */
public final class Pem {
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN ([A-Z ]*PRIVATE KEY)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");
    private static final String MEND = "run `make certs` and start in the project's folder with"
            + " PUSH_CERT and PUSH_KEY unset, or let those name another pair";

    private static final int MIN_RSA_BITS = 2_048;
    private static final String NO_CERTIFICATE = " holds no certificate in PEM (a certificate request is not one): ";

    private Pem() {}

    /** Creates a server's context of the JDK's TLS. */
    public static SSLContext context(Path certificate, Path key) {
        return context(certificate, key, TlsEngine.JDK);
    }

    /**
     * Creates a server's TLS context from one certificate chain, leaf first (RFC 5246, 7.4.2; RFC 8446, 4.4.2).
     *
     * @param certificate a PEM file with one certificate or a chain
     * @param key a PEM file with the first certificate's unencrypted PKCS#8 key (EC or RSA)
     * @param engine whose TLS
     * @throws BadConfig if a file cannot be read, or if the pair does not match, is too weak or is not valid now
     */
    static SSLContext context(Path certificate, Path key, TlsEngine engine) {
        X509Certificate[] chain = readChain(certificate);
        PrivateKey privateKey = readKey(key, chain[0].getPublicKey().getAlgorithm());
        try {
            chain[0].checkValidity();
            if (!belongs(privateKey, chain[0].getPublicKey())) {
                throw new BadConfig(key + " is not the key of " + certificate + ": " + MEND);
            }
            KeyStore store = KeyStore.getInstance("JKS"); // PKCS12 would hash the password 20,000 times.
            store.load(null, null);
            store.setKeyEntry("server", privateKey, new char[0], chain);
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, new char[0]);
            SSLContext context = engine.context();
            context.init(keys.getKeyManagers(), new TrustManager[0], null); // Clients have no certificates.
            return context;
        } catch (CertificateExpiredException e) {
            throw new BadConfig(
                    certificate + " expired on " + chain[0].getNotAfter().toInstant() + ": " + MEND);
        } catch (CertificateNotYetValidException e) {
            throw new BadConfig(certificate + " is not valid before "
                    + chain[0].getNotBefore().toInstant() + ": correct the clock, or " + MEND);
        } catch (GeneralSecurityException | IOException e) {
            throw new BadConfig(certificate + " and " + key + " cannot serve TLS (" + e.getMessage() + "): " + MEND);
        }
    }

    private static X509Certificate[] readChain(Path file) {
        String pem = read(file);
        try {
            var chain = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8)));
            boolean isCut = pem.lastIndexOf("-----BEGIN ") > pem.lastIndexOf("-----END "); // JDK 25 skips it.
            if (chain.isEmpty() || isCut) {
                throw new BadConfig(file + NO_CERTIFICATE + MEND);
            }
            return chain.toArray(new X509Certificate[0]);
        } catch (CertificateException e) {
            throw new BadConfig(file + NO_CERTIFICATE + MEND); // The parser's own message does not help.
        }
    }

    private static PrivateKey readKey(Path file, String algorithm) {
        Matcher pem = KEY.matcher(read(file));
        if (!pem.find()) {
            throw new BadConfig(file + " holds no private key in PEM: " + MEND);
        }
        if (!pem.group(1).equals("PRIVATE KEY")) {
            throw new BadConfig(file + " holds an " + pem.group(1) + ", which is not plain PKCS#8: convert it with"
                    + " `openssl pkey -in " + file + " -out plain.pem` and start with"
                    + " PUSH_KEY=plain.pem");
        }
        try {
            byte[] der = Base64.getMimeDecoder().decode(pem.group(2));
            PrivateKey key = KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
            if (key instanceof RSAPrivateKey rsa && rsa.getModulus().bitLength() < MIN_RSA_BITS) {
                throw new BadConfig(
                        file + " is an RSA key of fewer than " + MIN_RSA_BITS + " bits, which clients refuse: " + MEND);
            }
            return key;
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new BadConfig(file + " holds no " + algorithm + " key, which the certificate needs: " + MEND);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new BadConfig(file + (Files.exists(file) ? " cannot be read: " : " does not exist: ") + MEND);
        }
    }

    /** Returns whether the certificate verifies a signature by the key, a test that works for every algorithm. */
    private static boolean belongs(PrivateKey key, PublicKey certified) throws GeneralSecurityException {
        String algorithm = key.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA";
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        signature.update((byte) 1);
        byte[] signed = signature.sign();
        signature.initVerify(certified);
        signature.update((byte) 1);
        return signature.verify(signed);
    }
}
