package session

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"parallax/monitor"
	"parallax/monitor/switches"
	"parallax/monitor/switches/switchestest"
	"parallax/monitor/verdict"
	"parallax/runner"
	"parallax/runner/goroutine"
	"parallax/runner/journal"
	"parallax/runner/process"
	"parallax/runner/python"
	"parallax/runner/python/which"
	"parallax/runner/python/which/whichtest"
)

// told is what a whole run has told.
type told struct {
	state   runner.State
	samples []runner.Sampled
	advice  []runner.Advised
	kept    runner.State // as it can be read from the journal
	dir     string       // the run's folder
}

// wholly runs jobs with all that a run has, measured no finer than a tier, and returns all that was told of
// them. see, if any, is called for each event as it comes.
func wholly(t *testing.T, finest monitor.Tier, py which.Python, jobs []runner.Job, see func(*Session, runner.Event)) told {
	t.Helper()
	cores, quota, _ := monitor.Usable()
	st := NewStage(t.Context(), Env{
		Root: filepath.Join(t.TempDir(), "runs"), Cores: cores, Quota: quota, Finest: finest,
		Launchers: func() map[runner.Model]runner.Launcher {
			all := python.Models(python.Options{Python: py.Path, Processes: process.New(process.Options{})})
			all[runner.Processes] = process.New(process.Options{Python: func(runner.Job) (string, error) { return py.Path, nil }})
			all[runner.Goroutines] = goroutine.New()
			return all
		},
	})
	s, err := st.Start(Plan{Workers: len(jobs), Jobs: jobs, Live: see != nil})
	if err != nil {
		t.Fatal(err)
	}
	var out told
	for over := false; !over; {
		select {
		case <-s.Feed.Ready():
		case <-st.Whole().Done():
			t.Fatalf("the run broke off: %v", st.Wait())
		}
		for _, ev := range s.Feed.Take() {
			switch ev := ev.(type) {
			case runner.Sampled:
				out.samples = append(out.samples, ev)
			case runner.Advised:
				out.advice = append(out.advice, ev)
			case runner.RunEnded:
				over = true
			}
			if see != nil {
				see(s, ev)
			}
		}
	}
	if out.state, err = s.Wait(); err != nil || out.state.Count(runner.Succeeded) != len(jobs) {
		t.Fatalf("%d succeeded, %v: %s", out.state.Count(runner.Succeeded), err, out.state.Tasks[0].Reason)
	}
	kept, err := journal.Load(s.Dir())
	if err != nil {
		t.Fatal(err)
	}
	out.kept, out.dir = kept.State, s.Dir()
	return out
}

// scripted are jobs that run a script, named by their models.
func scripted(t *testing.T, name, text string, models ...runner.Model) []runner.Job {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var jobs []runner.Job
	for _, m := range models {
		jobs = append(jobs, runner.Job{Name: string(m), Model: m, Script: path})
	}
	return jobs
}

// computes is Python that has used a core for two seconds of the clock, whoever else did.
const computes = "import time\nend = time.monotonic() + 2\nn = 0\nwhile time.monotonic() < end:\n    for i in range(1000): n += i\n"

// coarser is a machine, or a wish, and what is told under it.
type coarser struct {
	name    string
	finest  monitor.Tier
	refused unix.Errno // what recording of switches is answered with
	tier    string     // how lanes are called
	why     string     // part of why
	waits   bool       // waiting for a core is told
	named   bool       // lanes tell whose time it is
}

// TestCoarserTiersSayWhatTheyCannotTell runs Python threads and a process where the machine offers less, or
// less was asked for: all goes on as ever, what is not known is in its neighbour and never 0, and lanes
// and journal say how coarse they are and why.
func TestCoarserTiersSayWhatTheyCannotTell(t *testing.T) {
	waits := monitor.Host().WaitCore
	for _, c := range []coarser{
		{name: "paranoid", refused: unix.EACCES, tier: "sampled", why: "perf_event", waits: waits, named: true},
		{name: "sampled", finest: monitor.Sampled, tier: "sampled", why: "PARALLAX_LANES=sampled", waits: waits, named: true},
		{name: "no schedstat", finest: monitor.Ticks, tier: "10 ms ticks", why: "PARALLAX_LANES=ticks", named: true},
		{name: "load", finest: monitor.Load, tier: "per-core load only", why: "PARALLAX_LANES=load"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.refused != 0 {
				switchestest.Refuse(t, c.refused)
			}
			py := whichtest.Few(t, which.Python.Threads)[0]
			got := wholly(t, c.finest, py, scripted(t, "a.py", computes, runner.Threads, runner.Threads, runner.Processes), nil)
			c.lanes(t, got)
			c.times(t, got)
			if l := got.state.Locks; len(l) != 1 || l[0].Mean.Waiting < 0 || py.AtLeast("3.13") && l[0].Mean.Held <= 0 { // how many wait depends on who else has the cores
				t.Errorf("gauges: %+v", l)
			}
		})
	}
}

