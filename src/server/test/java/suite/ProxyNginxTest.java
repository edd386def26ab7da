package suite;

/** Through nginx. */
final class ProxyNginxTest extends ThroughAProxy {

    ProxyNginxTest() {
        super(ProxyKind.NGINX);
    }
}
