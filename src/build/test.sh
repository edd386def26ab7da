#!/bin/sh
# test.sh [proxies|cluster|scale]: runs the tests, or those through real proxies, or those of several servers with NATS,
# or those of a server with little memory under thousands of requests, and ends with a summary.
# Environment: TEST (a pattern of classes), WITHOUT (groups to leave out), BUILD_DIR (default: target), CI (true: nothing
# may be left out), AGAIN (any word: another JDK has run all tests, and Browser*Test, which depends on no JDK, is not run
# again), FORKS (JVMs side by side; default: 4, more than there are processors, because tests mostly wait, and 3 for
# cluster), TEST_JVM (flags of those JVMs in place of the pom's test.jvm), COVERAGE (any word: reports which lines the
# tests reach, and fails nothing), TLS (openssl: the server that is judged has PUSH_TLS=openssl).
set -u
only=${1:-}
build=${BUILD_DIR:-target}
without=$(echo "${WITHOUT:-}" | tr ',' ' ')
case ${CI:-} in '' | false) ci= ;; *) ci=1 ;; esac
for group in $without; do
  case $group in browser | clients) ;; *) echo "WITHOUT=$group: the groups are browser and clients." >&2 && exit 1 ;; esac
done
if [ -n "$ci" ] && [ -n "$without" ]; then
  echo "CI=$CI runs every test: it takes no WITHOUT." >&2
  exit 1
fi

if [ "$only" = cluster ]; then
  # Both NATS servers are fetched before the JVMs ask for them at the same moment.
  sh "$(dirname "$0")/nats.sh" new >/dev/null &
  { sh "$(dirname "$0")/nats.sh" old >/dev/null && wait $!; } || exit 1
  FORKS=${FORKS:-3} # Each of those tests starts several servers of its own.
fi
set -- mvn -B -Dstyle.color=never -Dbuild.dir="$build" -DforkCount="${FORKS:-4}" --fail-at-end test
[ "$only" != cluster ] || set -- "$@" -pl src/nats -am
if [ -n "$only" ]; then
  set -- "$@" -Dgroups="$only" -DexcludedGroups="$(echo $without | tr ' ' ',')"
else
  set -- "$@" -DexcludedGroups="$(echo proxies cluster scale $without | tr ' ' ',')"
fi
pattern=${TEST:-${AGAIN:+*Test,!Browser*Test}}
[ -z "$pattern" ] || set -- "$@" -Dtest="$pattern"
[ -z "${TEST_JVM:-}" ] || set -- "$@" "-Dtest.jvm=$TEST_JVM"
if [ "${TLS:-}" = openssl ]; then
  export PUSH_TLS=openssl # for the servers that tests start by a command
  set -- "$@" -DargLine=-Dsuite.server=push.http.OpenSslServer
fi
[ -z "${COVERAGE:-}" ] || set -- "$@" -P coverage
rm -rf benchmarks/"$build/surefire-reports" src/*/"$build/surefire-reports"
began=$(date +%s)
sh "$(dirname "$0")/progress.sh" -l "Compiling and testing on $("$JAVA_HOME/bin/java" -version 2>&1 | head -n 1)" "$@"
status=$?

figures=$(cat benchmarks/"$build"/surefire-reports/TEST-*.xml src/*/"$build"/surefire-reports/TEST-*.xml 2>/dev/null | awk '
  /<testsuite / {
    classes++
    n = split($0, part, " ")
    for (i = 1; i <= n; i++) if (split(part[i], a, /="|"/) > 1) sum[a[1]] += a[2]
  }
  END { printf "%d %d %d %d", sum["tests"], sum["failures"] + sum["errors"], sum["skipped"], classes }')
set -- $figures
tests=$1 failed=$2 skipped=$3 classes=$4
echo
count() { [ "$1" -eq 1 ] && echo "1 $2" || echo "$1 $3"; }
echo "$(count "$tests" test tests) in $(count "$classes" class classes), $failed failed, in $(($(date +%s) - began)) s"
if [ "$skipped" -gt 0 ]; then
  echo "LEFT OUT: $(count "$skipped" 'test was' 'tests were') skipped"
  [ -z "$ci" ] || status=1
fi
if [ "$status" -ne 0 ] && [ -z "${TEST:-}" ]; then # after a red module, Maven does not test the modules that need it
  for module in src/suite src/server src/nats benchmarks src/coach; do
    [ -d "$module/$build/surefire-reports" ] || echo "LEFT OUT: the tests of $module, because an earlier module has failed"
  done
fi
for group in $without; do echo "LEFT OUT: $group tests (WITHOUT=$group)"; done
[ -z "${TEST:-}" ] || echo "LEFT OUT: all but TEST=$TEST"
[ -z "${AGAIN:-}" ] || echo "Not part of this: Browser*Test, what a page does in a browser, which another JDK's run has (AGAIN=$AGAIN)"
[ -n "$only" ] || echo "Not part of this: the tests through nginx, HAProxy, Caddy and Apache (make test-proxies)"
[ -n "$only" ] || echo "Not part of this: the tests of several servers with NATS (make test-cluster)"
[ -n "$only" ] || echo "Not part of this: the tests of little memory under thousands of requests (make test-scale)"
if [ -n "${COVERAGE:-}" ] && [ -f src/coach/"$build"/site/jacoco-aggregate/jacoco.csv ]; then
  awk -F , 'NR > 1 { module = $1; sub(/.*\//, "", module); missed[module] += $8; reached[module] += $9 }
    END { for (m in reached) printf "COVERAGE: %d %% of %d lines of %s\n", 100 * reached[m] / (reached[m] + missed[m]), reached[m] + missed[m], m }' \
    src/coach/"$build"/site/jacoco-aggregate/jacoco.csv | sort -k 7
  echo "Line by line: src/coach/$build/site/jacoco-aggregate/index.html"
fi
if [ "$tests" -eq "$skipped" ]; then
  echo "FAILED: no test has run"
  [ -z "${TEST:-}" ] || echo "TEST=$TEST names none: give names of classes, with commas between them, and * for any part: TEST='EraTest,Http1*'"
  status=1
elif [ "$failed" -gt 0 ] || [ "$status" -ne 0 ]; then
  echo "FAILED"
  [ "$status" -ne 0 ] || status=1
elif [ -n "$without" ] || [ -n "${TEST:-}" ] || [ "$skipped" -gt 0 ]; then
  echo "PASSED, except what was LEFT OUT"
else
  echo "PASSED"
fi
exit "$status"
