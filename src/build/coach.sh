#!/bin/sh
# coach.sh COMMAND: compiles what has changed, and starts the coach. What it works on stands in environment variables.
set -u
command=$1
here=$(dirname "$0")
path=target/coach.path

# Is a source newer than the class path that the last compilation left?
changed() {
  [ -s "$path" ] || return 0
  [ -n "$(find pom.xml src lessons benchmarks -path lessons/workshop -prune -o -newer "$path" \
    \( -name '*.java' -o -path 'src/*/resources/*' -o -name pom.xml -o -path 'src/*' -type d \) -print 2>/dev/null | head -n 1)" ]
}

certificates=$(sh certs/make-certs.sh 2>&1) || { echo "$certificates" >&2; exit 3; }
case $certificates in *kept*) ;; *) echo "$certificates" ;; esac

if changed; then
  rm -f "$path"
  sh "$here/progress.sh" "Compiling" mvn -B -Dstyle.color=never test-compile exec:exec -Dexec.classpathScope=test \
    -Dexec.executable=echo -Dexec.args=%classpath -Dexec.outputFile="$path.new" && mv "$path.new" "$path" || exit 3
fi

columns=0
if [ -t 1 ]; then
  columns=$(stty size 2>/dev/null </dev/tty | cut -d ' ' -f 2)
  [ "${columns:-0}" -gt 0 ] || columns=80
fi
set -- "$JAVA_HOME/bin/java" -ea -Xmx1g -Dfile.encoding=UTF-8 -Dcoach.columns="$columns" -cp "$(cat "$path")" coach.Coach "$command"

if [ "$command" = learn ] && [ -t 0 ] && [ -t 1 ]; then
  # Keys come one by one and are not shown; the terminal is put back however this ends.
  before=$(stty -g)
  trap 'stty "$before"' EXIT
  trap 'echo; exit 0' INT
  trap 'exit 143' TERM HUP
  stty -icanon -echo min 1 time 0
  "$@"
else
  exec "$@"
fi
