package push.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An IP address, or a block of addresses in CIDR notation (RFC 4632), stored as a prefix.
 *
 * <p>An IPv4-mapped IPv6 address is treated as the IPv4 address.
 *
 * <p><b>Threads:</b> immutable.
 */
@SuppressWarnings("ArrayRecordComponent") // Compared only by contains.
record AddressBlock(byte[] address, int bits) {
    private static final Pattern IPV4 = Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(?:\\.(?!$)|$)){4}");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]{2,45}");

    /** Parses an address without a port. Returns null if the text is not an address. Never looks up names. */
    static @Nullable InetAddress address(String text) {
        boolean isIpv6 = text.indexOf(':') >= 0 && IPV6.matcher(text).matches();
        if (!isIpv6 && !IPV4.matcher(text).matches()) {
            return null;
        }
        try {
            return InetAddress.getByName(isIpv6 ? '[' + text + ']' : text);
        } catch (UnknownHostException e) {
            return null;
        }
    }

    /** Parses an address or a block, such as {@code 10.0.0.0/8} or {@code ::1}. Returns null if the text is neither. */
    static @Nullable AddressBlock parse(String text) {
        int slash = text.indexOf('/');
        String host = slash < 0 ? text : text.substring(0, slash);
        InetAddress address = address(host);
        String length = slash < 0 ? "" : text.substring(slash + 1);
        if (address == null || !length.matches(slash < 0 ? "" : "0|[1-9]\\d{0,2}")) {
            return null;
        }
        byte[] bytes = address.getAddress();
        int most = 8 * bytes.length;
        int bits = slash < 0 ? most : Integer.parseInt(length) - (host.indexOf(':') >= 0 && most == 32 ? 96 : 0);
        return bits < 0 || bits > most ? null : new AddressBlock(bytes, bits);
    }

    boolean contains(InetAddress other) {
        byte[] bytes = other.getAddress();
        if (bytes.length != address.length) {
            return false;
        }
        int whole = bits / 8;
        int rest = bits % 8;
        return Arrays.equals(bytes, 0, whole, address, 0, whole)
                && (rest == 0 || ((bytes[whole] ^ address[whole]) & 0xff) >> (8 - rest) == 0);
    }
}
