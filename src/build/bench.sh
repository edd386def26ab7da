#!/bin/sh
# bench.sh quick|full: compiles, and measures. BENCH_FLAGS, if set, are the flags of every JVM that serves.
set -u
path=target/bench.path
sh "$(dirname "$0")/progress.sh" "Compiling" mvn -B -q -Dstyle.color=never test-compile exec:exec -Dexec.classpathScope=test \
  -Dexec.executable=echo -Dexec.args=%classpath -Dexec.outputFile="$path" || exit 1
exec "$JAVA_HOME/bin/java" -XX:+UseSerialGC -Dbench.flags="${BENCH_FLAGS-$(grep -v '^#' src/build/server.flags | tr '\n' ' ')}" -cp "$(cat "$path")" bench.Bench "$@"
