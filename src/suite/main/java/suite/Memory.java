package suite;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.time.Duration;
import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/**
 * What a JVM holds, this one or another on this machine. A process that is no JVM says of itself only how much it has ever taken
 * from the system, from which nothing follows.
 *
 * <p><b>Threads:</b> any thread.
 */
final class Memory implements AutoCloseable {

    private final MBeanServerConnection jvm;
    private final Closeable connection;

    private Memory(MBeanServerConnection jvm, Closeable connection) {
        this.jvm = jvm;
        this.connection = connection;
    }

    @SuppressWarnings("BanJNDI") // The address is the one that the JVM itself has just named.
    static Memory of(long pid) {
        if (pid == ProcessHandle.current().pid()) {
            return new Memory(ManagementFactory.getPlatformMBeanServer(), () -> {});
        }
        var name = String.valueOf(pid);
        if (VirtualMachine.list().stream()
                .noneMatch(one -> one.id().equals(name))) { // To attach would end it, by SIGQUIT.
            throw JudgedServer.notJudged("it needs to look into the server's memory, and can do so only in a JVM");
        }
        try {
            var machine = VirtualMachine.attach(name);
            try {
                var connector = JMXConnectorFactory.connect(new JMXServiceURL(machine.startLocalManagementAgent()));
                return new Memory(connector.getMBeanServerConnection(), connector);
            } finally {
                machine.detach();
            }
        } catch (AttachNotSupportedException | IOException e) {
            throw JudgedServer.notJudged(
                    "it needs to look into the server's memory, and can do so only in a JVM: " + e);
        }
    }

    /**
     * The bytes in use on the heap and in direct buffers, after two collections: what the first finds to have a finalizer, as
     * Undertow's pool of buffers has, keeps all that it refers to until the second.
     */
    long used() {
        try {
            var memory = ManagementFactory.newPlatformMXBeanProxy(
                    jvm, ManagementFactory.MEMORY_MXBEAN_NAME, MemoryMXBean.class);
            var direct = ManagementFactory.newPlatformMXBeanProxy(
                    jvm, "java.nio:type=BufferPool,name=direct", BufferPoolMXBean.class);
            memory.gc();
            Deadline.in(Duration.ofSeconds(1)).poll(() -> memory.getObjectPendingFinalizationCount() == 0);
            memory.gc();
            return direct.getMemoryUsed() + memory.getHeapMemoryUsage().getUsed();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }
}
