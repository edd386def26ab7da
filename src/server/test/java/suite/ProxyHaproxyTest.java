package suite;

/** Through HAProxy. */
final class ProxyHaproxyTest extends ThroughAProxy {

    ProxyHaproxyTest() {
        super(ProxyKind.HAPROXY);
    }
}
