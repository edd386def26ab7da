#!/bin/sh
# predict.sh: starts the naive server on a free port, and prints what three readers see of it.
set -u
cd "$(dirname "$0")/../.."
out=$(mktemp -d) || exit 1
PUSH_PORT=0 "${JAVA_HOME:+$JAVA_HOME/bin/}java" -cp "$(cat target/coach.path)" lesson00_see_it_break.start.Server >"$out/server" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null; rm -rf "$out"' EXIT

await() { # await TEXT FILE: until the file has it, 20 s at most
  waited=0
  while ! grep -q "$1" "$2" 2>/dev/null && [ "$waited" -lt 200 ]; do sleep 0.1; waited=$((waited + 1)); done
}
await https "$out/server"
url=$(sed -n 's|.*\(https://localhost:[0-9]*/\).*|\1messages|p' "$out/server" | head -n 1)

post() { curl -sS --cacert certs/server.crt "$url" --json "{\"user\":\"ann\",\"text\":\"$1\"}"; }
reader() { # reader NAME WORD: opens the page, waits for the word, and stays
  curl -sSN -m 30 --cacert certs/server.crt "$url" >"$out/$1" 2>/dev/null &
  await "$2" "$out/$1"
}
show() { # The words of each snapshot, a line each.
  sed 's/}\]}/&\n/g' "$out/$1" | sed -n "s/[^[]*\[//;s/{\"user\":\"ann\",\"text\":\"\([a-z]*\)\"[^}]*}[],}]*/\1 /g;/[a-z]/s/^/$1 reader: /p" | sed "s/ *$//"
}
for word in one two three; do post "$word"; done
reader first one
post four
await four "$out/first"
reader second four
reader third four
for name in first second third; do show "$name"; done
