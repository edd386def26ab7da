#!/bin/sh
# packages.sh: checks that the pattern (package push) uses neither the plumbing (push.http) nor Undertow, XNIO or NATS, and
# reads only the clock of its event loop; and that the plumbing does not use NATS.
set -u
cd "$(dirname "$0")/../.."
classes=src/server/target/verify/classes
[ -d "$classes" ] || classes=src/server/target/classes
found=$("$JAVA_HOME/bin/jdeps" --multi-release base --ignore-missing-deps -verbose:class -filter:none "$classes") || { echo "$found"; exit 1; }
echo "$found" | awk '
  $1 ~ /^push\./ { from = $1 }
  / -> / { to = $0; sub(/.*-> /, "", to); sub(/ .*/, "", to); seen++
    if (from ~ /^push\.[A-Z]/ && to ~ /^(push\.http|push\.nats|io\.undertow|org\.xnio|io\.nats)/ || to ~ /^(push\.nats|io\.nats)/) { print "  " from " -> " to; bad++ } }
  END { if (!seen) print "jdeps has listed no class"; else print seen " arrows between classes, " bad + 0 " of them from push to the plumbing"
    if (bad) print "Let push ask through an interface of its own, as Sink, Transport and EventLoop are, which push.http implements; and let only src/nats use NATS."
    exit bad > 0 || !seen }' || exit 1
# LocalPublisher runs on no loop.
clocks=$(grep -lE 'System(\.|::)(nanoTime|currentTimeMillis)|Instant\.now' src/server/main/java/push/*.java | grep -v /LocalPublisher.java)
[ -z "$clocks" ] || { echo "These read a clock; they must ask their event loop: $clocks"; exit 1; }
