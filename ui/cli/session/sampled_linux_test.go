package session

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parallax/monitor"
	"parallax/runner"
	"parallax/runner/python/which"
	"parallax/runner/python/which/whichtest"
)

// pulses is a job that is on its core and off it for times that fit no cell, and says every other millisecond
// of its own time what it has had of the core until then: so it is known to that what it had of each cell,
// also where others want its core.
const pulses = `
import time
marks = []
def mark():
    marks.append((time.time(), time.process_time()))
mark()
for i in range(5):
    for on, off in (0.03, 0.05), (0.12, 0.21), (0.06, 0.09), (0.2, 0.14):
        time.sleep(off)
        mark()
        until = time.process_time() + on
        last = 0
        while (now := time.process_time()) < until:
            if now - last >= 0.002:
                mark()
                last = now
        mark()
time.sleep(0.3)
mark()
for wall, cpu in marks:
    print(repr(wall), repr(cpu))
`

// mark is what a line of it says: what it had had of cores by then.
type mark struct{ at, had time.Duration }

// marks reads what a job said of itself.
func marks(t *testing.T, got told, task int) []mark {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(got.dir, got.state.Tasks[task].Log))
	if err != nil {
		t.Fatal(err)
	}
	began := float64(got.state.Time.UnixNano()) / 1e9
	var out []mark
	for line := range strings.Lines(string(text)) {
		var wall, cpu float64
		if _, err := fmt.Sscan(line, &wall, &cpu); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		out = append(out, mark{time.Duration((wall - began) * float64(time.Second)), time.Duration(cpu * float64(time.Second))})
	}
	if len(out) < 100 {
		t.Fatalf("%d marks", len(out))
	}
	return out
}

// cells is what a job had of each cell that lies wholly in what it told of, and which the first of them is.
func cells(did []mark, length time.Duration) (had []time.Duration, first int) {
	first = int((did[0].at + length - 1) / length)
	had = make([]time.Duration, max(int(did[len(did)-1].at/length)-first, 0))
	for i, m := range did[1:] {
		from, on := did[i], m.had-did[i].had
		for c := range had {
			begin := time.Duration(first+c) * length
			if part := min(begin+length, m.at) - max(begin, from.at); part > 0 {
				had[c] += time.Duration(float64(on) * float64(part) / float64(m.at-from.at))
			}
		}
	}
	return had, first
}

// off is what was told of one job beside what is true.
type off struct {
	used, lane, bars time.Duration
	misplaced        float64 // the share of its time that lies in cells in which it did not have it
}

// misplaced compares the lane of a job's core, which nobody else of the run had, and its time bar with what
// it did.
func misplaced(t *testing.T, got told, task int) off {
	t.Helper()
	h := &got.state.Lanes
	truth, first := cells(marks(t, got, task), h.Cell)
	var out off
	var wrong time.Duration
	for i, had := range truth {
		c := h.Rows[task][first+i]
		if c.Ours > 0 && c.Task != int32(task) {
			t.Errorf("the cell at %v of the core of task %d is told to be of %d", time.Duration(first+i)*h.Cell, task, c.Task)
		}
		told := time.Duration(c.Ours) * h.Cell / 100
		out.used, out.lane = out.used+had, out.lane+told
		wrong += max(told-had, 0)
	}
	out.misplaced = wrong.Seconds() / out.used.Seconds()
	for _, s := range got.samples {
		for _, ts := range s.Tasks {
			if ts.Task == task {
				out.bars += ts.OnCore
			}
		}
	}
	return out
}

// TestSampledLanesAreNearlyWhatJobsDid holds what is told of jobs that are bound to a core each, where switches
// are not recorded, against what they know of themselves. Of a machine that is so busy that looks come
// late the best of some runs counts.
func TestSampledLanesAreNearlyWhatJobsDid(t *testing.T) {
	const tries, most = 3, 0.11
	py := whichtest.Few(t, func(p which.Python) error {
		if !p.AtLeast("3.8") {
			return fmt.Errorf("it is too old for the script")
		}
		return nil
	})[0]
	script := scripted(t, "pulses.py", pulses, runner.Processes)[0].Script
	cores, _, _ := monitor.Usable()
	var jobs []runner.Job
	for i, core := range cores[:min(2, len(cores))] {
		jobs = append(jobs, runner.Job{
			Name: fmt.Sprint("pulses", i), Model: runner.Processes, Argv: []string{py.Path, script}, CPUs: []int{core},
		})
	}
	for try := 1; ; try++ {
		before := stolen(t)
		got := wholly(t, monitor.Sampled, py, jobs, nil)
		lost, good := stolen(t)-before, true
		for i := range jobs {
			o := misplaced(t, got, i)
			t.Logf("%s: task %d used %v: %v in its lane, %v in its bar, %.1f %% of it misplaced; %v were stolen",
				got.state.Lanes.Tier, i, o.used, o.lane, o.bars, 100*o.misplaced, lost)
			used := got.state.Tasks[i].Stats.Total.OnCore // by the system's account
			good = good && o.misplaced <= most && (o.lane-o.used).Abs() <= o.used/50+lost && (o.bars-used).Abs() <= used/50+lost
		}
		if good {
			return
		}
		if try == tries {
			t.Fatalf("more than %.0f %% of a job's time was misplaced, or lost, in each of %d runs", 100*most, tries)
		}
	}
}
