//go:build linux || darwin

package e2e_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// counting is a script that counts until the file stop is there.
const counting = `i=0
while [ ! -e stop ]; do i=$((i+1)); echo "count $i"; sleep 0.05; done
echo "counted to $i"
`

// counted is the number that a counting job's pane shows last, or 0.
func (s screen) counted(name string) int {
	p := s.pane(name)
	for i := len(p.rows) - 1; i >= 0; i-- {
		if n, ok := strings.CutPrefix(p.rows[i], "count "); ok {
			v, _ := strconv.Atoi(n)
			return v
		}
	}
	return 0
}

func TestScriptsRunSideBySide(t *testing.T) {
	p := newPlace(t)
	args := []string{"run", "-j", "3"}
	script := map[string]string{"alpha.sh": counting, "beta.sh": "echo hello from beta\nexit 3\n"}
	gamma, delta := "gamma.sh", "delta.sh"
	if python() != "" {
		gamma, delta = "gamma.py", "delta.py"
		args = append(args, "--python", python())
		script[gamma] = "import os, time\nprint('hello from gamma', flush=True)\nwhile not os.path.exists('stop'): time.sleep(0.05)\n"
		script[delta] = "import sys\nprint('sum', sum(range(100000)))\nprint('to stderr', file=sys.stderr)\n"
	} else {
		script[gamma] = "echo hello from gamma\nwhile [ ! -e stop ]; do sleep 0.05; done\n"
		script[delta] = "echo sum 4999950000\necho to stderr >&2\n"
	}
	names := []string{"alpha.sh", "beta.sh", gamma, delta}
	for name, text := range script {
		p.file(name, text)
	}
	tm := p.start(size{120, 40}, append(args, names...)...)
	for name, text := range map[string]string{"alpha.sh": "count", "beta.sh": "hello from beta", gamma: "hello from gamma", delta: "sum 4999950000"} {
		tm.inPane(name, text)
	}
	tm.inPane("beta.sh", "exit 3")
	tm.inPane(delta, "to stderr")
	tm.see("2 running", "1 done", "1 failed")
	s := tm.fits()
	for _, name := range names {
		if s.pane(name).w == 0 {
			t.Errorf("no pane for %s:\n%v", name, s)
		}
	}
	first := s.counted("alpha.sh")
	tm.waitFor("a pane that follows its job", func(s screen) bool { return s.counted("alpha.sh") > first+3 })
	p.file("stop", "")
	tm.inPane("alpha.sh", "counted to")
	tm.inPane(gamma, "exit 0")
	tm.see("3 done", "1 failed")
	tm.keys("q")
	tm.ends(1)
	if j := p.shown().job(t, "beta.sh"); j.Status != "failed" || j.Reason != "exit status 3" {
		t.Errorf("read back: %+v", j)
	}
}

func TestPause(t *testing.T) {
	p := newPlace(t)
	p.file("alpha.sh", counting)
	p.file("beta.sh", counting)
	tm := p.start(size{120, 40}, "run", "-j", "2", "alpha.sh", "beta.sh")
	tm.inPane("alpha.sh", "count 3")
	tm.inPane("beta.sh", "count 3")

	tm.keys(" ")
	held := tm.inPane("alpha.sh", "paused").counted("beta.sh")
	tm.see("1 running", "1 paused")
	p.until("all processes of alpha to be stopped", func() bool { return p.stopped("alpha.sh") })
	log := p.log("alpha.sh")
	s := tm.waitFor("the other to go on", func(s screen) bool { return s.counted("beta.sh") > held+10 })
	if !s.pane("alpha.sh").has("paused") || p.stopped("beta.sh") || p.log("alpha.sh") != log {
		t.Errorf("one job is to be held, and only that:\n%v", s)
	}

	tm.keys(" ")
	tm.waitFor("the job to go on", func(s screen) bool {
		return s.counted("alpha.sh") > strings.Count(log, "\n") && !s.pane("alpha.sh").has("paused")
	})

	tm.keys("P")
	tm.see("2 paused")
	tm.unsee("1 running")
	tm.unsee("2 running")
	p.until("all processes to be stopped", func() bool { return p.stopped("alpha.sh") && p.stopped("beta.sh") })
	tm.keys("P")
	tm.see("2 running")

	p.file("stop", "")
	tm.see("2 done")
	tm.keys("q")
	tm.ends(0)
	for _, name := range []string{"alpha.sh", "beta.sh"} {
		for i, line := range strings.Split(strings.TrimSpace(p.log(name)), "\n") {
			if want := fmt.Sprintf("count %d", i+1); line != want && !strings.HasPrefix(line, "counted to ") {
				t.Fatalf("%s: line %d is %q, want %q", name, i+1, line, want)
			}
		}
	}
}

// stopped reports whether a job has processes, all of them stopped by a signal.
func (p *place) stopped(job string) bool {
	held := false
	for _, pr := range p.processes(func(pr process) bool { return pr.get("PARALLAX_JOB") == job }) {
		switch pr.state {
		case 'T':
			held = true
		case 'D': // a shell whose child was stopped between vfork and exec waits for it in the kernel
		default:
			return false
		}
	}
	return held
}

