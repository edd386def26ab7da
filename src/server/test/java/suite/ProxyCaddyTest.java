package suite;

/** Through Caddy. */
final class ProxyCaddyTest extends ThroughAProxy {

    ProxyCaddyTest() {
        super(ProxyKind.CADDY);
    }
}
