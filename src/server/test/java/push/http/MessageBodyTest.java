package push.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.text.Normalizer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import push.NewMessage;
import push.http.Problem.Fault;

/** A body is a message or a problem, whatever its bytes. */
final class MessageBodyTest {
    private static final byte[] GOOD =
            ("{\"user\":\"ann \u00fc\",\"text\":\"hi \\u0041 \u20ac \uD83D\uDE00 \\uD83D\\uDE00\","
                            + "\"more\":[1,{\"a\":null}]}")
                    .getBytes(UTF_8);

    @Test
    void goodBodyIsTheMessageThatItSays() throws Problem {
        assertEquals(new NewMessage("ann \u00fc", "hi A \u20ac \uD83D\uDE00 \uD83D\uDE00"), MessageBody.parse(GOOD));
    }

    @Test
    void bodyThatIsCutAnywhereIsNotJson() {
        for (int length = 0; length < GOOD.length; length++) {
            byte[] cut = Arrays.copyOf(GOOD, length);

            var problem = assertThrows(Problem.class, () -> MessageBody.parse(cut), "cut after " + length + " bytes");

            assertEquals(400, problem.status, "cut after " + length + " bytes");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "hello | 1 | 1",
                "{\"user\":\"ann\",\"text\":\"h | 1 | 24",
                "{\"user\":\"ann\" | 1 | 14",
                "{\"user\":\"ann\",} | 1 | 15",
                "{\"user\":1,\"user\":2} | 1 | 17",
                "{} {} | 1 | 4"
            })
    void bodyThatIsNotJsonIsToldWhereAndWhatToSend(String body, int line, int column) {
        var problem = assertThrows(Problem.class, () -> MessageBody.parse(body.getBytes(UTF_8)));

        var said = problem.getMessage();
        assertEquals(400, problem.status);
        assertTrue(said.startsWith("The body is not JSON at line " + line + ", column " + column + " ("), said);
        assertTrue(said.endsWith("): send one object, {\"user\":\"…\",\"text\":\"…\"}."), said);
        assertTrue(!said.contains("Source") && !said.contains("\n"), said);
    }

    @Test
    void bodyWithAnyByteChangedIsAMessageOrAProblem() {
        var random = new Random(7);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = GOOD.clone();
            for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            assertMessageOrProblem(bytes);
        }
    }

    @Test
    void noiseIsAProblem() {
        var random = new Random(8);
        for (int round = 0; round < 5_000; round++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            assertMessageOrProblem(bytes);
        }
    }

    @Test
    void everyFieldThatIsWrongIsNamedWithItsBounds() {
        var problem =
                assertThrows(Problem.class, () -> MessageBody.parse("{\"user\":\"\",\"text\":7}".getBytes(UTF_8)));

        assertEquals(422, problem.status);
        assertEquals(
                List.of(
                        new Fault("#/user", "user has 0 characters: give 1 to 64 characters"),
                        new Fault("#/text", "text is not a string: give 1 to 4096 characters")),
                problem.faults);
        assertTrue(problem.getMessage().endsWith("."), problem.getMessage());
    }

    /** In an order that takes seconds to sort: one such POST a second would keep an IO thread from all other work. */
    @ParameterizedTest
    @ValueSource(strings = {"\u0345|\u0334", "\u0301\u0316\u0327\u0591|", "\u0345\u0301\u0316\u0321\u0334|"})
    void marksOfATooLongNameAreNotSorted(String marks) {
        int half = 32_000 / (marks.length() - 1);
        var name =
                Arrays.stream(marks.split("\\|")).map(part -> part.repeat(half)).collect(joining("", "a", ""));
        byte[] body = "{\"user\":\"%s\",\"text\":\"hi\"}".formatted(name).getBytes(UTF_8);

        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            for (int i = 0; i < 40; i++) {
                assertEquals(422, assertThrows(Problem.class, () -> MessageBody.parse(body)).status);
            }
        });
    }

    @Test
    void nameThatIsShortOnceItsMarksAreComposedIsTaken() throws Problem {
        var letter = "\u1f82"; // Decomposes into four, the maximum.
        var apart = Normalizer.normalize(letter, Normalizer.Form.NFD).repeat(NewMessage.MAX_USER);

        var message = MessageBody.parse(
                "{\"user\":\"%s\",\"text\":\"hi\"}".formatted(apart).getBytes(UTF_8));

        assertEquals(letter.repeat(NewMessage.MAX_USER), message.user());
    }

    private static void assertMessageOrProblem(byte[] bytes) {
        try {
            var message = MessageBody.parse(bytes);
            assertTrue(message.text().length() > 0 && message.user().length() > 0);
        } catch (Problem problem) {
            assertTrue(problem.status == 400 || problem.status == 422);
        } catch (RuntimeException e) {
            throw new AssertionError(new String(bytes, UTF_8) + " is neither: " + Arrays.toString(bytes), e);
        }
    }
}
