#!/bin/sh
# Fills Maven's cache with all that the project asks Maven for, by asking for it; then shows that it works without a network.
set -u
here=$(dirname "$0")
progress="sh $here/progress.sh"

each() { # each LABEL MAVEN-OPTIONS…: every way in which the project calls Maven, with next to nothing to do
  label=$1
  shift
  $progress "$label: tests" mvn -B "$@" -P coverage -Dbuild.dir=target/offline test -Dtest=MakeCertsTest &&
    $progress "$label: the jar" mvn -B "$@" -Dbuild.dir=target/offline -Djar.dir="$PWD/target/offline" -Dmaven.test.skip=true package &&
    $progress "$label: format" mvn -B "$@" -N spotless:check &&
    $progress "$label: Error Prone and NullAway" mvn -B "$@" -P verify -Dbuild.dir=target/offline/verify test-compile
}

# What the tests take from npm stays in its folder, exactly as the lockfile names it.
if command -v npm >/dev/null; then
  $progress "Fetching: clients from npm" npm --prefix src/server/test/clients ci --no-audit --no-fund || exit 1
else
  echo "There is no npm, so clients from npm are not fetched: apt install npm" >&2
fi
each "Fetching" && each "Without a network" -o
status=$?
rm -rf target/offline */target/offline src/*/target/offline
# For make doctor: with which pom.xml of all modules the cache was filled.
[ "$status" -ne 0 ] || cat pom.xml ./*/pom.xml src/*/pom.xml | cksum >"$(sh "$here/cache.sh")/.streaming-push-kit"
[ "$status" -eq 0 ] && echo "Ready: everything works without a network." || echo "Not ready: see above." >&2
exit "$status"
