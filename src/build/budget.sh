#!/bin/sh
# The budget of lines: what has outgrown it is two things, not one.
set -u
cd "$(dirname "$0")/../.."
failed=0

at_most() { # at_most LINES FILE…: each file alone
  limit=$1
  shift
  for file in "$@"; do
    [ -f "$file" ] || continue
    lines=$(grep -c '' "$file")
    if [ "$lines" -ge "$limit" ]; then
      echo "$file: $lines lines, to be under $limit"
      failed=1
    fi
  done
}

code() { # lines of code: what is left without blank lines, comments and imports, for nobody shall save on reasons
  cat "$@" | grep -cvE '^[[:space:]]*($|//|/\*|\*|import |package )'
}

in_all() { # in_all LINES FILE…: the code of all of them together
  limit=$1
  shift
  total=$(code "$@")
  longest=$(wc -l "$@" | awk '$2 != "total" && $1 > most { most = $1; file = $2 } END { print file " with " most + 0 }')
  echo "src/main/java/push: $# files, $total lines of code (at most $limit), $(cat "$@" | grep -c '') in all; the longest $longest"
  [ "$total" -le "$limit" ] || failed=1
}

at_most 200 src/main/java/push/*.java lessons/lesson*/*.java lessons/lesson11_browser/*.js pom.xml
at_most 250 $(find src/test/java -name '*.java' 2>/dev/null)
at_most 150 README.md
in_all 2300 src/main/java/push/*.java
echo "pom.xml: $(grep -c '' pom.xml) lines; tests: $(find src/test/java -name '*.java' -exec cat {} + 2>/dev/null | grep -c '') lines"
[ "$failed" -eq 0 ] || echo "The budget of lines is overdrawn."
exit "$failed"
