#!/bin/sh
# Ask veraPDF whether files are PDF/A-3b: sh tests/witnesses/pdfa/check.sh FILE.pdf... (1b=FILE.pdf: PDF/A-1b, and so on)
# Needs a JDK (17 or later) and Maven, which fetches veraPDF's library (about 5 MB) the first time.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
classpath=$(sh "$here/../build.sh" "$here/pom.xml" "$here/PdfaWitness.java")
java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "$classpath" PdfaWitness "$@"
