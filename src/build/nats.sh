#!/bin/sh
# nats.sh [old]: prints the path of a nats-server that may run three replicas (2.10 or newer): $NATS_SERVER, the machine's
# own, or Debian 13's package, unpacked under target/ and not installed. "old" prints Debian 12's 2.9 instead, which loses
# acknowledged messages with three replicas, for the tests that prove that it is refused.
set -u
cd "$(dirname "$0")/../.."
wanted=${1:-new}
folder=$PWD/target/nats/$wanted
binary=$folder/usr/sbin/nats-server

version() { "$1" --version 2>/dev/null | sed -n 's/.*v\([0-9]*\.[0-9]*\)\..*/\1/p'; }

new_enough() { # 2.10, or newer
  found=$(version "$1")
  [ -n "$found" ] && [ "${found%%.*}" -eq 2 ] && [ "${found#*.}" -ge 10 ]
}

if [ "$wanted" = new ]; then
  for candidate in "${NATS_SERVER:-}" "$(command -v nats-server)" /usr/sbin/nats-server "$binary"; do
    [ -n "$candidate" ] && [ -x "$candidate" ] && new_enough "$candidate" && echo "$candidate" && exit 0
  done
  suite=trixie
else
  [ -x "$binary" ] && echo "$binary" && exit 0
  suite=bookworm
fi

give_up() {
  echo "A nats-server of version 2.10 or newer is needed: install one, or name it in NATS_SERVER. $1" >&2
  exit 1
}

command -v apt-get >/dev/null && command -v dpkg >/dev/null || give_up "This system has no apt-get that could fetch Debian's."
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -r "$keyring" ] || give_up "This system has no keyring of Debian's."
# The machine's own mirror, if it names one.
mirror=$(sed -n 's/^URIs: *\(http[^ ]*debian\/\{0,1\}\) *$/\1/p; s/^deb .*\(http[^ ]*debian\/\{0,1\}\) .*/\1/p' \
  /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | head -n 1)
echo "Fetching nats-server from Debian ($suite, ${mirror:-http://deb.debian.org/debian}) into target/nats/$wanted: some 10 MB, and lists of packages" >&2
mkdir -p "$folder/state/lists/partial" "$folder/cache/archives/partial" || exit 1
echo "deb [signed-by=$keyring] ${mirror:-http://deb.debian.org/debian} $suite main" >"$folder/sources.list"
private() {
  apt-get -q -o Dir::State="$folder/state" -o Dir::Cache="$folder/cache" -o Dir::Etc::sourcelist="$folder/sources.list" \
    -o Dir::Etc::sourceparts=/dev/null -o APT::Sandbox::User=root "$@"
}
{ private update && (cd "$folder" && private download nats-server) && dpkg -x "$folder"/nats-server_*.deb "$folder"; } >"$folder/log" 2>&1 ||
  give_up "Debian's could not be fetched: $(tail -n 1 "$folder/log")"
rm -rf "$folder/state" "$folder/cache" "$folder"/*.deb # 100 MB of lists
echo "$binary"
