#!/bin/sh
# cache.sh: prints the folder of Maven's cache. It asks Maven, because settings.xml, MAVEN_OPTS, .mvn and MAVEN_ARGS may each
# name another folder. cache.xml is the project that it asks about.
said=$(mvn -B -X -o -f "$(dirname "$0")/cache.xml" validate 2>/dev/null | sed -n 's/.*Using local repository at //p' | head -n 1)
echo "${said:-${HOME:-}/.m2/repository}"
