#!/bin/sh
# A progress bar as curl, pip and apt draw it: one line that is written again and again after a
# carriage return. A pane shows the line as a terminal would, not two hundred lines.
#
#     sh progress.sh [SECONDS A STEP]
set -eu

pace=${1:-0.05}
bar=
for percent in 5 10 15 20 25 30 35 40 45 50 55 60 65 70 75 80 85 90 95 100; do
	sleep "$pace"
	bar="$bar#"
	printf '\r[%-20s] %3d %%' "$bar" "$percent"
done
printf '\nall there\n'
