#!/bin/sh
# Becomes the server, so that signals reach it. PORT=… is short for PUSH_PORT=…. STEP=05 starts the server at the end of
# lesson 05, and STEP=workshop the learner's own.
if [ -n "${PORT:-}" ]; then export PUSH_PORT="$PORT"; fi
if [ -n "${STEP:-}" ]; then exec sh src/build/coach.sh run; fi
exec "$JAVA_HOME/bin/java" @src/build/server.flags $(sh src/build/archive.sh option) -jar target/streaming-push-kit.jar
