#!/bin/sh
# coach.sh COMMAND: compiles what has changed and starts the coach, which takes its settings from environment variables.
# coach.sh suite ARGUMENT…: the same for the command of the suite.
set -u
command=$1
here=$(dirname "$0")
path=target/coach.path

# Whether a source is newer than the class path that the last compilation wrote.
changed() {
  [ -s "$path" ] || return 0
  [ -n "$(find pom.xml src lessons benchmarks \( -path lessons/workshop -o -name target \) -prune -o -newer "$path" \
    \( -name '*.java' -o -path 'src/*/resources/*' -o -name pom.xml -o -path 'src/*' -type d \) -print 2>/dev/null | head -n 1)" ]
}

certificates=$(sh certs/make-certs.sh 2>&1) || { echo "$certificates" >&2; exit 3; }
case $certificates in *kept*) ;; *) echo "$certificates" ;; esac

if changed; then
  rm -f "$path"
  sh "$here/progress.sh" "Compiling" mvn -B -Dstyle.color=never process-test-classes || exit 3
  mkdir -p target
  # With the server's tests, which catch the wrong answers of lesson 10, and which make stress runs.
  for module in src/coach src/server; do
    echo "$PWD/$module/target/classes"
    [ "$module" = src/coach ] || echo "$PWD/$module/target/test-classes"
    { cat "$module/target/class.path"; echo; } | tr ':' '\n'
  done | awk 'NF && !seen[$0]++' >"$path.new"
  # Libraries first: only the beginning of a class path can be in an archive.
  { grep '\.jar$' "$path.new"; grep -v '\.jar$' "$path.new"; } | paste -s -d : - >"$path"
fi

if [ "$command" = run ]; then
  case $STEP in
    workshop) folder=lessons/workshop ;;
    start) folder=$(echo lessons/lesson00_*/start) ;;
    */start) folder=$(echo lessons/lesson"${STEP%/start}"_*/start) ;;
    *) folder=$(echo lessons/lesson"$STEP"_*) ;;
  esac
  if [ ! -f "$folder/Server.java" ]; then
    echo "There is no server in $folder. STEP=00 to 17 is that of a lesson's end, STEP=12/start that of its start, STEP=start the" \
      "naive one, STEP=workshop yours. Start a server in another language by its own command," \
      "with PUSH_PORT=9000 before it" >&2
    exit 2
  fi
  if [ "$STEP" = workshop ]; then
    "$JAVA_HOME/bin/javac" -d target/served -cp "$(cat "$path")" "$folder"/*.java || exit 2
  fi
  exec "$JAVA_HOME/bin/java" -cp "target/served:$(cat "$path")" "$(echo "${folder#lessons/}" | tr / .).Server"
fi

# The judge's JVM lives for too short a time to earn back what the second compiler and G1 cost. What is measured or stressed has
# JVMs of its own.
jvm="-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"

# The suite itself judges a server that is running, or that its arguments start. It knows only the numbers of lessons.
if [ "$command" = check ] && [ -n "${URL:-}" ]; then
  command=suite
  set -- suite "$URL" ${PID:+--pid "$PID"} ${CERT:+--cert "$CERT"} ${LESSON:+--only "$LESSON"}
fi
if [ "$command" = suite ]; then
  shift
  exec "$JAVA_HOME/bin/java" $jvm -ea -Xmx1g -Dfile.encoding=UTF-8 -cp "$(cat "$path")" suite.Main "$@"
fi

if [ "$command" = screenshot ]; then exec "$JAVA_HOME/bin/java" -cp "$(cat "$path")" suite.Screenshot; fi

# Archives the libraries' classes in the form that the JVM maps into memory: the learner's server starts in two thirds of
# the time.
archive() {
  jars=$(tr ':' '\n' <"$path" | grep '\.jar$' | paste -s -d : -)
  "$JAVA_HOME/bin/java" -XX:+UseSerialGC -XX:DumpLoadedClassList="$1.list" -cp "$(cat "$path")" coach.FirstStart &&
    "$JAVA_HOME/bin/java" -XX:+UseSerialGC -Xshare:dump -XX:SharedClassListFile="$1.list" -XX:SharedArchiveFile="$1" -cp "$jars"
}
jsa=target/coach-$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$JAVA_HOME/release").jsa
if { [ "$command" = learn ] || [ "$command" = learn-times ]; } && { [ ! -e "$jsa" ] || [ "$path" -nt "$jsa" ]; }; then
  archive "$jsa" >"$jsa.log" 2>&1 || rm -f "$jsa" # Everything works without it, but more slowly.
fi

# Fetched before the lanes that need it ask for it at the same moment.
case "$command ${LESSON:-17}" in
  "mutants 17" | "matrix 17" | "matrix-check 17") sh "$here/nats.sh" >/dev/null ;;
esac

columns=0
if [ -t 1 ]; then
  columns=$(stty size 2>/dev/null </dev/tty | cut -d ' ' -f 2)
  [ "${columns:-0}" -gt 0 ] || columns=80
fi
set -- "$JAVA_HOME/bin/java" $jvm -ea -Xmx1g -Dfile.encoding=UTF-8 -Dcoach.columns="$columns" \
  ${CERT:+"-Dsuite.cert=$CERT"} -cp "$(cat "$path")" coach.Coach "$command"

if [ "$command" = learn ] && [ -t 0 ] && [ -t 1 ]; then
  # Each key is read immediately and not shown. The terminal is restored however this ends.
  before=$(stty -g)
  trap 'stty "$before"' EXIT
  trap 'echo; exit 0' INT
  trap 'exit 143' TERM HUP
  stty -icanon -echo min 1 time 0
  "$@"
else
  exec "$@"
fi
