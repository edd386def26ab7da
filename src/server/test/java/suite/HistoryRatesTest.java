package suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import okhttp3.Request;
import org.junit.jupiter.api.Test;

/** A page of {@code GET /history} costs a client as much as opening a stream. */
class HistoryRatesTest {

    @Test
    void itCountsAsAnOpenSoThatOneClientCannotKeepTheServerBusyWithIt() {
        try (var slow = new Backend("PUSH_OPENS_PER_SECOND", "1", "PUSH_OPEN_BURST", "3")) {
            var client = Clients.http2();
            var statuses = IntStream.range(0, 100) // More than there are seconds in which one is free.
                    .mapToObj(i -> {
                        try (var response = client.newCall(new Request.Builder()
                                        .url(slow.url("/history"))
                                        .build())
                                .execute()) {
                            return response.code();
                        } catch (java.io.IOException e) {
                            throw new AssertionError(e);
                        }
                    })
                    .toList();
            Clients.close(client);

            assertTrue(statuses.subList(0, 3).stream().allMatch(status -> status == 200), statuses::toString);
            assertTrue(statuses.contains(429), statuses::toString);
        }
    }

    @LikelyCause(
            "History is counted by connection where streams are counted by client, and all of a proxy's users share one rate.")
    @Test
    void itCountsForTheClientBehindAProxy() {
        try (var slow = new Backend(
                "PUSH_OPENS_PER_SECOND", "1", "PUSH_OPEN_BURST", "3", "PUSH_TRUSTED_PROXIES", "127.0.0.1, ::1")) {
            var proxy = Clients.http2();

            var one = IntStream.range(0, 100)
                    .map(i -> status(proxy, slow, "192.0.2.1"))
                    .boxed()
                    .toList();
            long since = System.nanoTime();
            int other = status(proxy, slow, "192.0.2.2");
            var second = Clients.http2();
            var elsewhere = IntStream.range(0, 3)
                    .map(i -> status(second, slow, "192.0.2.1"))
                    .boxed()
                    .toList();
            Clients.close(proxy);
            Clients.close(second);
            long may = 1 + (System.nanoTime() - since) / 1_000_000_000; // One a second.

            assertTrue(one.contains(429), one::toString);
            assertEquals(200, other, "another client of the same proxy");
            long taken = elsewhere.stream().filter(status -> status == 200).count();
            assertTrue(taken <= may, () -> "the same client by another connection: " + elsewhere);
        }
    }

    private static int status(okhttp3.OkHttpClient client, Backend backend, String address) {
        var request = new Request.Builder().url(backend.url("/history")).header("x-forwarded-for", address);
        try (var response = client.newCall(request.build()).execute()) {
            return response.code();
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }
}
