package suite;

/** Through Apache. */
final class ProxyApacheTest extends ThroughAProxy {

    ProxyApacheTest() {
        super(ProxyKind.APACHE);
    }

    @Override
    void untilTheProxyLooks() {
        post("who is still there?");
    }
}
