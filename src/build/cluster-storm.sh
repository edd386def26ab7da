#!/bin/sh
# cluster-storm.sh: three NATS servers and three of ours, of which one after the other fails for STORM seconds (60), from a fresh
# SEED or the one that is given; then what their clients saw is judged.
set -u
cd "$(dirname "$0")/../.."
sh src/build/nats.sh >/dev/null || exit 1
sh src/build/progress.sh "Compiling" mvn -B -q -Dstyle.color=never -pl src/nats -am process-test-classes || exit 1
path=src/nats/target/test-classes:src/nats/target/classes:$(cat src/nats/target/class.path)
exec "$JAVA_HOME/bin/java" -cp "$path" suite.ClusterStorm "${STORM:-60}" "${SEED:-}"
