#!/bin/sh
# Ask the European Commission's DSS about a CMS, an ASiC container or a PDF: sh tests/witnesses/cades/check.sh FILE [CONTENT]
# Needs a JDK (17 or later) and Maven, which fetches DSS (about 20 MB) the first time.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mvn -q -B -Dstyle.color=never -f "$here/pom.xml" dependency:build-classpath -Dmdep.outputFile="$work/classpath" >&2
javac -d "$work" -cp "$(cat "$work/classpath")" "$here/CadesWitness.java"
java -cp "$work:$(cat "$work/classpath")" CadesWitness "$@"
