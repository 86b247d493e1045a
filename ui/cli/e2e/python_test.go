//go:build linux || darwin

package e2e_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"parallax/runner/python/which"
)

// holding is a Python that can hold one of the scripts that run in it, or "".
var holding = sync.OnceValue(func() string {
	for _, p := range which.All() {
		if p.PausesThreads() && p.GIL {
			return p.Path
		}
	}
	return ""
})

// crunching counts, busy all the time, until the file stop is there.
const crunching = `import os

def crunch():
    return sum(i * i for i in range(30_000))

n = 0
while not os.path.exists("stop"):
    n += 1
    crunch()
    print("count", n, flush=True)
print("counted to", n)
`

// Four scripts that keep a core busy, in any model: one is held, and the others go on; it goes on where
// it was; it says where it is; one is cancelled.
func fourScripts(t *testing.T, model string) {
	if holding() == "" {
		t.Skip("no Python 3.12 or later was found")
	}
	p := newPlace(t)
	names := []string{"alpha.py", "beta.py", "gamma.py", "delta.py"}
	for _, name := range names {
		p.file(name, crunching)
	}
	tm := p.start(size{140, 44}, append([]string{"run", "-j", "4", "--as", model, "--python", holding()}, names...)...)
	for _, name := range names {
		tm.waitFor(name+" to count", func(s screen) bool { return s.counted(name) > 3 })
	}
	tm.see("4 running", strings.ToUpper(model))

	tm.keys(" ")
	tm.waitFor("alpha to be held", func(s screen) bool { return s.pane("alpha.py").has("paused") })
	tm.see("3 running", "1 paused")
	s, log := tm.screen(), p.log("alpha.py")
	for _, name := range names[1:] {
		tm.waitFor(name+" to go on", func(now screen) bool { return now.counted(name) > s.counted(name)+5 })
	}
	if now := p.log("alpha.py"); now != log {
		t.Errorf("a job that is held goes on: it wrote %q", strings.TrimPrefix(now, log))
	}

	tm.keys(" ")
	tm.waitFor("alpha to go on", func(s screen) bool {
		return s.counted("alpha.py") > strings.Count(log, "\n") && !s.pane("alpha.py").has("paused")
	})

	tm.keys("s")
	where := "in <module>"
	if model == "processes" { // of which the system tells less
		where = "stack"
	}
	tm.waitFor("alpha's stack over all panes", func(s screen) bool {
		return s.has("alpha.py", where) && s.pane("delta.py").w == 0
	})
	tm.keys(esc)
	tm.waitFor("the panes", func(s screen) bool { return s.pane("alpha.py").w > 0 && s.pane("delta.py").w > 0 })

	tm.keys(right, "x")
	tm.waitFor("beta to be cancelled", func(s screen) bool { return s.pane("beta.py").has("cancelled") })
	tm.see("3 running", "1 cancelled")
	s = tm.screen()
	for _, name := range []string{"alpha.py", "gamma.py", "delta.py"} {
		tm.waitFor(name+" to go on", func(now screen) bool { return now.counted(name) > s.counted(name) })
	}
	p.file("stop", "")
	tm.see("3 done", "1 cancelled")
	tm.keys("q")
	tm.ends(1)
	p.counts(names)
}

// counts checks that each job has said each number once.
func (p *place) counts(names []string) {
	p.t.Helper()
	for _, name := range names {
		for i, line := range strings.Split(strings.TrimSpace(p.log(name)), "\n") {
			if want := fmt.Sprintf("count %d", i+1); line != want {
				if !strings.HasPrefix(line, "counted to ") && name != "beta.py" {
					p.t.Errorf("%s: line %d is %q, want %q", name, i+1, line, want)
				}
				break
			}
		}
	}
}

func TestFourScriptsAsThreads(t *testing.T)   { fourScripts(t, "threads") }
func TestFourScriptsAsProcesses(t *testing.T) { fourScripts(t, "processes") }
