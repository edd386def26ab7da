package machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** archive.sh with a JVM that only says that it serves: which option a start gets, and when none. */
final class ArchiveTest {
    /** Writes what it is told to write when it is told to end, as a JVM does; as a client it succeeds. */
    private static final String JAVA = """
        #!/bin/sh
        for word; do
          case $word in
            -XX:*=*.new) file=${word#*=} ;;
            src/build/Client.java) exit 0 ;;
          esac
        done
        trap 'echo classes >"$file"; exit 0' TERM
        echo "Serving https://localhost:1/ (Ctrl-C drains and ends)"
        while :; do sleep 0.05; done
        """;

    @TempDir
    private Path folder;

    private final Map<String, String> environment = new HashMap<>();
    private Path home;

    @BeforeEach
    void machine() throws IOException {
        home = Files.createDirectories(folder.resolve("jdk"));
        Path java = Files.createDirectories(home.resolve("bin")).resolve("java");
        Files.writeString(java, JAVA);
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        isVersion("17.0.15");
        Files.writeString(Files.createDirectories(folder.resolve("target")).resolve("streaming-push-kit.jar"), "jar");
        Files.setLastModifiedTime(jar(), FileTime.fromMillis(1_000));
    }

    @ParameterizedTest
    @CsvSource({
        "17.0.15, -XX:SharedArchiveFile=target/streaming-push-kit-\\d+\\.jsa",
        "24.0.1, -XX:SharedArchiveFile=target/streaming-push-kit-\\d+\\.jsa",
        "25, -XX:AOTCache=target/streaming-push-kit-\\d+\\.aot"
    })
    void startUsesTheArchiveThatWasMade(String version, String option) throws Exception {
        isVersion(version);
        assertEquals("", script("option"));

        assertEquals("", script(""));

        assertTrue(script("option").matches(option), script("option"));
    }

    @Test
    void archiveOfAnotherJvmIsNotUsed() throws Exception {
        script("");

        isVersion("17.0.16");

        assertEquals("", script("option"));
        script("");
        assertEquals(2, files());
    }

    /** Its classes and its methods are others. */
    @Test
    void eachTlsHasItsOwnArchive() throws Exception {
        script("");
        environment.put("PUSH_TLS", "openssl");
        assertEquals("", script("option"));

        script("");

        assertTrue(script("option").endsWith("-openssl.jsa"), script("option"));
        environment.clear();
        assertTrue(script("option").matches(".*-\\d+\\.jsa"), script("option"));
        assertEquals(3, files());
    }

    @Test
    void archiveOfAnOlderJarIsNotUsedAndMadeAgain() throws Exception {
        script("");
        Files.setLastModifiedTime(jar(), FileTime.fromMillis(System.currentTimeMillis() + 1_000));
        assertEquals("", script("option"));
        Files.setLastModifiedTime(jar(), FileTime.fromMillis(System.currentTimeMillis() - 1_000));

        script("");

        assertTrue(script("option").startsWith("-XX:"), script("option"));
        assertEquals(2, files());
    }

    /** The server is not worse for it, so the build goes on. */
    @Test
    void jvmThatDoesNotServeIsNamedAndLeavesNoArchive() throws Exception {
        Files.writeString(home.resolve("bin/java"), "#!/bin/sh\necho 'no memory'\nexit 1\n");

        String said = script("");

        assertEquals("""
                No archive was made of what the JVM loads: the server starts without it, only later.
                no memory\
                """, said);
        assertEquals("", script("option"));
    }

    /** How many files there are: the jar, and one archive. */
    private long files() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("target"))) {
            return files.count();
        }
    }

    private Path jar() {
        return folder.resolve("target/streaming-push-kit.jar");
    }

    private void isVersion(String version) throws IOException {
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    }

    /** What the script says, which has to succeed. */
    private String script(String word) throws Exception {
        Path script = Path.of("src/build/archive.sh").toAbsolutePath();
        ProcessBuilder builder = new ProcessBuilder(List.of("sh", script.toString(), word))
                .directory(folder.toFile())
                .redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", home.toString());
        builder.environment().remove("PUSH_TLS");
        builder.environment().putAll(environment);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(30, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue(), said);
        return said.strip();
    }
}
