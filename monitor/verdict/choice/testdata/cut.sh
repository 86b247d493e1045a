#!/bin/sh
# Cuts the folder of a comparison down to what the tests of the verdict need: cut.sh FOLDER NAME
# makes the folder NAME beside this file. It needs jq.
set -eu
cd "$(dirname "$0")"
mkdir -p "$2"
jq -c 'if .type == "comparison"
	then .comparison |= {format, id, kind, title: $name, started, cwd: "", host: {cores: .host.cores, quota: .host.quota},
		memory_bytes, free_memory_bytes, python, lanes, jobs: [.jobs[] | {name, limits: {}}], ways}
	elif .type == "trial" then .trial.run = ""
	else . end' --arg name "$2" "$1/comparison.ndjson" >"$2/comparison.ndjson"
