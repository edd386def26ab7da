package push.http;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How much a client wants each of the two content codings that the server has (RFC 9110, 12.5.3).
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param gzip the weight of gzip, 0 to 1; 0 says that the client does not take it
 * @param identity the weight of no coding at all
 */
record ContentCoding(double gzip, double identity) {
    private static final Pattern WEIGHT = Pattern.compile("q=(0(\\.\\d{0,3})?|1(\\.0{0,3})?)");
    /** So that a client which takes both, and says nothing of identity, gets gzip whatever weight it gave that. */
    private static final double LEAST = 0.0001;

    /** Reads the value of {@code Accept-Encoding}, all its lines joined by commas; null if there is none. */
    static ContentCoding parse(@Nullable String accepted) {
        if (accepted == null) {
            return new ContentCoding(0, 1); // All codings are acceptable, and the plain one suits every client.
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

    /** A weight that is malformed counts as none: better plain than a coding that the client cannot read. */
    private static double weight(String parameter) {
        String weight = parameter.strip();
        return WEIGHT.matcher(weight).matches() ? Double.parseDouble(weight.substring(2)) : 0;
    }
}
