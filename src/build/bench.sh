#!/bin/sh
# bench.sh quick|full: compiles and measures. BENCH_FLAGS, if set, are the flags of each server's JVM.
set -u
sh "$(dirname "$0")/progress.sh" "Compiling" mvn -B -q -Dstyle.color=never -pl benchmarks -am process-test-classes || exit 1
path=benchmarks/target/classes:$(cat benchmarks/target/class.path)
exec "$JAVA_HOME/bin/java" -XX:+UseSerialGC -Dbench.flags="${BENCH_FLAGS-$(grep -v '^#' src/build/server.flags | tr '\n' ' ')}" -cp "$path" bench.Bench "$@"
