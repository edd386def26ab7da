#!/bin/sh
# Builds the servers in other languages and judges them side by side by the whole contract. Both must be green in all of it,
# but for the checks that look into a server's threads, which those of another process do not show.
set -u
here=$(dirname "$0")
examples=src/suite/examples
out=target/examples
# Debian's packages have their sources in GOPATH; elsewhere "go mod tidy" fetches them.
[ ! -d /usr/share/gocode/src/golang.org/x/net/http2 ] || export GO111MODULE=off GOPATH=/usr/share/gocode
export CGO_ENABLED=0 GOTOOLCHAIN=local
mkdir -p "$out"

unformatted=$(gofmt -l "$examples/go")
[ -z "$unformatted" ] || { echo "gofmt would change: $unformatted" >&2; exit 1; }
(cd "$examples/go" && go vet . && go build -o "../../../../$out/push-go" .) || exit 1
for file in "$examples"/node/*.mjs; do node --check "$file" || exit 1; done

sh "$here/coach.sh" suite --list >/dev/null || exit 1 # Compiles, once for both.

judge() { # judge NAME COMMAND
  sh "$here/coach.sh" suite --command "$2" --report "$out/$1.xml" --html "$out/$1.html" ${ONLY:+--only "$ONLY"} >"$out/$1.log" 2>&1 &&
    ! grep '^  not judged' "$out/$1.log" | grep -qv "needs to see the server's threads"
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
[ "$status" -eq 0 ] && verdict="Both keep the whole contract" || verdict="FAILED: not everything is judged and green"
echo "$verdict, $(($(date +%s) - began)) s"
exit "$status"
