#!/bin/sh
# simulate.sh: runs the pattern in virtual time. SEED= runs one world again, for STEPS=; without them it runs fresh worlds
# for 30 s. FAULTS=1 instead plants each fault of src/server/test/resources/push/faults.txt, alone, and says how soon it was
# found.
set -u
cd "$(dirname "$0")/../.."
refuse() { echo "$1" >&2; exit 2; }
case ${SEED:-0} in
  - | -*[!0-9]* | [!0-9-]* | [0-9]*[!0-9]* | ????????????????????*) refuse "SEED=$SEED is not a seed: give the number that make simulate printed, as in SEED=42" ;;
esac
case ${STEPS:-1} in *[!0-9]* | 0 | ??????????*) refuse "STEPS=$STEPS cannot be used: give a number of steps from 1 to 999999999" ;; esac
sh src/build/progress.sh "Compiling" mvn -B -q -Dstyle.color=never -pl src/server -am process-test-classes || exit 1
path=src/server/target/test-classes:src/server/target/classes:$(cat src/server/target/class.path)
main=push.Simulation jvm=
# A fault is mostly compiled and loaded, and lives for seconds: the JVM's second compiler costs it more than it saves.
[ -z "${FAULTS:-}" ] || main=push.PlantedFaults jvm="-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
exec "$JAVA_HOME/bin/java" $jvm -ea -cp "$path" "$main" "${SEED:-}" "${STEPS:-}"
