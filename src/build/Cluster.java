import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * {@code Cluster NATS-SERVER NODES SERVERS PORT}: starts NATS servers and servers of this project as processes of this machine,
 * and serves a page on which each can be watched, killed, frozen and started again.
 *
 * <p><b>Length:</b> a program of one file, so that it runs from its source.
 *
 * <p><b>Threads:</b> the page's requests, one at a time; a hook ends the processes.
 */
final class Cluster {
    /** A process that can be killed and started again, with an address at which it tells of its state. */
    private record Member(
            String name, String kind, String url, String state, ProcessBuilder builder, Process[] process) {
        boolean isAlive() {
            return process[0] != null && process[0].isAlive();
        }

        synchronized void start() throws IOException {
            if (!isAlive()) {
                process[0] = builder.start();
            }
        }

        void signal(String signal) throws IOException, InterruptedException {
            if (isAlive()) {
                new ProcessBuilder("kill", "-" + signal, Long.toString(process[0].pid()))
                        .start()
                        .waitFor();
            }
        }
    }

    private static final Duration START = Duration.ofSeconds(60);
    private static int nextPort = ThreadLocalRandom.current().nextInt(20_000);

    private final List<Member> members = new ArrayList<>();
    private final Path folder = Files.createTempDirectory("push-cluster");
    private final HttpClient http = HttpClient.newBuilder()
            .sslContext(trust())
            .connectTimeout(Duration.ofMillis(500))
            .build();

    private Cluster() throws Exception {}

    public static void main(String[] args) throws Exception {
        int nodes = number("NODES", args[1], 5);
        int servers = number("SERVERS", args[2], 8);
        var cluster = new Cluster();
        Runtime.getRuntime().addShutdownHook(new Thread(cluster::end));
        cluster.add(args[0], nodes, servers, number("PORT", args[3], 65_000));
        for (var member : cluster.members) {
            member.start();
        }
        cluster.awaitServing();
        int port = cluster.serve();
        for (var member : cluster.members) {
            System.out.println(member.name + "  " + member.url);
        }
        System.out.println("\nThe page that shows them: http://localhost:" + port
                + "/  (Ctrl-C ends all of it; what they log is in " + cluster.folder + ")");
        Thread.currentThread().join();
    }

    /** Waits until every server of this project serves. If a process has ended by then, says its last words, and ends too. */
    private void awaitServing() throws IOException, InterruptedException {
        long end = System.nanoTime() + START.toNanos();
        for (var member : members) {
            while (member.isAlive()
                    && member.kind.equals("push")
                    && !log(member).contains("Serving https://")) {
                if (System.nanoTime() > end) {
                    fail(member, "does not serve after " + START.toSeconds() + " s");
                }
                Thread.sleep(100);
            }
        }
        for (var member : members) {
            if (!member.isAlive()) {
                fail(member, "has ended with exit code " + member.process[0].waitFor());
            }
        }
    }

    private void fail(Member member, String what) throws IOException {
        System.err.println(member.name + " " + what + ". Its last lines:");
        lastLines(member, 10).forEach(line -> System.err.println("  " + line));
        System.exit(1);
    }

    private String log(Member member) throws IOException {
        return Files.readString(folder.resolve(member.name + ".log"));
    }

    private List<String> lastLines(Member member, int count) throws IOException {
        var lines = log(member).lines().filter(line -> !line.isBlank()).toList();
        return lines.subList(Math.max(0, lines.size() - count), lines.size());
    }

    private static int number(String name, String value, int max) {
        if (!value.matches("[1-9][0-9]{0,4}") || Integer.parseInt(value) > max) {
            System.err.println(name + "=" + value + " cannot be used: give a number from 1 to " + max);
            System.exit(2);
        }
        return Integer.parseInt(value);
    }

    private void add(String program, int nodes, int servers, int firstPort) throws IOException {
        int[] ports = new int[3 * nodes];
        for (int i = 0; i < ports.length; i++) {
            ports[i] = freePort();
        }
        var routes = new ArrayList<String>();
        var urls = new ArrayList<String>();
        for (int i = 0; i < nodes; i++) {
            urls.add("nats://127.0.0.1:" + ports[3 * i]);
            routes.add("nats-route://127.0.0.1:" + ports[3 * i + 1]);
        }
        for (int i = 0; i < nodes; i++) {
            var config = Files.writeString(
                    folder.resolve("nats" + (i + 1) + ".conf"),
                    "server_name: nats" + (i + 1) + "\nlisten: 127.0.0.1:" + ports[3 * i] + "\nhttp: 127.0.0.1:"
                            + ports[3 * i + 2]
                            + "\njetstream { store_dir: \"" + folder.resolve("nats" + (i + 1)) + "\" }\n"
                            + (nodes == 1
                                    ? ""
                                    : "cluster { name: push, listen: 127.0.0.1:" + ports[3 * i + 1] + ", routes: "
                                            + routes + " }\n"));
            var state = "http://127.0.0.1:" + ports[3 * i + 2] + "/jsz?accounts=true&streams=true";
            add("nats" + (i + 1), "nats", urls.get(i), state, new ProcessBuilder(program, "-c", config.toString()));
        }
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        for (int i = 0; i < servers; i++) {
            var builder = new ProcessBuilder(java, "@src/build/server.flags", "-jar", "target/streaming-push-kit.jar");
            builder.environment().put("PUSH_NATS_URL", String.join(",", urls));
            builder.environment().put("PUSH_NATS_REPLICAS", Integer.toString(nodes));
            builder.environment().put("PUSH_PORT", Integer.toString(firstPort + i));
            var url = "https://localhost:" + (firstPort + i) + "/";
            add("push" + (i + 1), "push", url, url + "status", builder);
        }
    }

