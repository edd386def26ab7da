#!/bin/sh
# curl, in the loop that a script writes. --retry waits out 429, 503 and refused connections, as Retry-After says, and names
# each on stderr;
# the loop comes back from a stream that has ended, with the last id.
lastId=
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT
trap 'kill "$curl" 2>/dev/null; exit 143' TERM
while :; do
  : >"$out"
  curl -N --no-progress-meter --cacert certs/server.crt --retry 100 --retry-connrefused --retry-delay 1 \
    -H 'accept: application/x-ndjson' -H "last-event-id: $lastId" "$1" |
    grep --line-buffered -E '"type":"(message|bye)"' | tee "$out" &
  curl=$!
  wait "$curl"
  id=$(sed -n 's/.*"type":"message","id":"\([^"]*\)".*/\1/p' "$out" | tail -n 1)
  lastId=${id:-$lastId}
  sleep 1
done
