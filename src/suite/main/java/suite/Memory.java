package suite;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/**
 * Measures the memory of a server's process. A JVM, this one or another on this machine, reports its use exactly. For
 * any other process Linux reports only the resident memory, which also grows and shrinks as the runtime decides.
 *
 * <p><b>Threads:</b> any thread.
 */
final class Memory implements AutoCloseable {

    /** The bytes by which a JVM's use may grow without a reason in the server. */
    private static final long EXACT = 2L << 20;

    /** The same for the resident memory of a runtime with a heap. */
    private static final long ROUGH = 32L << 20;

    private static final long PAGE = 4_096;

    private static final long SETTLED = 100L << 10;
    private static final Duration LOOK = Duration.ofMillis(150);
    private static final int LOOKS = 30;
    private static final int SURE = 6;

    private final LongSupplier used;
    private final long tolerance;
    private final Closeable connection;

    private Memory(LongSupplier used, long tolerance, Closeable connection) {
        this.used = used;
        this.tolerance = tolerance;
        this.connection = connection;
    }

    @SuppressWarnings("BanJNDI") // The address is the one that the JVM itself has just given.
    static Memory of(long pid) {
        if (pid == ProcessHandle.current().pid()) {
            var jvm = ManagementFactory.getPlatformMBeanServer();
            return new Memory(() -> used(jvm), EXACT, () -> {});
        }
        var name = String.valueOf(pid);
        // Attaching to a process that is not a JVM would end it, by SIGQUIT.
        if (VirtualMachine.list().stream().noneMatch(one -> one.id().equals(name))) {
            return resident(Path.of("/proc", name, "statm"));
        }
        try {
            var machine = VirtualMachine.attach(name);
            try {
                var connector = JMXConnectorFactory.connect(new JMXServiceURL(machine.startLocalManagementAgent()));
                var jvm = connector.getMBeanServerConnection();
                return new Memory(() -> used(jvm), EXACT, connector);
            } finally {
                machine.detach();
            }
        } catch (AttachNotSupportedException | IOException e) {
            throw JudgedServer.notJudged(
                    "it needs to measure the server's memory, and the JVM does not allow it: " + e);
        }
    }

    private static Memory resident(Path statm) {
        if (!Files.isReadable(statm)) {
            throw JudgedServer.notJudged(
                    "it needs to measure the server's memory: of a process with a known number, which is"
                            + " a JVM or runs on Linux");
        }
        return new Memory(
                () -> {
                    try {
                        return Long.parseLong(Files.readString(statm).split(" ")[1]) * PAGE;
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                ROUGH,
                () -> {});
    }

    boolean isExact() {
        return tolerance == EXACT;
    }

    /** Returns the bytes that the server uses. */
    long used() {
        return used.getAsLong();
    }

    /**
     * Returns the same when it does not fall any more: what an earlier test has left, such as a server that is being stopped,
     * would hide what this one adds.
     */
    long settled() {
        long least = used();
        for (int looks = 0, same = 0; looks < LOOKS && same < SURE; looks++) {
            Deadline.pause(LOOK);
            long now = used();
            same = now > least - SETTLED ? same + 1 : 0;
            least = Math.min(least, now);
        }
        return least;
    }

    /**
     * Waits until the server uses hardly more than so many bytes, and puts into the figures by how much that has grown. If the
     * time is over before, returns by how many bytes: they have their reason in the server.
     */
    OptionalLong grown(long before, Duration within, Figures figures) {
        boolean bounded = Deadline.in(within).poll(() -> used() - before < tolerance);
        long grown = used() - before;
        figures.put("grown", Math.max(0, grown) / 1024 + " KiB");
        return bounded ? OptionalLong.empty() : OptionalLong.of(grown);
    }

    /**
     * Returns the bytes in use on the heap and in direct buffers, after two collections. An object with a finalizer,
     * such as Undertow's pool of buffers, survives the first one, together with everything that it refers to.
     */
    private static long used(MBeanServerConnection jvm) {
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
