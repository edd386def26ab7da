#!/bin/sh
# archive.sh [option]: starts the server that was built, lets it serve clients and end, and keeps what its JVM has loaded,
# from JDK 25 on also what it has learned about its methods, so that the next start need not do it again. "option" only
# prints the JVM's option that uses the archive; nothing if there is none of this JVM for this jar and this PUSH_TLS.
set -u
jar=target/streaming-push-kit.jar
archive=target/streaming-push-kit-$(cksum <"$JAVA_HOME/release" | cut -d ' ' -f 1) # No other JVM can use it.
kept=$archive
[ "${PUSH_TLS:-jdk}" = jdk ] || archive=$archive-$PUSH_TLS
joins=0 # Classes are loaded by the first client.
version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$JAVA_HOME/release")
if [ "$version" -ge 25 ]; then archive=$archive.aot make=-XX:AOTCacheOutput use=-XX:AOTCache joins=500
else archive=$archive.jsa make=-XX:ArchiveClassesAtExit use=-XX:SharedArchiveFile
fi
if [ "$archive" -nt "$jar" ]; then
  [ "${1:-}" != option ] || echo "$use=$archive"
  exit 0
fi
[ "${1:-}" != option ] || exit 0
out=$(mktemp) || exit 1
server=
clean() { [ -z "$server" ] || kill -9 "$server" 2>/dev/null; rm -f "$out" "$archive".new*; }
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
for old in target/streaming-push-kit-*.jsa target/streaming-push-kit-*.aot; do # Another TLS's of this JVM and jar stays.
  case $old in "$kept"[.-]*) [ "$old" -nt "$jar" ] || rm -f "$old" ;; *) rm -f "$old" ;; esac
done
PUSH_PORT=0 "$JAVA_HOME/bin/java" @src/build/server.flags "$make=$archive.new" -jar "$jar" >"$out" 2>&1 &
server=$!
url= waited=0
while [ -z "$url" ] && [ "$waited" -lt 300 ] && kill -0 "$server" 2>/dev/null; do
  sleep 0.2
  waited=$((waited + 1))
  url=$(sed -n 's|.*\(https://localhost:[0-9]*/\).*|\1|p' "$out" | head -n 1)
done
if [ -n "$url" ] && "$JAVA_HOME/bin/java" src/build/Client.java "$url" certs/server.crt $joins && kill "$server" && wait "$server" &&
  [ -s "$archive.new" ] && mv "$archive.new" "$archive"; then
  server=
  exit 0
fi
echo "No archive was made of what the JVM loads: the server starts without it, only later." >&2
cat "$out" >&2
