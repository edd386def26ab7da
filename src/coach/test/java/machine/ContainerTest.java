package machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.json.JsonMapper;

/** The containers hold what src/build/setup.sh installs and do what README says; none is built here, for that takes Docker. */
final class ContainerTest {
    private static final Path DEVELOPMENT = Path.of(".devcontainer/Dockerfile");
    private static final Path SERVER = Path.of("Dockerfile");

    @TempDir
    private Path dir;

    @Test
    void theDevelopmentContainerInstallsWhatTheSetUpFindsMissing() throws Exception {
        var machine = new FakeMachine(dir, "ID=debian\n");
        var wanted = packages(machine, "docs");
        var asked = dir.resolve("asked");
        machine.script("apt-cache", "echo Package: $2");
        machine.script("apt-get", "case \"$*\" in *' install '*) echo \"$@\" >>'" + asked + "' ;; esac");

        for (var copy : all("(?m)^COPY (src\\S+) (src\\S+) (/\\S+/)$", DEVELOPMENT)) {
            var folder = Files.createDirectories(dir.resolve(copy.group(3).substring(1)));
            for (var source : List.of(Path.of(copy.group(1)), Path.of(copy.group(2)))) {
                Files.copy(source, folder.resolve(source.getFileName()));
            }
        }
        for (var run : all("(?m)^RUN (sh .*)$", DEVELOPMENT)) {
            machine.run("sh", "-c", run.group(1).replace("/tmp/setup", dir + "/tmp/setup"));
        }

        assertTrue(Files.exists(asked), "no command of " + DEVELOPMENT + " has asked apt-get for anything");
        var first = Files.readAllLines(asked).get(0);
        assertEquals(wanted, first.substring(first.indexOf(" install ") + " install ".length()));
        assertEquals(List.of("make"), installed(DEVELOPMENT), "packages that are listed a second time would drift");
    }

    @Test
    void theServersContainerRunsOnTheSetUpsJava() throws Exception {
        var machine = new FakeMachine(dir, "ID=debian\n");

        var java = packages(machine, "run").split(" ")[0];

        assertEquals(List.of("make", java.replace("-jdk-", "-jre-"), "openssl"), installed(SERVER));
    }

    @Test
    void theServersContainerDoesWhatReadmeSaysByHand() throws Exception {
        var dockerfile = Files.readString(SERVER);
        var readme = Files.readString(Path.of("README.md")).replace("\n", " ");

        for (var step : List.of("make build", "java @src/build/server.flags -jar target/streaming-push-kit.jar")) {
            assertTrue(readme.contains("`" + step + "`"), "README.md does not say " + step);
            assertTrue(dockerfile.contains(step), "the Dockerfile does not do " + step);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Dockerfile", ".devcontainer/Dockerfile"})
    void whatIsCopiedIsThereAndNotIgnored(String dockerfile) throws Exception {
        var sent = Files.readAllLines(Path.of(".dockerignore")).stream()
                .filter(line -> line.startsWith("!"))
                .map(line -> Path.of(line.substring(1)))
                .toList();
        for (var file : sent) {
            assertTrue(Files.exists(file), ".dockerignore names " + file);
        }
        for (var copy : all("(?m)^COPY ((?!--)[^\\n]*) \\S+$", Path.of(dockerfile))) {
            for (var source : copy.group(1).split(" ")) {
                assertTrue(Files.exists(Path.of(source)), dockerfile + " copies " + source);
                assertTrue(
                        source.equals(".") || sent.stream().anyMatch(Path.of(source)::startsWith),
                        ".dockerignore keeps " + source + " from " + dockerfile);
            }
        }
    }

    /** Debian's own Node is too old for the clients that the tests drive. */
    @ParameterizedTest
    @ValueSource(strings = {"x64", "arm64"})
    void aNodeThatIsNewEnoughComesFromNpmForEachProcessor(String processor) throws Exception {
        var packages = JsonMapper.shared()
                .readTree(Files.readString(Path.of("src/server/test/clients/package-lock.json")))
                .get("packages");

        var node = packages.get("node_modules/node-linux-" + processor);

        assertTrue(node != null, "package-lock.json brings no Node for " + processor);
        assertEquals(processor, node.get("cpu").stringValue());
        assertTrue(Integer.parseInt(node.get("version").stringValue().replaceFirst("\\..*", "")) > 22, node.toString());
    }

    @Test
    void noKeyIsSentToTheBuild() throws Exception {
        var lines = Files.readAllLines(Path.of(".dockerignore"));

        assertTrue(lines.contains("*"), "what is not named must be left out");
        assertTrue(
                lines.stream().noneMatch(List.of("!certs", "!certs/*", "!certs/key.pem", "!target")::contains),
                lines::toString);
    }

    @Test
    void theDevelopmentContainerForwardsTheDefaultPortAndRunsTargetsOfTheMakefile() throws Exception {
        var mapper =
                JsonMapper.builder().enable(JsonReadFeature.ALLOW_JAVA_COMMENTS).build();
        var settings = mapper.readTree(Files.readString(Path.of(".devcontainer/devcontainer.json")));
        var makefile = Files.readString(Path.of("Makefile"));

        assertEquals("[8443,9000,8088]", settings.get("forwardPorts").toString());
        assertEquals("8088", settings.path("containerEnv").path("BOARD_PORT").asString(""), "the page of make learn");
        var recommended = mapper.readTree(Files.readString(Path.of(".vscode/extensions.json")))
                .get("recommendations");
        assertEquals(
                recommended,
                settings.path("customizations").path("vscode").path("extensions"),
                "an editor inside the container has only these");
        for (var command : settings.get("postCreateCommand").stringValue().split(" && ")) {
            var target = command.replaceFirst("^make ", "");
            assertTrue(makefile.contains("\n" + target + ": "), "the Makefile has no target of " + command);
        }
    }

    /** What the set-up says that a bare Debian has to install. */
    private static String packages(FakeMachine machine, String need) throws Exception {
        var said = machine.run("sh", "src/build/setup.sh", need).text();
        var line = Pattern.compile("apt install (.*)").matcher(said);
        assertTrue(line.find(), said);
        return line.group(1);
    }

    /** All that the lines of a Dockerfile itself ask apt-get for. */
    private static List<String> installed(Path dockerfile) throws Exception {
        var packages = new ArrayList<String>();
        for (var line : all("apt-get .*--no-install-recommends install ([a-z0-9 -]+)", dockerfile)) {
            packages.addAll(List.of(line.group(1).strip().split(" ")));
        }
        return packages;
    }

    private static List<MatchResult> all(String pattern, Path file) throws Exception {
        return Pattern.compile(pattern)
                .matcher(Files.readString(file))
                .results()
                .toList();
    }
}
