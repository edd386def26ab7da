#!/bin/sh
# bench.sh quick|full: compiles and measures. BENCH_FLAGS, if set, are the flags of each server's JVM; ROUNDS, if set, is the
# number of rounds of the full one (3).
set -u
sh "$(dirname "$0")/progress.sh" "Compiling" mvn -B -q -Dstyle.color=never -pl benchmarks -am process-test-classes || exit 1
path=benchmarks/target/classes:$(cat benchmarks/target/class.path)
exec "$JAVA_HOME/bin/java" -XX:+UseSerialGC -Dbench.flags="${BENCH_FLAGS-$(grep -v '^#' src/build/server.flags | tr '\n' ' ')}" -Dbench.rounds="${ROUNDS:-3}" -cp "$path" bench.Bench "$@"
