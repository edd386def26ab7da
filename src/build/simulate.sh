#!/bin/sh
# simulate.sh: the pattern in virtual time. SEED= runs one world again, STEPS= says how far; without them fresh worlds for 30 s.
# FAULTS=1 plants the faults of src/server/test/resources/push/faults.txt instead, each alone, and says how soon each was found.
set -u
cd "$(dirname "$0")/../.."
sh src/build/progress.sh "Compiling" mvn -B -q -Dstyle.color=never -pl src/server -am process-test-classes || exit 1
path=src/server/target/test-classes:src/server/target/classes:$(cat src/server/target/class.path)
main=push.Simulation
[ -z "${FAULTS:-}" ] || main=push.PlantedFaults
exec "$JAVA_HOME/bin/java" -ea -cp "$path" "$main" "${SEED:-}" "${STEPS:-}"
