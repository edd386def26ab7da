#!/bin/sh
# cache.sh: prints the folder where Maven keeps what it has fetched. Maven itself is asked, for settings.xml, MAVEN_OPTS,
# .mvn and MAVEN_ARGS may each name another one; cache.xml is there to be asked about.
said=$(mvn -B -X -o -f "$(dirname "$0")/cache.xml" validate 2>/dev/null | sed -n 's/.*Using local repository at //p' | head -n 1)
echo "${said:-${HOME:-}/.m2/repository}"
