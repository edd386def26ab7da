#!/bin/sh
# Becomes the server, so that signals reach it. PORT=… is short for PUSH_PORT=…. STEP=05 starts the server at the end of
# lesson 05, and STEP=workshop the learner's own.
port=${PORT:-${PUSH_PORT:-0}}
case $port in *[!0-9]* | ??????*) port=65536 ;; esac
if [ "$port" -gt 65535 ]; then
  echo "PORT=${PORT:-$PUSH_PORT} is not a port: give a number from 0 to 65535" >&2
  exit 2
fi
if [ -n "${PORT:-}" ]; then export PUSH_PORT="$PORT"; fi
if [ -n "${STEP:-}" ]; then exec sh src/build/coach.sh run; fi
exec "$JAVA_HOME/bin/java" @src/build/server.flags $(sh src/build/archive.sh option) -jar target/streaming-push-kit.jar
