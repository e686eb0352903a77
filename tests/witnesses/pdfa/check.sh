#!/bin/sh
# Ask veraPDF whether files are PDF/A-3b: sh tests/witnesses/pdfa/check.sh FILE.pdf... (1b=FILE.pdf: PDF/A-1b, and so on)
# Needs a JDK (17 or later) and Maven, which fetches veraPDF's library (about 5 MB) the first time.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mvn -q -B -Dstyle.color=never -f "$here/pom.xml" dependency:build-classpath -Dmdep.outputFile="$work/classpath" >&2
javac -d "$work" -cp "$(cat "$work/classpath")" "$here/PdfaWitness.java"
java -cp "$work:$(cat "$work/classpath")" PdfaWitness "$@"
