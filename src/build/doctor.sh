#!/bin/sh
# One line for each thing that the project needs of this machine, with the mend. Exits with 1 if it cannot work.
set -u
here=$(dirname "$0")
bad=0
ok() { printf '  ok       %s\n' "$1"; }
note() { printf '  note     %s\n' "$1"; }
missing() { printf '  MISSING  %s\n' "$1"; bad=1; }

facts=$(LOOK_ONLY=1 sh "$here/setup.sh" test)
fact() { echo "$facts" | sed -n "s/^$1=//p"; }

jdk=$(fact JAVA_HOME)
if [ -n "$jdk" ]; then ok "JDK $(sed -n 's/^JAVA_VERSION="\(.*\)"/\1/p' "$jdk/release") ($jdk)"
else missing "a JDK, 17 or newer: make run installs it on Debian; macOS: brew install openjdk@17"; fi

if command -v mvn >/dev/null; then
  maven=$(JAVA_HOME=$jdk mvn -B -v 2>/dev/null | sed -n 's/.*Apache Maven \([0-9.]*\).*/\1/p')
  case $maven in
    '') missing "Maven does not start: see mvn -v" ;;
    [0-2].* | 3.[0-5].* | 3.6.[0-2]) missing "Maven $maven is older than 3.6.3: install a newer one" ;;
    *) ok "Maven $maven" ;;
  esac
else missing "Maven: make run installs it on Debian; macOS: brew install maven"; fi

if command -v openssl >/dev/null; then ok "$(openssl version)"
else missing "openssl: make run installs it on Debian; macOS: brew install openssl"; fi

if [ -n "$jdk" ]; then
  "$jdk/bin/java" "$here/Doctor.java" "${PORT:-${PUSH_PORT:-8443}}" || bad=1
else note "ports and localhost are looked at once there is a JDK"; fi

files=$(ulimit -Hn)
if [ "$files" = unlimited ] || [ "$files" -ge 4096 ]; then ok "open files: up to $files"
else note "open files: up to $files, too few for thousands of connections: ulimit -n 65536, or limits.conf"; fi

cache=${HOME:-}/.m2/repository
if [ "$(cat "$cache/.streaming-push-kit" 2>/dev/null)" = "$(cksum <"$here/../../pom.xml")" ]; then ok "Maven's cache ($cache) is filled"
else note "Maven's cache ($cache) may lack something: make offline fills it whole; else builds download what they need"; fi

browser=$(fact CHROMIUM)
driver=$(fact CHROMEDRIVER)
mend="make test installs it on Debian; macOS: brew install --cask google-chrome chromedriver"
if [ -z "$browser" ]; then note "no Chromium, which the browser's tests need: $mend"
elif [ -z "$driver" ]; then note "no chromedriver, which the browser's tests need: $mend"
else
  a=$("$browser" --version 2>/dev/null | sed 's/[^0-9]*\([0-9]*\).*/\1/')
  b=$("$driver" --version 2>/dev/null | sed 's/[^0-9]*\([0-9]*\).*/\1/')
  if [ "$a" = "$b" ]; then ok "Chromium $a and its driver ($browser, $driver)"
  else note "Chromium is $a and its driver $b: install the same version of both"; fi
fi
if command -v node >/dev/null; then ok "Node $(node --version)"
else note "no node, which runs lesson 00's seed in JavaScript: apt install nodejs; macOS: brew install node"; fi
for client in curl nghttp; do
  if command -v "$client" >/dev/null; then ok "$client"
  else note "no $client, which some tests drive: make test installs it on Debian; macOS: brew install curl nghttp2"; fi
done
exit "$bad"