// lanes looks at what is told of the cores.
func (c coarser) lanes(t *testing.T, got told) {
	t.Helper()
	h := &got.state.Lanes
	if !strings.Contains(h.Tier, c.tier) || !strings.Contains(h.Why, c.why) {
		t.Errorf("the lanes are called %q (%q)", h.Tier, h.Why)
	}
	if kept := &got.kept.Lanes; kept.Tier != h.Tier || kept.Why != h.Why {
		t.Errorf("the journal calls them %q (%q)", kept.Tier, kept.Why)
	}
	busy, named := 0, 0
	for _, row := range h.Rows {
		for _, cell := range row {
			if cell.Load > 0 {
				busy++
			}
			if cell.Task >= 0 {
				named++
			}
		}
	}
	if busy == 0 || (named > 0) != c.named {
		t.Errorf("%d cells are busy, %d tell by whom", busy, named)
	}
	for _, s := range got.samples {
		if n := len(s.Lanes.Rows); s.Together != nil || n > 0 && s.Lanes.Cell != runner.CoarseCell {
			t.Fatalf("finer than it can be: cells of %v, together %v", s.Lanes.Cell, s.Together)
		}
	}
}

// times looks at what is told of the tasks.
func (c coarser) times(t *testing.T, got told) {
	t.Helper()
	for i := range got.state.Tasks {
		split := got.state.Tasks[i].Stats.Total
		if kept := got.kept.Tasks[i].Stats.Total; (kept.WaitCore >= 0) != c.waits {
			t.Errorf("task %d: the journal has %+v", i, kept)
		}
		share := verdict.Shares(split)
		if (split.WaitCore >= 0) != c.waits || share.WaitKnown != c.waits || split.OnCore <= 0 {
			t.Errorf("task %d: %+v", i, split)
		}
		if label := map[bool]string{true: "blocked", false: "waiting or blocked"}[c.waits]; share.BlockedLabel() != label {
			t.Errorf("task %d: the rest is called %q", i, share.BlockedLabel())
		}
		if sum := share.OnCore + share.WaitCore + share.WaitGIL + share.Blocked; sum < 0.999 || sum > 1.001 {
			t.Errorf("task %d: parts of %v", i, sum)
		}
		if c.named && split.WaitGIL < 0 { // two looks a second may take it for no Python at first
			t.Errorf("task %d: waiting for the GIL is unknown", i)
		}
	}
	said := slices.ContainsFunc(got.advice, func(a runner.Advised) bool {
		return a.Code == "coarse-times" && strings.Contains(a.Text, "waiting for a core is not told from being blocked")
	})
	if said == c.waits {
		t.Errorf("said %v of times that are coarse, in %+v", said, got.advice)
	}
}

// recorded skips a test where context switches cannot be recorded.
func recorded(t *testing.T) {
	t.Helper()
	cores, _, _ := monitor.Usable()
	trace, err := switches.Open(cores)
	if err != nil {
		t.Skip(err)
	}
	trace.Close()
}

// The finest tier tells what the coarser ones do not: else the test above would hold of anything.
func TestTheFinestTierTellsAll(t *testing.T) {
	recorded(t)
	py := whichtest.Few(t, which.Python.Threads)[0]
	got := wholly(t, monitor.Exact, py, scripted(t, "a.py", computes, runner.Threads, runner.Threads, runner.Processes), nil)
	if !strings.HasPrefix(got.state.Lanes.Tier, "exact") {
		t.Skipf("the machine is too busy: %s", got.state.Lanes.Why)
	}
	var together time.Duration
	for _, s := range got.samples {
		for _, d := range s.Together {
			together += d
		}
		if len(s.Lanes.Rows) > 0 && s.Lanes.Cell >= runner.CoarseCell {
			t.Errorf("cells of %v", s.Lanes.Cell)
		}
	}
	if together == 0 {
		t.Error("how many were on cores at once is not told")
	}
}
