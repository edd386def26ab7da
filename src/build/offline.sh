#!/bin/sh
# Fills Maven's cache by running every Maven command of the project; then proves that they work without a network.
set -u
here=$(dirname "$0")
progress="sh $here/progress.sh"

each() { # each LABEL MAVEN-OPTIONS…: runs each Maven command of the project, with almost nothing to do
  label=$1
  shift
  $progress "$label: tests" mvn -B "$@" -P coverage -Dbuild.dir=target/offline test -Dtest=MakeCertsTest &&
    $progress "$label: the jar" mvn -B "$@" -Dbuild.dir=target/offline -Djar.dir="$PWD/target/offline" -Dmaven.test.skip=true package &&
    $progress "$label: format" mvn -B "$@" -N spotless:check &&
    $progress "$label: Error Prone and NullAway" mvn -B "$@" -P verify -Dbuild.dir=target/offline/verify test-compile
}

# The clients from npm stay in their folder, exactly as the lockfile names them.
if command -v npm >/dev/null; then
  $progress "Fetching: clients from npm" npm --prefix src/server/test/clients ci --no-audit --no-fund || exit 1
else
  echo "Without npm the clients from npm are not fetched: apt install npm" >&2
fi
$progress "Fetching: NATS servers" sh -c "sh $here/nats.sh && sh $here/nats.sh old" ||
  echo "Without NATS servers there is no make run-cluster and no make test-cluster." >&2
each "Fetching" && each "Without a network" -o
status=$?
rm -rf target/offline */target/offline src/*/target/offline
# For make doctor: a checksum of the pom.xml files for which the cache was filled.
[ "$status" -ne 0 ] || cat pom.xml ./*/pom.xml src/*/pom.xml | cksum >"$(sh "$here/cache.sh")/.streaming-push-kit"
[ "$status" -eq 0 ] && echo "Ready: everything works without a network." || echo "Not ready: see above." >&2
exit "$status"
