#!/bin/sh
# The budget of lines: a file that has outgrown it is two concepts, or says why it is one. The totals are information.
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

code() { # lines of code: without blank lines, comments and imports
  cat "$@" | grep -cvE '^[[:space:]]*($|//|/\*|\*|import |package )'
}

with_reason() { # with_reason LINES FILE…: each file alone, but for one whose Javadoc says why it is longer
  limit=$1
  shift
  for file in "$@"; do
    if [ "$(grep -c '' "$file")" -ge "$limit" ] && ! grep -q '^ \* <p><b>Length:</b> [^ ]' "$file"; then
      at_most "$limit" "$file"
      echo "  Make two of it, or give the reason in the Javadoc of its class: <p><b>Length:</b> …"
    fi
  done
}

with_reason 200 src/main/java/push/*.java
at_most 200 lessons/lesson*/*.java lessons/lesson11_browser/*.js
at_most 250 pom.xml
with_reason 250 $(find src/test/java -name '*.java' 2>/dev/null)
at_most 150 README.md
longest=$(wc -l src/main/java/push/*.java | awk '$2 != "total" && $1 > most { most = $1; file = $2 } END { print file " with " most + 0 }')
set -- src/main/java/push/*.java
echo "src/main/java/push: $# files, $(code "$@") lines of code, $(cat "$@" | grep -c '') in all; the longest $longest"
echo "pom.xml: $(grep -c '' pom.xml) lines; tests: $(find src/test/java -name '*.java' -exec cat {} + 2>/dev/null | grep -c '') lines"
[ "$failed" -eq 0 ] || echo "The budget of lines is exceeded."
exit "$failed"