func TestCancel(t *testing.T) {
	p := newPlace(t)
	p.file("alpha.sh", "trap 'echo asked; exit 5' TERM\necho up\nwhile :; do sleep 0.02; done\n")
	p.file("stubborn.sh", "trap 'echo not yet' TERM\necho up\nwhile :; do sleep 0.02; done\n")
	p.file("gamma.sh", "trap 'echo never said' TERM\necho up\nwhile :; do sleep 0.02; done\n")
	p.file("delta.sh", "echo up; exec sleep 600\n")
	tm := p.start(size{120, 40}, "run", "-j", "4", "--grace", "2s",
		"alpha.sh", "stubborn.sh", "gamma.sh", "delta.sh", "sleep 601", "sleep 602", "sleep 603", "sleep 604")
	for _, name := range []string{"alpha.sh", "stubborn.sh", "gamma.sh", "delta.sh"} {
		tm.inPane(name, "up")
	}
	tm.keys("x")
	tm.inPane("alpha.sh", "asked")
	tm.waitFor("alpha to be cancelled", func(s screen) bool { return s.pane("alpha.sh").has("cancelled") })

	tm.keys(right)
	tm.keys("x")
	tm.inPane("stubborn.sh", "not yet")
	tm.inPane("stubborn.sh", "stopping")
	tm.waitFor("the grace to end", func(s screen) bool { return s.pane("stubborn.sh").has("cancelled") })

	tm.keys("g", right, right, "X")
	s := tm.waitFor("gamma to be killed", func(s screen) bool { return s.pane("gamma.sh").has("cancelled") })
	if s.pane("gamma.sh").has("never said") {
		t.Errorf("a job that is killed was asked:\n%v", s)
	}
	tm.see("4 running", "3 cancelled", "1 queued")
	tm.keys("C")
	tm.see("Once more does it")
	tm.keys("C")
	tm.see("8 cancelled")
	tm.keys("q")
	tm.ends(1)
	run := p.shown()
	for name, signal := range map[string]string{"alpha.sh": "", "stubborn.sh": "SIGKILL", "gamma.sh": "SIGKILL", "delta.sh": "SIGTERM", "sleep 603": "SIGTERM", "sleep 604": ""} {
		if j := run.job(t, name); j.Status != "cancelled" || j.Signal != signal {
			t.Errorf("%+v, want it cancelled by signal %q", j, signal)
		}
	}
}

func TestRestart(t *testing.T) {
	p := newPlace(t)
	p.file("alpha.sh", "echo run $PARALLAX_TRY\n")
	p.file("beta.sh", "echo run $PARALLAX_TRY; exec sleep 600\n")
	p.file("gamma.sh", "echo run $PARALLAX_TRY; [ -e well ]\n")
	p.file("delta.sh", "echo run $PARALLAX_TRY; [ -e well ]\n")
	tm := p.start(size{120, 40}, "run", "-j", "4", "alpha.sh", "beta.sh", "gamma.sh", "delta.sh")
	tm.see("1 running", "1 done", "2 failed")

	tm.keys("r")
	tm.inPane("alpha.sh", "run 2")
	tm.inPane("alpha.sh", "try 2")
	before := p.processes(func(pr process) bool { return pr.get("PARALLAX_JOB") == "beta.sh" })
	tm.keys(right)
	tm.keys("r")
	tm.see("Once more does it")
	tm.keys("r")
	tm.inPane("beta.sh", "run 2")
	after := p.processes(func(pr process) bool { return pr.get("PARALLAX_JOB") == "beta.sh" })
	if len(before) != 1 || len(after) != 1 || before[0].pid == after[0].pid {
		t.Errorf("a running job is to be ended and started anew: %v, then %v", before, after)
	}
	p.file("well", "")
	tm.keys("R")
	tm.see("1 running", "3 done")
	tm.inPane("gamma.sh", "run 2")
	tm.inPane("delta.sh", "run 2")
	tm.keys("x")
	tm.see("1 cancelled", "3 done")
	tm.keys("q")
	tm.ends(1)
	run := p.shown()
	for _, name := range []string{"alpha.sh", "beta.sh", "gamma.sh", "delta.sh"} {
		if j := run.job(t, name); j.Try != 2 {
			t.Errorf("%+v, want try 2", j)
		}
	}
}

func TestWorkersChangeLive(t *testing.T) {
	p := newPlace(t)
	p.file("job.sh", "while [ ! -e stop$1 ]; do sleep 0.02; done\n")
	tm := p.start(size{120, 40}, "run", "-j", "1", "--", "sh", "job.sh", ":::", "1", "2", "3")
	tm.see("1 running", "2 queued")
	tm.see("1 at a time")
	tm.keys("+")
	tm.see("2 running", "1 queued")
	tm.see("2 at a time")
	tm.keys("-")
	tm.see("1 at a time")
	p.file("stop1", "")
	s := tm.see("1 running", "1 done", "1 queued") // one fewer: nobody takes its place
	if !s.has("1 at a time") {
		t.Errorf("the limit is not shown:\n%v", s)
	}
	p.file("stop2", "")
	tm.see("1 running", "2 done")
	p.file("stop3", "")
	tm.see("3 done")
	tm.keys("q")
	tm.ends(0)
}
