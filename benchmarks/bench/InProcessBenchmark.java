package bench;

import bench.Results.InProcess;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import push.EncodeBenchmark;
import push.FanOutBenchmark;

/**
 * Runs the JMH benchmarks, each in a separate JVM, and keeps times and allocated bytes.
 *
 * <p><b>Threads:</b> confined to one.
 */
final class InProcessBenchmark {
    private final Results results;
    private final Progress progress;

    InProcessBenchmark(Results results, Progress progress) {
        this.results = results;
        this.progress = progress;
    }

    /** Runs two sizes of each, for a second each. */
    void quick() throws IOException {
        encode(brief("100", "10000"));
        fanOut(brief("100", "1000").param("burst", "16"));
    }

    void full() throws IOException {
        encode(new OptionsBuilder().param("streams", "1", "100", "10000"));
        fanOut(new OptionsBuilder().param("streams", "10", "1000", "10000"));
    }

    private static ChainedOptionsBuilder brief(String... streams) {
        return new OptionsBuilder()
                .param("streams", streams)
                .warmupIterations(1)
                .warmupTime(TimeValue.milliseconds(400))
                .measurementIterations(1)
                .measurementTime(TimeValue.milliseconds(600));
    }

    private void encode(ChainedOptionsBuilder options) throws IOException {
        progress.say("encoding, in process");
        run(options.include(EncodeBenchmark.class.getName()), results.encode());
    }

    private void fanOut(ChainedOptionsBuilder options) throws IOException {
        progress.say("fan-out, in process");
        run(options.include(FanOutBenchmark.class.getName()), results.fanOut());
    }

    private void run(ChainedOptionsBuilder options, List<InProcess> into) throws IOException {
        Collection<RunResult> found;
        try {
            found = new Runner(options.addProfiler(GCProfiler.class)
                            .verbosity(VerboseMode.SILENT)
                            .build())
                    .run();
        } catch (RunnerException e) {
            throw new IOException(e);
        }
        for (RunResult one : found) {
            String name = one.getParams().getBenchmark();
            String burst = one.getParams().getParam("burst");
            Result<?> bytes = one.getSecondaryResults().get("gc.alloc.rate.norm");
            InProcess result = new InProcess(
                    name.substring(name.lastIndexOf('.') + 1),
                    Integer.parseInt(one.getParams().getParam("streams")),
                    burst == null ? 1 : Integer.parseInt(burst),
                    one.getPrimaryResult().getScore(),
                    bytes == null ? 0 : bytes.getScore());
            into.add(result);
            progress.found(String.format(
                    "%s, %,d streams, burst of %d: %.4f µs for each delivery, %,.1f bytes",
                    result.way(), result.streams(), result.burst(), result.perDelivery(), result.bytesPerDelivery()));
        }
    }
}
