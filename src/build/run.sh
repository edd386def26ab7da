#!/bin/sh
# Becomes the server, so that signals reach it. PORT=… is short for PUSH_PORT=….
if [ -n "${PORT:-}" ]; then export PUSH_PORT="$PORT"; fi
exec "$JAVA_HOME/bin/java" @src/build/server.flags -jar target/streaming-push-kit.jar
