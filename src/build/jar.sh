#!/bin/sh
# jar.sh MODULE JAR [FLAG…]: builds target/JAR from src/MODULE. Maven writes the jar under another name, and a rename puts it
# in place: a server that runs keeps the file from which it still loads classes.
set -u
module=$1 jar=$2
shift 2
new=$PWD/target/new
sh "$(dirname "$0")/progress.sh" "Building target/$jar" \
  mvn -B -Dmaven.test.skip=true -Djar.dir="$new" "$@" -pl "src/$module" -am package &&
  mv -f "$new/$jar" "target/$jar" && touch "target/$jar"
