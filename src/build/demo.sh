#!/bin/sh
# demo.sh: starts a server on a free port, runs the README's curl commands against it, and prints both.
set -u
cd "$(dirname "$0")/../.."
out=$(mktemp) || exit 1
PUSH_PORT=0 "${JAVA_HOME:+$JAVA_HOME/bin/}java" -jar target/streaming-push-kit.jar >"$out" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null; rm -f "$out"' EXIT
waited=0
while ! grep -q https "$out" && [ "$waited" -lt 100 ] && kill -0 "$server" 2>/dev/null; do
  sleep 0.2
  waited=$((waited + 1))
done
port=$(sed -n 's|.*https://localhost:\([0-9]*\)/.*|\1|p' "$out" | head -n 1)
[ -n "$port" ] || { cat "$out"; exit 1; }

try() { # try COMMAND: prints it as a reader types it, at the usual port, and runs it at the free port
  printf '$ %s\n' "$1"
  sh -c "$(printf '%s' "$1" | sed "s/localhost:8443/localhost:$port/")" 2>/dev/null | tr -d '\r'
}

curl="curl -sS --cacert certs/server.crt"
try "$curl https://localhost:8443/messages --json '{\"user\":\"ann\",\"text\":\"hello\"}'"
echo
echo
try "$curl -N -m 2 -H 'accept: application/x-ndjson' https://localhost:8443/messages"
echo
try "$curl -N -m 2 -H 'accept: text/event-stream' https://localhost:8443/messages"
try "$curl https://localhost:8443/messages --json '{\"user\":\"ann\"}'"
echo
