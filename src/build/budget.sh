#!/bin/sh
# The budget of lines, and of a lesson's words: a file that exceeds it is two concepts, or says why it is one. The totals are
# for information.
set -u
cd "$(dirname "$0")/../.."
failed=0

at_most() { # at_most LINES FILE…: checks each file alone
  limit=$1
  shift
  for file in "$@"; do
    [ -f "$file" ] || continue
    lines=$(grep -c '' "$file")
    if [ "$lines" -ge "$limit" ]; then
      echo "$file: $lines lines; the limit is $((limit - 1))"
      failed=1
    fi
  done
}

code() { # counts lines of code, without blank lines, comments and imports
  cat "$@" | grep -cvE '^[[:space:]]*($|//|/\*|\*|import |package )'
}

with_reason() { # with_reason LINES FILE…: each file alone, except one whose Javadoc says why it is longer
  limit=$1
  shift
  for file in "$@"; do
    if [ "$(grep -c '' "$file")" -ge "$limit" ] && ! grep -q '^ \* <p><b>Length:</b> [^ ]' "$file"; then
      at_most "$limit" "$file"
      echo "  Split it, or give the reason in the Javadoc of its class: <p><b>Length:</b> …"
    fi
  done
}

with_reason 200 $(find src/*/main/java benchmarks \( -name target -o -path benchmarks/test \) -prune -o -name '*.java' ! -name '*Test.java' -print)
at_most 245 lessons/lesson*/*.java lessons/lesson*/start/*.java lessons/given/*.java lessons/lesson14_browser/*.js
at_most 250 pom.xml ./*/pom.xml src/*/pom.xml
with_reason 250 $(find src/*/main src/*/test benchmarks/test -name '*Test.java' -o -path '*/test/*' -name '*.java')
at_most 150 README.md
for page in lessons/lesson*/README.md; do # A page is one sitting. What does not fit stands in its MORE.md.
  words=$(wc -w <"$page")
  [ "$words" -le 1200 ] || { echo "$page: $((words)) words; the limit is 1200" && failed=1; }
done
for folder in src/server/main src/server/test src/nats/main src/nats/test src/suite/main src/suite/test src/coach/main src/coach/test lessons benchmarks; do
  set -- $(find "$folder" \( -name target -o -name workshop \) -prune -o -name '*.java' -print)
  [ "$#" -eq 0 ] || printf '%-24s %4d files, %6d lines of code, %6d in all; the longest %s\n' "$folder" "$#" "$(code "$@")" \
    "$(cat "$@" | grep -c '')" "$(for file; do echo "$(grep -c '' "$file") $file"; done | sort -n | tail -n 1 | sed 's|\([0-9]*\) .*/|\1 |')"
done
[ "$failed" -eq 0 ] || echo "The budget of lines is exceeded."
exit "$failed"
