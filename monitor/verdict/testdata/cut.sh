#!/bin/sh
# Cuts a run's folder down to what the tests of the advice need: cut.sh FOLDER NAME
# makes the folder NAME beside this file. It needs jq.
set -eu
cd "$(dirname "$0")"
mkdir -p "$2"
jq '{format, id, name, started, host: {os: .host.os, cores: .host.cores, quota: .host.quota}, settings, tasks, jobs}' \
	"$1/run.json" >"$2/run.json"
jq -c 'select(.type != "advised") | del(.lanes, .gils, .label, .log, .birth, .merged, .host.log?)' \
	"$1/events.ndjson" >"$2/events.ndjson"
