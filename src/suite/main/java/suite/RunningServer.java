package suite;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * A server that was started in this JVM, of any type: the suite calls only three of its methods. It looks them up by name, so
 * that the suite needs no class of the server and the server none of the suite.
 *
 * <p><b>Threads:</b> any thread.
 */
final class RunningServer {

    private final MethodHandle port;
    private final MethodHandle drain;
    private final MethodHandle close;

    private RunningServer(MethodHandle port, MethodHandle drain, MethodHandle close) {
        this.port = port;
        this.drain = drain;
        this.close = close;
    }

    /**
     * @param type the public type of the server, which has {@code int port()}, {@code void drain()} and
     *     {@code void close()}; its own class may be hidden
     * @throws ReflectiveOperationException if one of them is missing, or cannot be called
     */
    static RunningServer of(Class<?> type, Object server) throws ReflectiveOperationException {
        var lookup = MethodHandles.publicLookup();
        var nothing = MethodType.methodType(void.class);
        return new RunningServer(
                lookup.findVirtual(type, "port", MethodType.methodType(int.class))
                        .bindTo(server),
                lookup.findVirtual(type, "drain", nothing).bindTo(server),
                lookup.findVirtual(type, "close", nothing).bindTo(server));
    }

    int port() {
        try {
            return (int) port.invoke();
        } catch (Throwable e) {
            throw failed("port()", e);
        }
    }

    /** Returns when the server has drained. */
    void drain() {
        try {
            drain.invoke();
        } catch (Throwable e) {
            throw failed("drain()", e);
        }
    }

    void close() {
        try {
            close.invoke();
        } catch (Throwable e) {
            throw failed("close()", e);
        }
    }

    private static RuntimeException failed(String method, Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return e instanceof RuntimeException own
                ? own
                : new IllegalStateException("the server's " + method + " failed", e);
    }
}
