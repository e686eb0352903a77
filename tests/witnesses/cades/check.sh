#!/bin/sh
# Ask the European Commission's DSS about a CMS, an ASiC container or a PDF: sh tests/witnesses/cades/check.sh FILE [CONTENT]
# Needs a JDK (17 or later) and Maven, which fetches DSS (about 20 MB) the first time.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
classpath=$(sh "$here/../build.sh" "$here/pom.xml" "$here/CadesWitness.java")
java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "$classpath" CadesWitness "$@"
