package push.nats;

import io.nats.client.AuthHandler;
import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A user's nkey, which proves by a signature that this server has its seed.
 *
 * <p>It exists because the client library needs Bouncy Castle for Ed25519, which the JDK has.
 *
 * <p>A seed and a key are written in base32 (RFC 4648, 6). A seed is two bytes that say what it is, 32 bytes, and their
 * CRC-16; a key has one byte instead of two.
 *
 * <p><b>Threads:</b> immutable.
 */
final class NKey implements AuthHandler {
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final int SEED = 18 << 3;
    private static final int USER = 20 << 3;
    private static final int BYTES = 32;

    private final KeyPair pair;
    private final String id;

    private NKey(KeyPair pair) {
        this.pair = pair;
        this.id = id((EdECPublicKey) pair.getPublic());
    }

    /**
     * Creates a key from its seed.
     *
     * @throws IllegalArgumentException if it is not the seed of a user
     */
    static NKey fromSeed(String seed) {
        byte[] bytes = decode(seed);
        int end = bytes.length - 2;
        if (bytes.length != BYTES + 4 || crc16(bytes, end) != ((bytes[end] & 0xff) | (bytes[end + 1] & 0xff) << 8)) {
            throw new IllegalArgumentException("it is not the seed of an nkey");
        }
        if ((bytes[0] & 0xf8) != SEED || ((bytes[0] & 7) << 5 | (bytes[1] & 0xf8) >> 3) != USER) {
            throw new IllegalArgumentException("it is not the seed of a user, which begins with SU");
        }
        try {
            var generator = KeyPairGenerator.getInstance("Ed25519");
            generator.initialize(NamedParameterSpec.ED25519, new Fixed(Arrays.copyOfRange(bytes, 2, end)));
            return new NKey(generator.generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This JDK has no Ed25519", e);
        }
    }

    @Override
    public byte[] sign(byte[] nonce) {
        try {
            var signature = Signature.getInstance("Ed25519");
            signature.initSign(pair.getPrivate());
            signature.update(nonce);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This JDK cannot sign", e);
        }
    }

    @Override
    public char[] getID() {
        return id.toCharArray();
    }

    @Override
    public char @Nullable [] getJWT() {
        return null;
    }

    /** Returns the public key as NATS writes it: U and 55 characters. */
    private static String id(EdECPublicKey key) {
        byte[] bytes = new byte[BYTES + 3];
        bytes[0] = (byte) USER;
        byte[] y = key.getPoint().getY().toByteArray(); // Big-endian; the key is little-endian (RFC 8032, 5.1.2).
        for (int i = 0; i < BYTES && i < y.length; i++) {
            bytes[1 + i] = y[y.length - 1 - i];
        }
        bytes[BYTES] |= (byte) (key.getPoint().isXOdd() ? 0x80 : 0);
        int crc = crc16(bytes, BYTES + 1);
        bytes[BYTES + 1] = (byte) crc;
        bytes[BYTES + 2] = (byte) (crc >> 8);
        return encode(bytes);
    }

    private static byte[] decode(String text) {
        var out = new ByteArrayOutputStream();
        int buffer = 0;
        int bits = 0;
        for (int i = 0; i < text.length(); i++) {
            int value = ALPHABET.indexOf(text.charAt(i));
            if (value < 0) {
                throw new IllegalArgumentException("it is not the seed of an nkey");
            }
            buffer = buffer << 5 | value;
            bits += 5;
            if (bits >= 8) {
                bits -= 8;
                out.write(buffer >> bits);
            }
        }
        return out.toByteArray();
    }

    private static String encode(byte[] bytes) {
        var out = new StringBuilder();
        int buffer = 0;
        int bits = 0;
        for (byte b : bytes) {
            buffer = buffer << 8 | (b & 0xff);
            bits += 8;
            while (bits >= 5) {
                bits -= 5;
                out.append(ALPHABET.charAt(buffer >> bits & 31));
            }
        }
        return out.toString(); // 35 bytes are exactly 56 characters.
    }

    /** CRC-16/XMODEM. */
    private static int crc16(byte[] bytes, int length) {
        int crc = 0;
        for (int i = 0; i < length; i++) {
            crc ^= (bytes[i] & 0xff) << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) != 0 ? crc << 1 ^ 0x1021 : crc << 1;
            }
            crc &= 0xffff;
        }
        return crc;
    }

    /** Gives out the seed in place of random bytes, because the JDK makes a public key only together with its seed. */
    private static final class Fixed extends SecureRandom {
        private static final long serialVersionUID = 1;
        private final byte[] seed;

        Fixed(byte[] seed) {
            super();
            this.seed = seed;
        }

        @Override
        public void nextBytes(byte[] bytes) {
            System.arraycopy(seed, 0, bytes, 0, bytes.length);
        }
    }
}
