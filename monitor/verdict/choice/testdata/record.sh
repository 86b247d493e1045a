#!/bin/sh
# Records comparisons of five kinds of jobs anew: record.sh quiet, on a machine on which nothing else runs, or
# record.sh loaded, which keeps all cores busy meanwhile; only some with record.sh quiet sleepers short. It takes
# about six minutes and needs go and jq. PYTHON is what the jobs run with (3.13.0).
set -eu
how=$1
shift
only="$*"
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
busy=
trap 'kill $busy 2>/dev/null || true; rm -rf "$work"' EXIT
(cd "$here" && go build -o "$work/parallax" parallax)
export XDG_STATE_HOME="$work/state"

if [ "$how" = loaded ]; then
	for _ in $(seq "$(nproc)"); do
		while :; do :; done &
		busy="$busy $!"
	done
fi

# record NAME JOBS compares so many jobs that run standard input.
record() {
	cat >"$work/$1.py"
	case " ${only:-$1} " in *" $1 "*) ;; *) return ;; esac
	(cd "$work" && ./parallax compare --json --quiet --python "${PYTHON:-3.13.0}" --rounds 5 --name "$1-$how" -- "$1.py" {} ::: $(seq "$2") |
		tail -n 1 | jq -r '.headline')
	"$here/cut.sh" "$(ls -d "$work"/state/parallax/comparisons/*/ | tail -n 1)" "$1-$how"
}

record primes 4 <<'EOF'
n = 0
for i in range(2, 80_000):
    n += all(i % k for k in range(2, int(i**0.5) + 1))
print(n)
EOF
record sleepers 4 <<'EOF'
import time
for i in range(10):
    time.sleep(0.04)
EOF
record sha256 4 <<'EOF'
import hashlib
b = bytes(16 << 20)
for i in range(30):
    h = hashlib.sha256(b)
print(h.hexdigest())
EOF
record mixed-many 8 <<'EOF'
import time
for i in range(4):
    n = 0
    for k in range(600_000):
        n += k * k
    time.sleep(0.06)
print(n)
EOF
record short 40 <<'EOF'
n = 0
for i in range(60_000):
    n += i * i
print(n)
EOF
