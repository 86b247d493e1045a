//go:build unix

package python

import (
	"testing"

	"parallax/runner/python/which"
)

// Code of a script may run while the host writes: from 3.12 on a finalizer does, where the collector
// comes. A profiler stands for one here, which is sure to come there.
func TestWhatRunsWhileTheHostWritesMayStartThreads(t *testing.T) {
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		neighbour := b.script(sleeper)
		neighbour.says("ready")
		r := b.script(`
import os, sys, threading
started = []
def look(frame, event, arg):
    if event == 'c_call' and arg.__name__ == 'sendall' and not started:
        started.append(threading.Thread(target=print, args=('started',)))
        started[0].start()
sys.setprofile(look)
os.closerange(3, 4)  # of which the host warns
sys.setprofile(None)
started[0].join()
`)
		if exit := r.wait(); exit.Code != 0 || r.stdout() != "started\n" {
			t.Errorf("%+v %q\n%s", exit, r.stdout(), r.stderrText())
		}
		if text, err := neighbour.Stack(); err != nil || text == "" {
			t.Errorf("%q %v", text, err)
		}
	})
}