    private void add(String name, String kind, String url, String state, ProcessBuilder builder) {
        builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve(name + ".log").toFile()));
        members.add(new Member(name, kind, url, state, builder, new Process[1]));
    }

    /** Returns a port below those that the system gives to clients, so that no client takes it before its server does. */
    private static int freePort() throws IOException {
        for (int i = 0; i < 1_000; i++) {
            int port = 10_000 + nextPort++ % 20_000; // A node does not listen yet when the next port is asked for.
            try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException e) {
                // It belongs to another program.
            }
        }
        throw new IOException("there is no free port from 10,000 to 30,000");
    }

    private int serve() throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        int port = server.getAddress().getPort();
        server.createContext("/", exchange -> {
            try (exchange) {
                // Only this page may ask: no name that an attacker has pointed here, and no other page.
                var host = exchange.getRequestHeaders().getFirst("host");
                var origin = exchange.getRequestHeaders().getFirst("origin");
                boolean ours =
                        ("localhost:" + port).equals(host) && (origin == null || origin.equals("http://" + host));
                answer(exchange, ours);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        server.setExecutor(Executors.newFixedThreadPool(4, task -> {
            var thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
        }));
        server.start();
        return port;
    }

    private void answer(HttpExchange exchange, boolean ours) throws IOException, InterruptedException {
        var path = exchange.getRequestURI().getPath();
        boolean isPost = exchange.getRequestMethod().equals("POST");
        if (!ours) {
            send(exchange, 403, "text/plain", "This page is for http://localhost only.\n");
        } else if (isPost) {
            var words = path.split("/"); // /kill/push1
            for (var member : members) {
                if (words.length == 3 && member.name.equals(words[2])) {
                    act(member, words[1]);
                }
            }
            send(exchange, 200, "text/plain", "done\n");
        } else if (path.equals("/state")) {
            send(
                    exchange,
                    200,
                    "application/json",
                    members.parallelStream().map(this::state).collect(Collectors.joining(",", "[", "]")));
        } else if (path.equals("/")) {
            send(exchange, 200, "text/html; charset=utf-8", Files.readString(Path.of("src/build/cluster.html")));
        } else {
            send(exchange, 404, "text/plain", "There is nothing here.\n");
        }
    }

    private static void act(Member member, String what) throws IOException, InterruptedException {
        switch (what) {
            case "kill" -> member.signal("KILL");
            case "freeze" -> member.signal("STOP");
            case "thaw" -> member.signal("CONT");
            case "start" -> member.start();
            default -> {}
        }
    }

    private String state(Member member) {
        String said = "null";
        if (member.isAlive()) {
            try {
                var request = HttpRequest.newBuilder(URI.create(member.state))
                        .timeout(Duration.ofMillis(800))
                        .build();
                said = http.send(request, BodyHandlers.ofString()).body();
            } catch (IOException e) {
                said = "null"; // It is frozen, or not up yet.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return "{\"name\":\"" + member.name + "\",\"kind\":\"" + member.kind + "\",\"url\":\"" + member.url
                + "\",\"alive\":" + member.isAlive() + ",\"ended\":\"" + ended(member) + "\",\"state\":" + said + "}";
    }

    /** How a process has ended, with its last line, as the inside of a JSON string; empty while it is alive. */
    private String ended(Member member) {
        if (member.isAlive()) {
            return "";
        }
        try {
            var last = String.join("", lastLines(member, 1)).replaceAll("[\\p{Cntrl}\"\\\\]", " ");
            return "exit code " + member.process[0].exitValue() + ": " + last;
        } catch (IOException e) {
            return "its log cannot be read";
        }
    }

    private static void send(HttpExchange exchange, int status, String type, String body) throws IOException {
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("content-type", type);
        exchange.getResponseHeaders().set("cache-control", "no-store");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    /** Trusts the certificate of make certs, which every server has. */
    private static SSLContext trust() throws Exception {
        var trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (var in = Files.newInputStream(Path.of("certs/server.crt"))) {
            trusted.setCertificateEntry(
                    "server", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        var context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    private void end() {
        members.forEach(member -> {
            if (member.isAlive()) {
                member.process[0].destroyForcibly();
            }
        });
        try (Stream<Path> files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            System.err.println(folder + " could not be removed: " + e.getMessage());
        }
    }
}
