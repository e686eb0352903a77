#!/bin/sh
# Build a witness in Java and print its class path: sh tests/witnesses/build.sh POM SOURCE.java...
# It is built once for all who ask, below build/java; Maven fetches what it needs the first time.
set -eu
all=$(cd "$(dirname "$0")/../.." && pwd)/build/java
kept=$all/$(cat "$@" | sha256sum | cut -c 1-16)
pom=$1
shift
mkdir -p "$all"
exec 9>"$kept.lock"
flock 9  # another test may be building it
if ! [ -d "$kept" ] || ! [ -f "$(cut -d : -f 1 "$kept/maven")" ]; then
    work=$(mktemp -d "$all/XXXXXX")
    mvn -q -B -Dstyle.color=never -f "$pom" dependency:build-classpath -Dmdep.outputFile="$work/maven" >&2
    javac -d "$work" -cp "$(cat "$work/maven")" "$@"
    rm -rf "$kept"
    mv "$work" "$kept"
fi
echo "$kept:$(cat "$kept/maven")"
