#!/bin/sh
# progress.sh [-l] LABEL COMMAND…
# Runs a command and hides its output. Prints the label, a sign of life after every ten seconds of silence, and the whole
# output if the command fails. With -l (for Maven) it shows the important lines immediately.
set -u
live=
[ "$1" = -l ] && live=1 && shift
label=$1
shift
dir=$(mktemp -d "${TMPDIR:-/tmp}/push.XXXXXX") || exit 1
log=$dir/log
: >"$log"
began=$(date +%s)
ticker=
clean() { [ -n "$ticker" ] && kill "$ticker" 2>/dev/null; rm -rf "$dir"; }
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

tick() {
  silent=0 before=
  while sleep 1 </dev/null >/dev/null 2>&1; do
    size=$(wc -c <"$dir/shown" 2>/dev/null)
    if [ "$size" != "$before" ]; then before=$size silent=0; else silent=$((silent + 1)); fi
    [ "$silent" -ge 10 ] || continue
    silent=0
    echo "  … $(($(date +%s) - began)) s  $(grep . "$log" | tail -n 1 | cut -c 1-90)"
  done
}

worth() { # passes the important lines of Maven's output; in the shell, because some awks wait for a full buffer
  while IFS= read -r line; do
    case $line in
      "[INFO] Running "* | "[INFO] Tests run"*) printf '%s\n' "${line#"[INFO] "}" ;;
      *"sun.misc.Unsafe"* | "WARNING: Please consider reporting"*) ;; # of Maven itself, on newer JDKs
      *"[INFO]"* | '' | "Running "* | "Tests run"*) ;;
      "[ERROR] " | "[ERROR] To see the full"* | "[ERROR] Re-run Maven"* | "[ERROR] For more information"*) ;;
      "[ERROR] [Help 1]"* | "[ERROR] -> [Help 1]"*) ;;
      *) printf '%s\n' "$line" ;;
    esac
  done
}

echo "$label …"
: >"$dir/shown"
tick &
ticker=$!
if [ -n "$live" ]; then
  { "$@" 2>&1; echo $? >"$dir/status"; } | tee "$log" | worth | tee "$dir/shown"
  status=$(cat "$dir/status")
else
  "$@" >"$log" 2>&1 </dev/null
  status=$?
  [ "$status" -eq 0 ] || cat "$log" >&2
fi
if [ "$status" -ne 0 ] && grep -qE 'Could not (transfer|find) artifact|in offline mode|was not found in .* during a previous attempt' "$log"; then
  echo "Maven lacks something and could not fetch it. With a network, 'make offline' fills its cache once, and then everything works without." >&2
fi
exit "$status"
