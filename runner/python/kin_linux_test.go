package python

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"parallax/runner"
)

// A script with very many processes is held and ended without its neighbours' having to wait for that.
func TestManyProcessesOfOneScriptDoNotHoldUpAnother(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a thousand processes")
	}
	b := newBench(t, newest(t, "3.12"))
	const many = 1000
	r := b.script(fmt.Sprintf("import subprocess\nsubprocess.run(['sh', '-c', 'i=0; while [ $i -lt %d ]; do sleep 1000 & i=$((i+1)); done; echo ready; wait'])", many))
	r.says("ready")
	// It looks after a child as often as it can, and says for how long it could not, in milliseconds.
	neighbour := b.script(`
import os, subprocess, time
child = subprocess.Popen(['sleep', '1000'])
worst, last, said = 0, time.monotonic(), 0
while True:
    os.waitpid(child.pid, os.WNOHANG)
    now = time.monotonic()
    worst, last = max(worst, now - last), now
    if now - said > 0.02:
        print(round(worst * 1000), flush=True)
        worst, said = 0, now
`)
	neighbour.says("\n")
	var worst, whole time.Duration
	for range 5 { // on a busy machine it may wait for a core that long, but hardly each time
		before := len(neighbour.stdout())
		began := time.Now()
		if err := r.Pause(); err != nil {
			t.Fatal(err)
		}
		r.held()
		whole = time.Since(began)
		during := len(neighbour.stdout())
		eventually(t, "the neighbour goes on", func() bool { return strings.Count(neighbour.stdout()[during:], "\n") > 2 }, neighbour.stdout)
		worst = 0
		for _, word := range strings.Fields(neighbour.stdout()[before:]) {
			var ms int
			if _, err := fmt.Sscan(word, &ms); err == nil {
				worst = max(worst, time.Duration(ms)*time.Millisecond)
			}
		}
		if err := r.Resume(); err != nil {
			t.Fatal(err)
		}
		t.Logf("held within %v, in which the neighbour could not look for %v", whole, worst)
		if worst < whole/3 {
			break
		}
	}
	if worst >= whole/3 {
		t.Errorf("it could not look for %v of %v", worst, whole)
	}
	for _, r := range []*running{r, neighbour} {
		r.stop(runner.Kill)
		r.wait()
	}
}
