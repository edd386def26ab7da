#!/bin/sh
# bench.sh quick|full|report FILE: compiles and measures, or writes the report of a file of results once more. BENCH_FLAGS, if
# set, are the flags of each server's JVM; ROUNDS is the number of rounds of the full one (3); ONLY, a pattern, names the
# servers and parts (floor, NATS, in process) that are measured again, for the newest file of results.
set -u
sh "$(dirname "$0")/progress.sh" "Compiling" mvn -B -q -Dstyle.color=never -pl benchmarks,lessons -am process-test-classes || exit 1
path=benchmarks/target/classes:lessons/target/classes:$(cat benchmarks/target/class.path)
exec "$JAVA_HOME/bin/java" -XX:+UseSerialGC -Dbench.flags="${BENCH_FLAGS-$(grep -v '^#' src/build/server.flags | tr '\n' ' ')}" -Dbench.rounds="${ROUNDS:-3}" -Dbench.only="${ONLY:-}" -cp "$path" bench.Bench "$@"
