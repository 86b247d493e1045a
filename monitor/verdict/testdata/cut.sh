#!/bin/sh
# Cuts a run's folder down to what the tests of the advice need: cut.sh FOLDER NAME [SECONDS]
# makes the folder NAME beside this file, of the first SECONDS if given. It needs jq.
set -eu
cd "$(dirname "$0")"
mkdir -p "$2"
jq -c '{format, id, name, started, host: {os: .host.os, cores: .host.cores, quota: .host.quota}, settings, tasks, jobs}' \
	"$1/run.json" >"$2/run.json"
jq -c --argjson until "${3:-1e9}" 'select(.type != "advised" and .t <= $until) |
	del(.lanes, .gils, .label, .log, .birth, .merged, .host.log?, .exit.usage.voluntary?, .exit.usage.involuntary?)' \
	"$1/events.ndjson" >"$2/events.ndjson"
