package session

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/shirou/gopsutil/v3/cpu"

	"parallax/monitor"
	"parallax/monitor/switches"
	"parallax/runner"
	"parallax/runner/process"
)

// beat is a job that is on its core and off it in turn, and says of each time whether it was on, from when to
// when in seconds of the wall clock, and what it used meanwhile. The first and the last are off, so that
// neither start nor end is beside what is on; rests are long, so that whole cells lie in them. It is Python
// because a program with threads of its runtime's own, as Go's, spends 2 % of its time in switching.
const beat = `
import time
for i in range(11):
    on, began, before = i % 2, time.time(), time.process_time()
    if on:
        while time.process_time() - before < 0.12:
            pass
    else:
        time.sleep(0.25)
    print(on, repr(began), repr(time.time()), time.process_time() - before)
`

// phase is what a line of it says.
type phase struct {
	on       bool
	from, to time.Duration // since the start of the run
	used     time.Duration
}

// phases reads what a job said of itself.
func phases(t *testing.T, s *Session, state *runner.State, task int) []phase {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(s.Dir(), state.Tasks[task].Log))
	if err != nil {
		t.Fatal(err)
	}
	began := float64(state.Time.UnixNano()) / 1e9
	seconds := func(f float64) time.Duration { return time.Duration(f * float64(time.Second)) }
	var out []phase
	for line := range strings.Lines(string(text)) {
		var on int
		var from, to, used float64
		if _, err := fmt.Sscan(line, &on, &from, &to, &used); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		out = append(out, phase{on == 1, seconds(from - began), seconds(to - began), seconds(used)})
	}
	if len(out) != 11 {
		t.Fatalf("%d phases", len(out))
	}
	return out
}

// TestLanesAreWhatJobsDid compares the lanes of a whole run with what its jobs know of themselves: each
// bound to a core of its own, on it and off it in turn.
func TestLanesAreWhatJobsDid(t *testing.T) {
	cores, quota, _ := monitor.Usable()
	if trace, err := switches.Open(cores); err != nil {
		t.Skip(err)
	} else {
		trace.Close()
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	script := filepath.Join(dir, "beat.py")
	if err := os.WriteFile(script, []byte(beat), 0o600); err != nil {
		t.Fatal(err)
	}
	st := NewStage(t.Context(), Env{
		Root: filepath.Join(dir, "runs"), Cores: cores, Quota: quota,
		Launchers: func() map[runner.Model]runner.Launcher {
			return map[runner.Model]runner.Launcher{runner.Processes: process.New(process.Options{})}
		},
	})
	p := Plan{Workers: 2}
	for i, core := range cores[:min(2, len(cores))] {
		p.Jobs = append(p.Jobs, runner.Job{
			Name: fmt.Sprint("beat", i), Model: runner.Processes, Argv: []string{python, script}, CPUs: []int{core},
		})
	}
	before := stolen(t)
	s, err := st.Start(p)
	if err != nil {
		t.Fatal(err)
	}
	last(t, st, s.Feed)
	state, err := s.Wait()
	if err != nil || state.Count(runner.Succeeded) != len(p.Jobs) {
		t.Fatalf("%d succeeded, %v", state.Count(runner.Succeeded), err)
	}
	if tier := state.Lanes.Tier; tier != "exact" {
		t.Skipf("the lanes are %s: the machine is too busy (%s)", tier, state.Lanes.Why)
	}
	for i := range p.Jobs {
		compareWithLane(t, &state, i, phases(t, s, &state, i), stolen(t)-before)
	}
	var together, on time.Duration
	for k, d := range state.Together {
		together += d
		on += time.Duration(k) * d
	}
	if run := state.Elapsed(0); math.Abs(together.Seconds()/run.Seconds()-1) > 0.1 {
		t.Errorf("together is told of %v of a run of %v", together, run)
	}
	all, took := state.Times.Total.OnCore, stolen(t)-before // what is accounted for lacks what was stolen
	if math.Abs((on - all).Seconds()) > 0.02*all.Seconds()+took.Seconds() {
		t.Errorf("%v on cores, %v by how many were on them at once; %v were stolen", all, on, took)
	}
}

// stolen is what other machines had of all cores: a job is on a core meanwhile, and accounts for nothing.
func stolen(t *testing.T) time.Duration {
	t.Helper()
	times, err := cpu.Times(false)
	if err != nil {
		t.Fatal(err)
	}
	return time.Duration(times[0].Steal * float64(time.Second))
}

// compareWithLane compares what a job did with the lane of its core.
func compareWithLane(t *testing.T, state *runner.State, task int, did []phase, stolen time.Duration) {
	t.Helper()
	h := &state.Lanes
	var lane, used time.Duration
	for _, p := range did {
		used += p.used
	}
	for i, c := range h.Rows[task] {
		had := time.Duration(c.Ours) * h.Cell / 100
		from, to := time.Duration(i)*h.Cell, time.Duration(i+1)*h.Cell
		if from >= did[0].from && to <= did[len(did)-1].to {
			lane += had
		}
		for _, p := range did {
			if !p.on && from >= p.from && to <= p.to && had > p.used+h.Cell/20 {
				t.Errorf("task %d had %v of the cell at %v, in which it slept", task, had, from)
			}
		}
		if c.Ours > 5 && c.Task != int32(task) {
			t.Errorf("the cell at %v of the core of task %d is told to be of %d", from, task, c.Task)
		}
	}
	if (lane - used).Abs() > used/100+stolen {
		t.Errorf("task %d: %v in its lane, %v used: %.3f; %v were stolen", task, lane, used, float64(lane)/float64(used), stolen)
	}
}
