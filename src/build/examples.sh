#!/bin/sh
# Builds the servers in other languages, and judges them side by side: each must be just what its expected.txt says.
set -u
here=$(dirname "$0")
examples=src/suite/examples
out=target/examples
export GOPROXY=off GOFLAGS=-mod=readonly CGO_ENABLED=0 GOTOOLCHAIN=local
mkdir -p "$out"

unformatted=$(gofmt -l "$examples/go")
[ -z "$unformatted" ] || { echo "gofmt would change: $unformatted" >&2; exit 1; }
(cd "$examples/go" && go vet . && go build -o "../../../../$out/push-go" .) || exit 1
for file in "$examples"/node/*.mjs; do node --check "$file" || exit 1; done

sh "$here/coach.sh" agenda >/dev/null || exit 1 # Compiles, once for both.

judge() { # judge NAME COMMAND
  CMD=$2 EXPECT=$examples/$1/expected.txt LESSON=${LESSON:-} URL= STEP= sh "$here/coach.sh" check >"$out/$1.log" 2>&1
}

began=$(date +%s)
echo "Judging $(node --version | sed 's/^v/Node /') and $(go version | sed 's/.*go\([0-9.]*\) .*/Go \1/') side by side"
judge node "node $examples/node/server.mjs" &
node=$!
judge go "$out/push-go" &
go=$!
status=0
for one in "node $node" "go $go"; do
  wait "${one#* }" || status=1
  echo
  cat "$out/${one% *}.log"
done
echo
[ "$status" -eq 0 ] && verdict="Both are what is expected of them" || verdict="FAILED: not what is expected"
echo "$verdict, $(($(date +%s) - began)) s"
exit "$status"
