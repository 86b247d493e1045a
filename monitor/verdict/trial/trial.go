// Package trial sums up one run of the jobs so that it can be held against others: how they were run,
// how long that took, what it used, and what makes its figures doubtful. It is all pure functions of
// runner.State.
package trial

import (
	"fmt"
	"time"

	"parallax/runner"
)

// Trial is how one run of the jobs went. A figure that is not known is -1. Times are in seconds. The
// record of a comparison holds it as it is.
type Trial struct {
	Way
	Round int    `json:"round"` // from 1; 0 is the warm-up, which counts for nothing
	Run   string `json:"run"`   // the run's id

	Wall     float64 `json:"wall_s"`         // from the start of the run to the end of its last job
	CPU      float64 `json:"cpu_s"`          // time on cores, all jobs together
	Paid     float64 `json:"paid_cpu_s"`     // with what no job owns, such as the start of an interpreter that they share; 0 unknown
	Live     float64 `json:"live_s"`         // the jobs' wall times added up
	WaitCore float64 `json:"wait_core_s"`    // waiting for a core, summed over threads
	WaitGIL  float64 `json:"wait_gil_s"`     // waiting for the GIL, likewise
	PeakPSS  int64   `json:"peak_pss_bytes"` // the most that all jobs together were seen to hold at once
	Switches int64   `json:"switches"`       // of context, of all jobs

	Foreign   float64 `json:"foreign_cores"`   // cores that other programs kept busy meanwhile
	Stolen    float64 `json:"stolen_share"`    // of all cores' time, by the hypervisor; -1 unknown
	Throttled float64 `json:"throttled_share"` // of the time, by the quota; -1 unknown

	// Printed stands for all that the jobs printed on their output, in the order of the jobs: the same for the
	// same. It is "" where that is not known.
	Printed string `json:"printed,omitempty"`

	Jobs      int    `json:"jobs"`
	Succeeded int    `json:"succeeded"`
	Error     string `json:"error,omitempty"`  // why it does not count, in words; "" when it does
	Broken    bool   `json:"broken,omitempty"` // by the user or by what the user asked for, not by its jobs
}

// Counts reports whether its figures may be held against others.
func (t *Trial) Counts() bool { return t.Round > 0 && t.Error == "" }

// Cost is the time on cores that it took to run the jobs so, with what no job owns, where that is known: a
// process pays for the start of its interpreter itself, a thread does not.
func (t *Trial) Cost() float64 {
	if t.Paid <= 0 {
		return t.CPU
	}
	return max(t.CPU, t.Paid)
}

// Parallelism is how many cores were kept busy on average.
func (t *Trial) Parallelism() float64 {
	cost := t.Cost()
	if t.Wall <= 0 || cost < 0 {
		return -1
	}
	return cost / t.Wall
}

// Of sums up a run that is over.
func Of(s *runner.State, w Way, round int) Trial {
	t := Trial{
		Way: w, Round: round, Run: s.ID,
		CPU: -1, WaitCore: -1, WaitGIL: -1, PeakPSS: s.PeakPSS, Switches: switches(s),
		Foreign: foreign(&s.Lanes), Stolen: s.Spoilt.Stolen.Share(), Throttled: s.Spoilt.Throttled.Share(),
		Jobs: len(s.Tasks), Succeeded: s.Count(runner.Succeeded),
	}
	for i := range s.Tasks {
		t.Wall = max(t.Wall, s.Tasks[i].Ended.Seconds())
	}
	t.spent(s.Tasks)
	t.Error, t.Broken = fault(s)
	return t
}

// nearlyAll is of which share of the jobs' time a part must be known for it to be told: of the rest
// it is taken to be likewise.
const nearlyAll = 0.9

// spent adds up where the time of the tasks went, as it was corrected at their ends.
func (t *Trial) spent(tasks []runner.Task) {
	var onCore, live, core, gil, onCoreOf, coreOf, gilOf time.Duration
	for i := range tasks {
		m := tasks[i].Stats
		if m == nil {
			live += tasks[i].Wall(tasks[i].Ended)
			continue
		}
		live, onCore, onCoreOf = live+m.Total.Live, onCore+m.Total.OnCore, onCoreOf+m.Total.Live
		if m.Total.WaitCore >= 0 {
			core, coreOf = core+m.Total.WaitCore, coreOf+m.Total.Live
		}
		if m.Total.WaitGIL >= 0 {
			gil, gilOf = gil+m.Total.WaitGIL, gilOf+m.Total.Live
		}
	}
	t.Live = live.Seconds()
	if live <= 0 {
		return
	}
	t.CPU = ofNearlyAll(onCore, onCoreOf, live)
	t.WaitCore, t.WaitGIL = ofNearlyAll(core, coreOf, live), ofNearlyAll(gil, gilOf, live)
}

// ofNearlyAll scales a time that is known of part of the whole up to it, or returns -1 where the part
// is too small.
func ofNearlyAll(d, part, whole time.Duration) float64 {
	if part <= 0 || float64(part) < nearlyAll*float64(whole) {
		return -1
	}
	return d.Seconds() * float64(whole) / float64(part)
}

// switches is -1 unless they are known of every job.
func switches(s *runner.State) int64 {
	var n int64
	for i := range s.Tasks {
		u := s.Tasks[i].Exit.Usage
		if !u.Known {
			return -1
		}
		n += u.Voluntary + u.Involuntary
	}
	return n
}

// foreign is how many cores other programs had on average while the run went on; -1 where the lanes
// do not tell.
func foreign(lanes *runner.History) float64 {
	if len(lanes.Rows) == 0 || len(lanes.Rows[0]) == 0 {
		return -1
	}
	var cores float64
	for _, row := range lanes.Rows {
		all := runner.MergeCells(row)
		cores += float64(all.Load-all.Ours) / 100
	}
	return cores
}

// fault says why a run does not count: a job that failed, or something that the user did which costs
// time. broken says that the jobs are not to blame.
func fault(s *runner.State) (why string, broken bool) {
	cancelled, touched := "", ""
	for i := range s.Tasks {
		t := &s.Tasks[i]
		name := s.Jobs[i].Name
		switch {
		case t.Status == runner.Failed:
			return fmt.Sprintf("%s failed: %s", name, reason(t)), false
		case t.Status != runner.Succeeded && cancelled == "":
			if cancelled = name + " was cancelled"; t.Reason != "" {
				cancelled += ": " + t.Reason
			}
		case t.Try > 1 && touched == "":
			touched = fmt.Sprintf("%s ran %d times", name, t.Try)
		case t.Held > 0 && touched == "":
			touched = name + " was paused"
		}
	}
	if cancelled != "" {
		return cancelled, true
	}
	return touched, touched != ""
}

func reason(t *runner.Task) string {
	if t.Reason != "" {
		return t.Reason
	}
	return fmt.Sprintf("exit status %d", t.Exit.Code)
}
