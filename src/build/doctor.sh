#!/bin/sh
# Prints a line for each thing that the project needs on this machine, and how to fix it. Exits with 1 if it cannot work.
set -u
here=$(cd "$(dirname "$0")" && pwd)
bad=0
ok() { printf '  ok       %s\n' "$1"; }
note() { printf '  note     %s\n' "$1"; }
missing() { printf '  MISSING  %s\n' "$1"; bad=1; }

cd "$here/../.." || exit 1
here=src/build
facts=$(LOOK_ONLY=1 sh "$here/setup.sh" docs)
fact() { echo "$facts" | sed -n "s/^$1=//p"; }

jdk=$(fact JAVA_HOME)
refused=$(fact REFUSED)
how=$(fact HOW | paste -s -d ';' - | sed 's/;/; /g')
get="make run installs it with apt-get; without apt-get see the last line"
if [ -n "$jdk" ]; then ok "JDK $(sed -n 's/^JAVA_VERSION="\(.*\)"/\1/p' "$jdk/release") ($jdk)"
else missing "a JDK, 17 or newer: $get"; fi
case $refused in
  '') ;;
  *JAVA_HOME*) note "$refused: unset JAVA_HOME, or let it name a JDK, 17 or newer" ;;
  *) note "$refused: not used" ;;
esac

maven=$(fact MAVEN)
if ! command -v mvn >/dev/null; then missing "Maven: $get"
else
  case $maven in
    '') missing "Maven does not start: see mvn -v" ;;
    [0-2].* | 3.[0-5] | 3.[0-5].* | 3.6.[0-2]) missing "Maven $maven is older than 3.6.3: install a newer one" ;;
    *) ok "Maven $maven" ;;
  esac
fi

if command -v openssl >/dev/null; then ok "$(openssl version)"
else missing "openssl: $get"; fi

if [ -n "$jdk" ]; then
  "$jdk/bin/java" "$here/Doctor.java" "${PORT:-${PUSH_PORT:-8443}}" "${BOARD_PORT:-0}" || bad=1
else note "ports and localhost are checked when there is a JDK"; fi

files=$(ulimit -Hn)
if [ "$files" = unlimited ] || [ "$files" -ge 4096 ]; then ok "open files: up to $files"
else note "open files: up to $files, too few for thousands of connections: ulimit -n 65536, or limits.conf"; fi

proxy=${https_proxy:-${HTTPS_PROXY:-${http_proxy:-${HTTP_PROXY:-}}}}
case $proxy in
  '') ;;
  *@*) note "the proxy of the environment has a password: Maven takes it from <proxies> in settings.xml only" ;;
  *) ok "proxy $proxy; make passes it to Maven" ;;
esac

cache=
if [ -n "$maven" ]; then
  cache=$(JAVA_HOME=$jdk sh "$here/cache.sh")
  [ "$(cat "$cache/.streaming-push-kit" 2>/dev/null)" = "$(cat pom.xml ./*/pom.xml src/*/pom.xml 2>/dev/null | cksum)" ] && filled=1 || filled=
  if [ -n "$filled" ]; then ok "Maven's cache ($cache) is filled"
  elif ! mkdir -p "$cache" 2>/dev/null || ! [ -w "$cache" ]; then
    missing "Maven's cache ($cache) cannot be written to: name another, as in export MAVEN_OPTS=-Dmaven.repo.local=/tmp/maven"
  else note "Maven's cache ($cache) may lack something: make offline fills it; otherwise builds download what they need"; fi
fi

room() { # room FOLDER MEGABYTES WHAT
  free=$(df -Pk "$1" 2>/dev/null | awk 'NR == 2 { print int($4 / 1024) }')
  if [ -z "$free" ]; then note "cannot tell how full the disk of $1 is: see df $1"
  elif [ "$free" -lt "$2" ]; then missing "$1 has $free MB left, and $3 takes $2: free some space there"
  else ok "$free MB left in $1"; fi
}
[ -w . ] || missing "$(pwd) cannot be written to, and the build writes target/ and certs/: copy the project to a folder of yours"
room . 300 "a build"
[ -z "$cache" ] || [ -n "$filled" ] || room "$cache" 500 "Maven's cache"
room "${TMPDIR:-/tmp}" 200 "a run of the tests"

if grep -q "$(printf '\r')" Makefile "$here"/*.sh certs/make-certs.sh; then
  missing "scripts have CR at the ends of their lines: git config core.autocrlf false, then rm .git/index && git reset --hard"
fi
if [ -e certs/server.crt ] && command -v openssl >/dev/null; then
  says=$(sh certs/make-certs.sh --look)
  case $says in *kept*) ok "$says" ;; *) note "$says" ;; esac
fi

browser=$(fact CHROMIUM)
driver=$(fact CHROMEDRIVER)
mend="make test installs it with apt-get; otherwise see the last line"
if [ -z "$browser" ]; then note "no Chromium, which the browser's tests need: $mend"
elif [ -z "$driver" ]; then note "no chromedriver, which the browser's tests need: $mend"
else
  a=$("$browser" --version 2>/dev/null | sed 's/[^0-9]*\([0-9]*\).*/\1/')
  b=$("$driver" --version 2>/dev/null | sed 's/[^0-9]*\([0-9]*\).*/\1/')
  if [ "$a" = "$b" ]; then ok "Chromium $a and its driver ($browser, $driver)"
  else note "Chromium is $a and its driver $b: install the same version of both"; fi
fi
if command -v node >/dev/null; then ok "Node $(node --version)"
else note "no node, which runs lesson 00's seed in JavaScript: see the last line"; fi
for client in curl nghttp git npm; do
  if command -v "$client" >/dev/null; then ok "$client"
  else note "no $client, which some tests drive: $mend"; fi
done
[ -z "$how" ] || note "to install what is missing: $how"
exit "$bad"
