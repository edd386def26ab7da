#!/bin/sh
# verify.sh [rest]: runs everything that CI checks, each check to its end. "rest" leaves out the tests on the project's own
# JDK, for a caller that has just run them.
set -u
here=$(dirname "$0")
progress="sh $here/progress.sh"
summary= ends= failed=0 begun=
dir=$(mktemp -d) || exit 1
trap '[ -z "$begun" ] || kill "$begun" 2>/dev/null; rm -rf "$dir"' EXIT

check() { # check NAME COMMAND…
  name=$1
  shift
  began=$(date +%s)
  { "$@" 2>&1; echo $? >"$dir/status"; } | tee "$dir/log"
  verdict=ok
  if [ "$(cat "$dir/status")" != 0 ]; then
    verdict=FAILED failed=1
    ends="$ends

$name ended with:
$(tail -n 15 "$dir/log" | sed 's/^/  /')"
  fi
  summary="$summary
$(printf '  %-6s %4d s  %s' "$verdict" $(($(date +%s) - began)) "$name")"
}

# begin COMMAND…: starts a check that runs beside the next one. "end NAME" waits for it, shows its output and judges it.
begin() {
  since=$(date +%s)
  "$@" >"$dir/begun" 2>&1 </dev/null &
  begun=$!
}

end() {
  wait "$begun"
  ended=$? begun=
  check "$1 ($(($(date +%s) - since)) s in all)" sh -c "cat '$dir/begun'; exit $ended"
}

# What depends on whose TLS it is; make test TLS=openssl runs all tests with it.
OPENSSL='TlsEngineTest,KeyUpdateTest,RenegotiationTest,NotTlsTest,HandshakeStormTest,LastWordTest,JammedConnectionTest,Lesson13HandshakeTest,SharedWriteTest,GreedyClientTest,Lesson07LeavingTest'

feature() { sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"; }

# Compiles and tests on another JDK, in a folder of its own, and with both of the JVM's compilers: races that only the second
# one shows are found here. What a page does in a browser depends on no JDK, takes a third of the time, and is not run again:
# Lesson14BrowserTest shows that the browser and this JDK understand each other.
tests_on() { AGAIN=1 JAVA_HOME=$1 BUILD_DIR=$2 TEST_JVM=-XX:+TieredCompilation sh "$here/test.sh"; }

# The jar starts with only a certificate, answers, and ends on SIGTERM.
jar_serves() {
  sh "$here/jar.sh" nats streaming-push-kit.jar -Dsuite.jar.skip || return 1
  out=$(mktemp) || return 1
  PUSH_PORT=0 "$JAVA_HOME/bin/java" -jar target/streaming-push-kit.jar >"$out" 2>&1 &
  server=$!
  url= waited=0
  while [ -z "$url" ] && [ "$waited" -lt 100 ] && kill -0 "$server" 2>/dev/null; do
    sleep 0.2
    waited=$((waited + 1))
    url=$(sed -n 's|.*\(https://localhost:[0-9]*/\).*|\1|p' "$out" | head -n 1)
  done
  answer=$(curl -sS --max-time 10 --cacert certs/server.crt -o /dev/null -w '%{http_code} over HTTP/%{http_version}' "${url:-https://localhost:1/}healthz")
  kill "$server" 2>/dev/null
  wait "$server"
  code=$?
  echo "java -jar: /healthz answers $answer; SIGTERM ends it with exit code $code"
  [ "$answer" = "200 over HTTP/2" ] && { [ "$code" -eq 0 ] || [ "$code" -eq 143 ]; } && rm -f "$out" && return 0
  cat "$out"
  rm -f "$out"
  return 1
}

check "budget of lines" sh "$here/budget.sh"
check "format" $progress "Checking the format" mvn -B -N spotless:check
check "Error Prone and NullAway" $progress "Compiling with Error Prone and NullAway" mvn -B -P verify -Dbuild.dir=target/verify test-compile
begin env FAULTS=1 sh "$here/simulate.sh" # Time is virtual in both, and each keeps one processor busy.
check "simulation" sh "$here/simulate.sh"
end "planted faults, beside the simulation"
check "packages" sh "$here/packages.sh"
check "java -jar" jar_serves
mine=$(feature "$JAVA_HOME")
check "TLS and hostile clients with BoringSSL" env TLS=openssl TEST="$OPENSSL" sh "$here/test.sh"
check "docs" sh "$here/coach.sh" docs-check
sh "$here/nats.sh" >/dev/null # Both of these start it, and are to find it.
begin sh "$here/coach.sh" mutants # What is red has waited first, so these two leave a processor idle.
check "matrix" sh "$here/coach.sh" matrix-check
end "mutants, beside the matrix"
check "tests on scale" sh "$here/test.sh" scale
begin sh "$here/setup.sh" examples sh "$here/examples.sh" # Its checks mostly wait.
check "stress, 3 times lessons 00 to 09" env RUNS=3 TEST=Lesson0 sh "$here/coach.sh" stress
end "servers in Node and Go, beside the stress"
if [ "${1:-}" != rest ]; then
  check "tests on JDK $mine, with coverage" env COVERAGE=1 sh "$here/test.sh"
  check "tests through real proxies" sh "$here/test.sh" proxies
  check "tests of several servers" sh "$here/test.sh" cluster
fi
for wanted in 17 25; do
  [ "$wanted" != "$mine" ] || continue
  found=
  for home in /usr/lib/jvm/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    [ -x "$home/bin/javac" ] && [ -r "$home/release" ] && [ "$(feature "$home")" = "$wanted" ] && found=$home && break
  done
  if [ -n "$found" ]; then
    check "tests on JDK $wanted, without Browser*Test" tests_on "$found" "target/jdk$wanted"
  else
    summary="$summary
$(printf '  %-13s  %s' 'LEFT OUT' "tests on JDK $wanted, which is not here")"
  fi
done
echo
echo "verify:$summary$ends"
exit "$failed"
