package suite;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The proxies that the tests start: the program, its command in the foreground, and the settings around its
 * configuration that keep it to one folder. The configuration itself, a file of {@code src/server/test/proxies}, is one
 * that a person would write.
 *
 * <p><b>Threads:</b> immutable.
 */
enum ProxyKind {
    NGINX("nginx.conf", "nginx") {
        @Override
        String around(String site, Path folder) {
            return """
                    user %1$s;
                    worker_processes 1;
                    daemon off;
                    pid %2$s/pid;
                    events {}
                    http {
                        access_log off;
                        client_body_temp_path %2$s/body;
                        proxy_temp_path %2$s/proxy;
                        fastcgi_temp_path %2$s/fastcgi;
                        uwsgi_temp_path %2$s/uwsgi;
                        scgi_temp_path %2$s/scgi;
                    %3$s
                    }
                    """.formatted(System.getProperty("user.name"), folder, site);
        }

        @Override
        List<String> command(String program, Path folder, Path config) {
            return List.of(program, "-e", "stderr", "-p", folder.toString(), "-c", config.toString());
        }

        @Override
        Map<String, String> changes(String scheme, int port, int server, Path folder) {
            return Map.of(
                    "listen 443",
                    "listen 127.0.0.1:" + port,
                    "127.0.0.1:8443",
                    "127.0.0.1:" + server,
                    "/etc/ssl/certs/push.example.crt",
                    CERTIFICATE,
                    "/etc/ssl/private/push.example.key",
                    KEY);
        }
    },
    HAPROXY("haproxy.cfg", "haproxy") {
        @Override
        String around(String site, Path folder) {
            return site;
        }

        @Override
        List<String> command(String program, Path folder, Path config) {
            return List.of(program, "-db", "-f", config.toString());
        }

        @Override
        Map<String, String> changes(String scheme, int port, int server, Path folder) {
            return Map.of(
                    "bind :443", "bind 127.0.0.1:" + port,
                    "127.0.0.1:8443", "127.0.0.1:" + server,
                    "/etc/haproxy/push.example.pem", folder.resolve("both.pem").toString());
        }
    },
    CADDY("Caddyfile", "caddy") {
        @Override
        String around(String site, Path folder) {
            return "{\n\tadmin off\n\tauto_https disable_redirects\n\tdefault_bind 127.0.0.1\n}\n" + site;
        }

        @Override
        List<String> command(String program, Path folder, Path config) {
            return List.of(program, "run", "--adapter", "caddyfile", "--config", config.toString());
        }

        @Override
        Map<String, String> changes(String scheme, int port, int server, Path folder) {
            return Map.of(
                    "push.example {", scheme + "://:" + port + " {",
                    "localhost:8443", "localhost:" + server,
                    "/etc/ssl/certs/push.example.crt", CERTIFICATE,
                    "/etc/ssl/private/push.example.key", KEY,
                    "/etc/ssl/certs/push-server.crt", CERTIFICATE);
        }
    },
    APACHE("apache.conf", "apache2", "httpd") {
        @Override
        String around(String site, Path folder) {
            var modules = new StringBuilder();
            for (var module : List.of(
                    "mpm_event",
                    "authz_core",
                    "ssl",
                    "http2",
                    "proxy",
                    "proxy_http",
                    "proxy_balancer",
                    "lbmethod_byrequests",
                    "slotmem_shm")) {
                modules.append("LoadModule ")
                        .append(module)
                        .append("_module /usr/lib/apache2/modules/mod_")
                        .append(module)
                        .append(".so\n");
            }
            return """
                    ServerRoot %1$s
                    DefaultRuntimeDir %1$s
                    PidFile %1$s/pid
                    ErrorLog /dev/stderr
                    ServerName localhost
                    %2$s
                    User www-data
                    Group www-data
                    %3$s
                    """.formatted(folder, modules, site);
        }

        @Override
        List<String> command(String program, Path folder, Path config) {
            return List.of(program, "-D", "FOREGROUND", "-f", config.toString());
        }

        @Override
        Map<String, String> changes(String scheme, int port, int server, Path folder) {
            return Map.of(
                    "<VirtualHost *:443>",
                    "Listen 127.0.0.1:" + port + "\n<VirtualHost *:" + port + ">",
                    "localhost:8443",
                    "localhost:" + server,
                    "/etc/ssl/certs/push.example.crt",
                    CERTIFICATE,
                    "/etc/ssl/private/push.example.key",
                    KEY);
        }
    };

    static final Path CONFIGURATIONS = Path.of("src/server/test/proxies").toAbsolutePath();
    private static final String CERTIFICATE =
            Path.of("certs/server.crt").toAbsolutePath().toString();
    private static final String KEY = Path.of("certs/key.pem").toAbsolutePath().toString();

    final String file;
    private final List<String> programs;

    ProxyKind(String file, String... programs) {
        this.file = file;
        this.programs = List.of(programs);
    }

    /** Returns the whole configuration, given the part that a person writes. */
    abstract String around(String site, Path folder);

    /** Returns the command that runs it in the foreground. */
    abstract List<String> command(String program, Path folder, Path config);

    /** Returns the differences from the configuration that a person writes: ports and files. */
    abstract Map<String, String> changes(String scheme, int port, int server, Path folder);

    /** Returns the program; a machine that lacks it fails the test, because an untried proxy has not passed. */
    String program() {
        var path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/usr/local/sbin:/usr/bin";
        for (var folder : path.split(":")) {
            for (var program : programs) {
                var file = Path.of(folder.isEmpty() ? "." : folder, program);
                if (Files.isExecutable(file)) {
                    return file.toString();
                }
            }
        }
        throw new AssertionError(
                "there is no " + programs.get(0) + " on this machine: make test-proxies installs it on Debian");
    }
}
