package push.http;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The weights a client gives to the server's two content codings (RFC 9110, 12.5.3).
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param gzip the weight of gzip, 0 to 1; 0 means that the client does not accept it
 * @param identity the weight of no coding
 */
record ContentCoding(double gzip, double identity) {
    private static final Pattern WEIGHT = Pattern.compile("q=(0(\\.\\d{0,3})?|1(\\.0{0,3})?)");
    /** The default weight of identity. It is so low that a client that accepts gzip with any weight receives gzip. */
    private static final double LEAST = 0.0001;

    /**
     * Parses the value of {@code Accept-Encoding}, with all its lines joined by commas; null if the field is absent.
     */
    static ContentCoding parse(@Nullable String accepted) {
        if (accepted == null) {
            return new ContentCoding(0, 1); // Any coding is acceptable, and identity suits every client.
        }
        Map<String, Double> weights = new HashMap<>();
        for (String element : accepted.toLowerCase(Locale.ROOT).split(",", -1)) {
            String[] parts = element.split(";", 2);
            String coding = parts[0].strip();
            weights.putIfAbsent(coding.equals("x-gzip") ? "gzip" : coding, parts.length == 1 ? 1 : weight(parts[1]));
        }
        double gzip = weights.getOrDefault("gzip", weights.getOrDefault("*", 0.0));
        boolean excluded = weights.getOrDefault("*", 1.0) == 0;
        return new ContentCoding(gzip, weights.getOrDefault("identity", excluded ? 0 : LEAST));
    }

    /**
     * Returns a weight. A malformed one counts as 0, because no coding is safer than one that the client cannot decode.
     */
    private static double weight(String parameter) {
        String weight = parameter.strip();
        return WEIGHT.matcher(weight).matches() ? Double.parseDouble(weight.substring(2)) : 0;
    }
}
