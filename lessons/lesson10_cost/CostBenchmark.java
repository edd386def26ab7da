package lesson10_cost;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.CompilerControl;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import push.NewMessage;

/** What does one message cost, by the number of streams? With {@code -prof gc}: how many bytes does it allocate? */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class CostBenchmark {
    private final NewMessage draft =
            new NewMessage("ann", "The quick brown fox jumps over the lazy dog, again and again.");
    private Way keeper = new Ways.QueueForEach();

    @Param({"lesson10_cost.Ways$SnapshotForEach", "lesson10_cost.Ways$RecordForEach"})
    String way;

    @Param({"10", "1000"})
    int streams;

    @Setup
    public void open() throws ReflectiveOperationException {
        keeper = (Way) Class.forName(way).getConstructor().newInstance();
        for (int i = 0; i < streams; i++) {
            keeper.open(new Swallower());
        }
        for (int i = 0; i < 100; i++) {
            message(); // Until a snapshot is as long as it gets.
        }
    }

    @Benchmark
    public void message() {
        keeper.append(draft);
        keeper.drain();
    }

    /** Takes everything. */
    static final class Swallower implements Sink {
        private long bytes;

        /** Not inlined, for no network is: the compiler might see that nobody keeps the buffer, and make none. */
        @Override
        @CompilerControl(CompilerControl.Mode.DONT_INLINE)
        public int write(ByteBuffer from) {
            int taken = from.remaining();
            from.position(from.limit());
            bytes += taken;
            return taken;
        }
    }
}
