#!/bin/sh
# What a build looks like: stages that take a while, and a helper that runs beside them.
#
#     sh build.sh [SECONDS A STAGE]
#
# The helper is a child process of its own. Pausing the job holds it too, cancelling ends it too,
# for signals go to the whole process group.
set -eu

pace=${1:-0.5}
out=$(mktemp -d)
helper=
tidy() {
	if [ -n "$helper" ]; then kill "$helper" 2>/dev/null || true; fi
	rm -rf "$out"
}
trap tidy EXIT
trap 'echo "build: told to stop"; exit 143' TERM INT

# The helper: says now and then that it is alive, as a watcher or a cache server would.
(while sleep "$pace"; do echo "  helper: $(ls "$out" | wc -l) files made"; done) &
helper=$!

stage() {
	echo "== $1"
	shift
	for file; do
		sleep "$pace"
		echo "$file" >"$out/$file"
		echo "   $file"
	done
}

stage "generate" parser.c tables.c
stage "compile" main.o parser.o tables.o
stage "link" program
echo "build: done, $(ls "$out" | wc -l) files"
