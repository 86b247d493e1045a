//go:build linux || darwin

package e2e_test

import (
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// family is a script whose child stays in its group.
const family = "sh -c 'echo child; exec sleep 600' &\necho parent\nwait\n"

func TestQuitAsksWhileJobsRun(t *testing.T) {
	p := newPlace(t)
	p.file("family.sh", family)
	p.file("beta.sh", counting)
	tm := p.start(size{120, 40}, "run", "-j", "2", "family.sh", "beta.sh", "echo never")
	tm.inPane("family.sh", "child")
	first := tm.inPane("beta.sh", "count").counted("beta.sh")

	tm.keys("q")
	tm.see("2 jobs are running, 1 job is queued")
	tm.keys("s")
	tm.unsee("2 jobs are running, 1 job is queued")
	tm.waitFor("the jobs to go on", func(s screen) bool { return s.counted("beta.sh") > first+2 })
	tm.fits()

	tm.keys("q")
	tm.see("cancel and quit")
	tm.keys("c")
	tm.ends(1)
	run := p.shown()
	for _, j := range run.Jobs {
		if j.Status != "cancelled" {
			t.Errorf("%+v, want it cancelled", j)
		}
	}
}

func TestInterruptTwiceQuits(t *testing.T) {
	p := newPlace(t)
	p.file("family.sh", family)
	tm := p.start(size{100, 30}, "run", "family.sh")
	tm.inPane("family.sh", "child")
	tm.keys(ctrlC)
	tm.see("cancel and quit")
	tm.keys(ctrlC)
	tm.ends(130)
}

func TestInterruptKillsWhatStays(t *testing.T) {
	p := newPlace(t)
	p.file("stubborn.sh", "trap '' TERM; echo up; while :; do sleep 0.02; done\n")
	tm := p.start(size{100, 30}, "run", "--grace", "1h", "stubborn.sh")
	tm.inPane("stubborn.sh", "up")
	tm.keys("q")
	tm.see("cancel and quit")
	tm.keys("c")
	tm.see("ending 1 job")
	tm.keys(ctrlC)
	tm.ends(1)
}

func TestQuitWhenAllIsOver(t *testing.T) {
	for _, c := range []struct {
		job    string
		status int
		key    string
	}{{"echo fine", 0, "q"}, {"exit 4", 1, "q"}, {"true", 0, ctrlC}} {
		t.Run(c.job, func(t *testing.T) {
			p := newPlace(t)
			tm := p.start(size{80, 24}, "run", c.job)
			tm.waitFor("the end", func(s screen) bool { return s.has("1 done") || s.has("1 failed") })
			tm.keys(c.key)
			tm.ends(c.status)
		})
	}
}

func TestWrongUsageDrawsNothing(t *testing.T) {
	p := newPlace(t)
	tm := p.start(size{80, 24}, "run", "-j", "0", "missing.py")
	if got := tm.wait().ExitCode(); got != 2 {
		t.Errorf("exit status %d", got)
	}
	if err := tm.restored(); err != nil {
		t.Error(err)
	}
	if raw := string(tm.written()); strings.Contains(raw, "\x1b[") || !strings.Contains(raw, "missing.py") || !strings.Contains(raw, "-j") {
		t.Errorf("written: %q", raw)
	}
}

func TestSignalsEndEverything(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(sig.String(), func(t *testing.T) {
			p := newPlace(t)
			p.file("family.sh", family)
			tm := p.start(size{100, 30}, "run", "-j", "2", "family.sh", "while :; do echo busy; done")
			tm.inPane("family.sh", "child")
			tm.see("busy")
			tm.signal(sig)
			tm.ends(128 + int(sig))
		})
	}
}

func TestTheTerminalGoesAway(t *testing.T) {
	p := newPlace(t)
	p.file("family.sh", family)
	tm := p.start(size{100, 30}, "run", "family.sh")
	tm.inPane("family.sh", "child")
	tm.slave.Close()
	tm.master.Close()
	tm.wait()
	if err := p.gone(nil, patience/4); err != nil {
		t.Error(err)
	}
	if j := p.shown().job(t, "family.sh"); j.Status != "cancelled" {
		t.Errorf("%+v, want it cancelled", j)
	}
}

func TestKilledProgramTakesItsJobsAlong(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells the jobs of a program that it has died")
	}
	p := newPlace(t)
	p.file("family.sh", family)
	p.file("stubborn.sh", "trap '' TERM HUP INT; sh -c 'echo child; while :; do sleep 0.05; done' & while :; do sleep 0.05; done\n")
	tm := p.start(size{100, 30}, "run", "-j", "3", "family.sh", "stubborn.sh", "exec sleep 601")
	tm.inPane("family.sh", "child")
	tm.inPane("stubborn.sh", "child")
	tm.see("3 running")
	if got := len(p.processes(nil)); got < 6 {
		t.Fatalf("%d processes, want at least 6: the check sees too few", got)
	}
	tm.signal(syscall.SIGKILL)
	tm.wait()
	if err := p.gone(nil, 2*time.Second); err != nil {
		t.Error(err)
	}
	if run := p.shown(); len(run.Jobs) != 3 {
		t.Errorf("read back: %+v", run)
	}
}
