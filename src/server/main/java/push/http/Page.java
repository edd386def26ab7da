package push.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /}: the chat page, a few files that are read, hashed and compressed once at startup.
 *
 * <p>A browser caches the files and revalidates them each time; the response is 304 if the content is unchanged. Only
 * these files are compressed; a stream is never compressed.
 *
 * <p><b>Threads:</b> immutable.
 */
public final class Page {
    /** Allows only the page's own files: no inline script, no eval, no markup from strings (CSP 3; Trusted Types). */
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
            + "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
            + "require-trusted-types-for 'script'";

    private static final HttpString CONTENT_SECURITY_POLICY = new HttpString("Content-Security-Policy");
    private static final HttpString REFERRER_POLICY = new HttpString("Referrer-Policy");
    private static final Pattern ENTITY_TAG =
            Pattern.compile("\\s*(?:W/)?(\"[\\x21\\x23-\\x7e\\x80-\\xff]*\")\\s*(?:,|$)");

    private static final List<String> FILES = List.of(
            "index.html",
            "app.js",
            "dom.js",
            "form.js",
            "jump.js",
            "light.js",
            "list.css",
            "list.js",
            "older.js",
            "outbox.js",
            "pending.js",
            "row.js",
            "stream.js",
            "strip.css",
            "strip.js",
            "style.css",
            "favicon.svg");

    /** The bytes of a file in one content coding, and their strong entity tag (RFC 9110, 8.8.3). */
    @SuppressWarnings("ArrayRecordComponent") // Files are never compared.
    private record Variant(byte[] bytes, String tag, boolean isGzip) {
        static Variant of(byte[] bytes, boolean isGzip) {
            try {
                byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
                String name = Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, 15));
                return new Variant(bytes, '"' + name + '"', isGzip);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e); // Every JDK has it.
            }
        }
    }

    private record File(
            String contentType, Variant plain, @Nullable Variant gzip) {}

    private final Map<String, File> files = new HashMap<>();

    /** Reads the files. */
    public Page() {
        for (String name : FILES) {
            byte[] bytes = read(name);
            byte[] gzip = compress(bytes);
            File file = new File(
                    contentType(name),
                    Variant.of(bytes, false),
                    gzip.length < bytes.length ? Variant.of(gzip, true) : null);
            files.put(name.equals("index.html") ? "/" : '/' + name, file);
        }
    }

    private static String contentType(String name) {
        return switch (name.substring(name.lastIndexOf('.'))) {
            case ".html" -> "text/html; charset=utf-8";
            case ".js" -> "text/javascript; charset=utf-8";
            case ".css" -> "text/css; charset=utf-8";
            case ".svg" -> "image/svg+xml";
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static byte[] read(String name) {
        try (var in = Page.class.getResourceAsStream("/page/" + name)) {
            if (in == null) {
                throw new IllegalStateException("page/" + name + " is not in this build");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] compress(byte[] bytes) {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** Responds with the file at this path. Fails with 404, or with 405 for a method other than GET and HEAD. */
    public void handle(HttpServerExchange exchange) throws Problem {
        if (exchange.getRelativePath().isEmpty()) { // The prefix in another server, which lacks its slash.
            String uri = Problem.readOnly(exchange).getRequestURI();
            exchange.getResponseHeaders().put(Headers.LOCATION, "./" + uri.substring(uri.lastIndexOf('/') + 1) + '/');
            Reply.send(exchange.setStatusCode(308));
            return;
        }
        File file = files.get(exchange.getRelativePath());
        if (file == null) {
            throw new Problem(
                    404, "There is nothing here: messages are at " + exchange.getResolvedPath() + "/messages.");
        }
        var headers = Problem.readOnly(exchange).getResponseHeaders();
        Variant variant = choose(file, ContentCoding.parse(FieldReader.join(exchange, Headers.ACCEPT_ENCODING)));
        headers.add(Headers.VARY, "accept-encoding");
        headers.put(Headers.CACHE_CONTROL, "no-cache");
        headers.put(Headers.ETAG, variant.tag);
        headers.put(CONTENT_SECURITY_POLICY, POLICY);
        headers.put(REFERRER_POLICY, "no-referrer");
        if (isKnown(FieldReader.join(exchange, Headers.IF_NONE_MATCH), variant.tag)) {
            Reply.send(exchange.setStatusCode(304));
            return;
        }
        if (variant.isGzip) {
            headers.put(Headers.CONTENT_ENCODING, "gzip");
        }
        Reply.send(exchange, file.contentType, variant.bytes);
    }

    private static Variant choose(File file, ContentCoding accepted) throws Problem {
        if (file.gzip != null && accepted.gzip() > 0 && accepted.gzip() >= accepted.identity()) {
            return file.gzip;
        }
        if (accepted.identity() > 0) {
            return file.plain;
        }
        throw new Problem(406, "Accept one of the content codings gzip and identity; or send no Accept-Encoding.");
    }

    /** Returns whether a client's entity tags include this one, by weak comparison (RFC 9110, 13.1.2). */
    private static boolean isKnown(@Nullable String held, String tag) {
        if (held == null || held.strip().equals("*")) {
            return held != null;
        }
        var tags = ENTITY_TAG.matcher(held);
        while (tags.lookingAt()) {
            if (tags.group(1).equals(tag)) {
                return true;
            }
            tags.region(tags.end(), held.length());
        }
        return false;
    }
}
