package report

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"time"

	"parallax/runner"
	"parallax/runner/journal"
	"parallax/themes"
	"parallax/ui/draw"
)

// jobTable are the jobs of a run with what they used.
type jobTable struct {
	Rows []jobRow
	Note string // which jobs those are, where they are not all
	GIL  bool   // the wait for it is known of some
	Core bool   // likewise the wait for a core
	Held bool   // some were paused
}

// jobRow is a job of the table.
type jobRow struct {
	Number, Colour int
	Name, Command  string
	Tone, Icon     string
	State          string
	As             string
	Tries          string
	Wall, CPU      string
	Bar            template.HTML
	Part           map[string]string // of its time, by class
	Memory         string
	Why            string
}

// unknown stands for what was not measured.
const unknown = "–"

// Where there are more jobs than fullTable, those that failed are listed (some), those that took longest,
// and the first ones.
const (
	fullTable  = 200
	someFailed = 60
	someLong   = 40
	someFirst  = 40
)

// tableOf makes the table.
func tableOf(rec *journal.Recording) jobTable {
	s := &rec.State
	t := jobTable{}
	pick, note := picked(s)
	t.Note = note
	for _, i := range pick {
		r := rowOf(rec, i)
		is := func(class string) bool { return r.Part[class] != unknown }
		t.Core, t.GIL, t.Held = t.Core || is("waitcore"), t.GIL || is("waitgil"), t.Held || is("paused")
		t.Rows = append(t.Rows, r)
	}
	return t
}

// picked are the jobs that are listed, ascending, and which those are, in words.
func picked(s *runner.State) (pick []int, note string) {
	n := len(s.Tasks)
	if n <= fullTable {
		for i := range n {
			pick = append(pick, i)
		}
		return pick, ""
	}
	longest := make([]int, n)
	failed := 0
	for i := range n {
		longest[i] = i
		if i < someFirst {
			pick = append(pick, i)
		}
		if s.Tasks[i].Status == runner.Failed {
			if failed++; failed <= someFailed {
				pick = append(pick, i)
			}
		}
	}
	slices.SortStableFunc(longest, func(a, b int) int {
		return cmp.Compare(s.Tasks[b].Wall(s.Now), s.Tasks[a].Wall(s.Now))
	})
	pick = append(pick, longest[:someLong]...)
	slices.Sort(pick)
	pick = slices.Compact(pick)
	fails := ""
	switch {
	case failed > someFailed:
		fails = fmt.Sprintf("the first %d of %s that failed, ", someFailed, draw.Count(failed))
	case failed > 0:
		fails = "all that failed, "
	}
	return pick, fmt.Sprintf("%s of %s jobs: %sthe %d that took longest and the first %d.", draw.Count(len(pick)), draw.Count(n), fails, someLong, someFirst)
}

func rowOf(rec *journal.Recording, i int) jobRow {
	s := &rec.State
	j, t := &s.Jobs[i], &s.Tasks[i]
	r := jobRow{
		Number: i + 1, Colour: i % colours, Name: nameOf(j.Name), Command: say(j.Command()), As: say(string(j.Model)), Why: say(t.Reason),
	}
	if r.Command == r.Name {
		r.Command = ""
	}
	r.Tone, r.Icon, r.State = stateOf(rec, t)
	r.Wall, r.CPU, r.Memory = unknown, unknown, unknown
	r.Part = map[string]string{}
	for _, class := range []string{"oncore", "waitcore", "waitgil", "blocked", "paused"} {
		r.Part[class] = unknown
	}
	if t.Try > 1 {
		r.Tries = fmt.Sprintf("try %d", t.Try)
	}
	if !t.Ran() {
		return r
	}
	wall := t.Wall(s.Now)
	r.Wall = draw.Precise(wall.Seconds())
	if cpu, ok := cpuOf(t); ok {
		r.CPU = draw.Precise(cpu.Seconds())
	}
	if p := peak(t); p > 0 {
		r.Memory = draw.Bytes(p)
	}
	if t.Stats != nil && t.Stats.Total.Live > 0 {
		r.Bar = timeBar(t.Stats.Total, t.Held, 14)
		for _, p := range sharesOf(t.Stats.Total, t.Held) {
			r.Part[p.Class] = p.Value
		}
	}
	return r
}

// cpuOf is the time on cores that a job had, as the system accounted it or else as it was sampled.
func cpuOf(t *runner.Task) (time.Duration, bool) {
	switch u := t.Exit.Usage; {
	case t.Status.Over() && u.Known:
		return u.CPU(), true
	case t.Stats != nil:
		return t.Stats.Total.OnCore, true
	}
	return 0, false
}

// stateOf says how a job stands, with an icon and the tone of it.
func stateOf(rec *journal.Recording, t *runner.Task) (tone, icon, word string) {
	icons := themes.UnicodeIcons
	if rec.Status == journal.Interrupted && !t.Status.Over() { // nobody has seen how it ended
		if t.Ran() || t.Try > 1 {
			return "bad", icons.Cancelled, "interrupted"
		}
		return "note", icons.Queued, "not started"
	}
	word = t.Status.String()
	switch t.Status {
	case runner.Succeeded:
		return "good", icons.Succeeded, word
	case runner.Failed:
		return "bad", icons.Failed, word
	case runner.Cancelled:
		return "note", icons.Cancelled, word
	case runner.Running:
		return "note", icons.Running, word
	case runner.Paused:
		return "warn", icons.Paused, word
	}
	return "note", icons.Queued, word
}
