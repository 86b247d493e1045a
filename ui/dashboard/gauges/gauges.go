// Package gauges draws the two panels beside the lanes: how many cores the run keeps busy and where
// its time goes, and what memory it takes.
package gauges

import (
	"fmt"

	"parallax/monitor/verdict"
	"parallax/ui/dashboard/scene"
	"parallax/ui/draw"
	"parallax/ui/text"
)

// Parallelism draws cores kept busy of those the run may use, and the split of the jobs' time. Below, if
// lower rows are left for them, gauges of interpreters.
func Parallelism(s *scene.Scene, width, height, lower int) []string {
	st := s.Styles
	box := draw.Box{Border: st.Border, Width: width, Height: height, Left: []draw.Span{{Ink: st.Title, Text: "parallelism"}}}
	w := box.Inner()
	busy, of := verdict.Parallelism(s.State)
	if s.State.Over() {
		busy = s.State.Times.Total.Cores()
	}
	all := ceiling(s)
	words := " cores kept busy of " + trim(all)
	if s.State.Over() {
		words = " of " + trim(all) + " cores on average"
	}
	ink := st.Good
	if busy < of/2 {
		ink = st.Bad
	}
	head := text.NewRow(w).Put(ink, fmt.Sprintf("%.2f", busy)).Put(st.Dim, text.Shorten(words, w-4))
	rule := text.NewRow(w)
	draw.Rule(rule, ink, st.BarRest, busy/max(all, 0.01), w)
	rows := []*text.Row{head, rule}
	split := s.State.Times.Recent
	if s.State.Over() {
		split = s.State.Times.Total
	}
	parts := shares(s, verdict.Shares(split), w)
	if len(rows)+len(parts) > box.Rows()-lower {
		rows = rows[:1] // the number says what the bar does
	}
	rows = append(rows, parts...)
	if lower > 0 {
		for len(rows) < box.Rows()-lower {
			rows = append(rows, text.NewRow(w))
		}
		rows = append(rows[:box.Rows()-lower], locks(s, w, lower)...)
	}
	return box.View(rows)
}

func shares(s *scene.Scene, sh verdict.Share, width int) []*text.Row {
	st := s.Styles
	line := func(label string, ink text.Ink, share float64) *text.Row {
		r := text.NewRow(width).Put(st.Dim, label)
		r.Skip(11 - r.Used())
		draw.Rule(r, ink, st.BarRest, share, width-11-7)
		return r.Put(st.Text, fmt.Sprintf("%7s", draw.Percent(share)))
	}
	rows := []*text.Row{line("on a core", st.OnCore, sh.OnCore)}
	if sh.WaitKnown {
		rows = append(rows, line("core wait", st.WaitCore, sh.WaitCore))
	}
	if sh.GILKnown && (sh.WaitGIL > 0 || len(s.State.Locks) > 0) { // what is no Python has no GIL to wait for
		rows = append(rows, line("GIL wait", st.WaitGIL, sh.WaitGIL))
	}
	rest := sh.BlockedLabel()
	if !sh.WaitKnown { // which is too long beside bars
		rest = "wait/block"
	}
	return append(rows, line(rest, st.Blocked, sh.Blocked))
}

// Memory draws the host's memory and the run's own.
func Memory(s *scene.Scene, width, height int) []string {
	st := s.Styles
	box := draw.Box{Border: st.Border, Width: width, Height: height, Left: []draw.Span{{Ink: st.Title, Text: "memory"}}}
	w := box.Inner()
	host := s.State.Host
	used := draw.Bytes(host.MemUsed) + " / " + draw.Bytes(host.MemTotal)
	if host.MemTotal <= 0 {
		used = "–"
	}
	first := text.NewRow(w).Put(st.Dim, "host").Skip(2)
	if room := w - 6 - text.Width(used) - 2; room > 2 && host.MemTotal > 0 {
		draw.Rule(first, st.Bar, st.BarRest, float64(host.MemUsed)/float64(host.MemTotal), room)
	}
	first.PutRight(0, st.Text, used)
	use := Sum(s)
	rows := []*text.Row{
		first,
		pair(st.Dim, st.Text, w, "run", use.String()),
		text.NewRow(w).PutRight(0, st.Text, use.parts()),
	}
	if host.Load[0] >= 0 {
		rows = append(rows, pair(st.Dim, st.Text, w, "load", fmt.Sprintf("%.2f %.2f %.2f", host.Load[0], host.Load[1], host.Load[2])))
	}
	return box.View(rows)
}

func pair(dim, ink text.Ink, width int, label, value string) *text.Row {
	return text.NewRow(width).Put(dim, label).PutRight(0, ink, value)
}

// Use is what the run's tasks take now, or took at most when all are over.
type Use struct {
	Bytes              int64 // -1 unknown
	Kind               string
	Processes, Threads int
	Hosts              int // of the processes, interpreters that tasks share
	Over               bool
}

// Sum adds up what the active tasks take. Memory is PSS where it is measured, else RSS, which
// counts shared pages once for each process. Goroutine tasks live in parallax and share its memory.
func Sum(s *scene.Scene) Use {
	use := Use{Bytes: -1, Kind: "PSS", Over: s.State.Over()}
	hosts := map[int]bool{}
	for _, i := range s.State.Active {
		t := &s.State.Tasks[i]
		if t.Stats == nil {
			continue
		}
		last := t.Stats.Last
		use.Processes, use.Threads = use.Processes+last.Processes, use.Threads+last.Threads
		if t.Host.ID != 0 {
			if hosts[t.PID] {
				continue // its memory is counted
			}
			hosts[t.PID] = true
			use.Hosts, use.Processes = use.Hosts+1, use.Processes+1
		}
		size := last.PSS
		if size < 0 {
			size = last.RSS
			if size >= 0 {
				use.Kind = "RSS"
			}
		}
		if size >= 0 {
			use.Bytes = max(use.Bytes, 0) + size
		}
	}
	return use
}

func (u Use) String() string {
	switch {
	case u.Over:
		return "over"
	case u.Bytes < 0 && u.Processes == u.Hosts && u.Threads > 0:
		return "shared"
	case u.Bytes < 0:
		return "–"
	}
	return draw.Bytes(u.Bytes) + " " + u.Kind
}

func (u Use) parts() string {
	switch {
	case u.Over:
		return ""
	case u.Processes == 0 && u.Threads > 0:
		return draw.Plural(u.Threads, "thread", "threads") + " of parallax itself"
	}
	return draw.Plural(u.Processes, "process", "processes") + ", " + draw.Plural(u.Threads, "thread", "threads")
}

// trim writes a number of cores: 4, or 1.5 under a quota.
func trim(cores float64) string {
	if cores == float64(int(cores)) {
		return fmt.Sprintf("%d", int(cores))
	}
	return fmt.Sprintf("%.1f", cores)
}
