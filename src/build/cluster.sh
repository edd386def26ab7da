#!/bin/sh
# cluster.sh: NATS and several servers on this machine, with a page that shows them. NODES (3) and SERVERS (2) say how many,
# PORT (8443) where the first server listens; PUSH_ variables are passed on to every server. Ctrl-C ends all of it.
cd "$(dirname "$0")/../.." || exit 1
nats=$(sh src/build/nats.sh) || exit 1
exec "$JAVA_HOME/bin/java" src/build/Cluster.java "$nats" "${NODES:-3}" "${SERVERS:-2}" "${PORT:-8443}"
