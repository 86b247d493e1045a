package report

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"

	"parallax/runner"
	"parallax/ui/draw"
)

// Limits on what lanes may take on the page: cells of a core, of all cores, cores, and shapes that
// carry the name of their job.
const (
	mostCells  = 1200
	fewCells   = 160
	allCells   = 24000
	mostLanes  = 128
	namedPaths = 2048
)

// colours is how many colours of jobs there are; the next job begins again.
const colours = 8

// lane is one core on the page.
type lane struct {
	Name    string
	Drawing template.HTML
}

// lanes are the cores of a run over a time axis, and what one must know to read them.
type lanes struct {
	Rows  []lane
	Axis  template.HTML
	More  string // how many cores are not shown, or ""
	Empty string // why there are none, or ""
	Tier  string
	Why   string
}

// lanesOf draws who had which core from the start until span. scale is how many of them stand side by
// side on the page, which leaves each so much less room.
func lanesOf(s *runner.State, span time.Duration, scale, height int) lanes {
	h := &s.Lanes
	out := lanes{Tier: say(h.Tier), Why: say(h.Why)}
	if len(h.Cores) == 0 || len(h.Rows) == 0 || span <= 0 {
		out.Empty = "There are no lanes: the run was too short for them, or they were not measured."
		return out
	}
	rows := min(len(h.Cores), mostLanes)
	cells := min(max(allCells/rows, fewCells), mostCells)/max(scale, 1) + 1
	if finest := h.Finest(); finest > 0 {
		cells = min(cells, int((span+finest-1)/finest))
	}
	cells = max(cells, 1)
	named := rows*len(s.Jobs) <= namedPaths
	for i := range rows {
		row := cellsOf(h, i, cells, span)
		out.Rows = append(out.Rows, lane{fmt.Sprintf("core %d", h.Cores[i]), laneOf(s, h.Cores[i], row, height, named)})
	}
	if more := len(h.Cores) - rows; more > 0 {
		out.More = "and " + draw.Plural(more, "more core", "more cores")
	}
	out.Axis = timeAxis(span, scale)
	return out
}

// cellsOf is what a core did in each of so many equal parts of span.
func cellsOf(h *runner.History, row, cells int, span time.Duration) []runner.Cell {
	out := make([]runner.Cell, cells)
	for i := range out {
		from, to := span*time.Duration(i)/time.Duration(cells), span*time.Duration(i+1)/time.Duration(cells)
		c, ok := h.Span(row, from, to)
		if !ok {
			c = runner.Cell{Task: runner.Idle}
		}
		c.Load = min(max(c.Load, c.Ours), 100)
		out[i] = c
	}
	return out
}

// laneOf draws a core: what others had of it in grey, and before that its jobs, each cell as high as it
// was busy. Jobs that had a core for long also have their numbers there, for who cannot tell colours.
func laneOf(s *runner.State, core int, row []runner.Cell, height int, named bool) template.HTML {
	d := newDrawing(height, laneWords(s, core, row))
	fmt.Fprintf(&d.b, `<svg viewBox="0 0 %d 100" width="100%%" height="100%%" preserveAspectRatio="none" class="cells">`, len(row))
	others := outline(row, func(c runner.Cell) int {
		if c.Load > c.Ours {
			return int(c.Load)
		}
		return 0
	})
	if others != "" {
		fmt.Fprintf(&d.b, `<path class="foreign" d="%s"><title>other programs</title></path>`, others)
	}
	for _, key := range owners(row, named) {
		path := outline(row, func(c runner.Cell) int {
			if c.Task >= 0 && ownerOf(c.Task, named) == key {
				return int(c.Ours)
			}
			return 0
		})
		if path == "" {
			continue
		}
		fmt.Fprintf(&d.b, `<path class="j%d" d="%s">`, key%colours, path)
		if named && int(key) < len(s.Jobs) {
			fmt.Fprintf(&d.b, `<title>%d %s</title>`, key+1, escaped(cut(nameOf(s.Jobs[key].Name), 60)))
		}
		d.b.WriteString(`</path>`)
	}
	d.b.WriteString(`</svg>`)
	for _, l := range labels(row) {
		d.word("on j"+strconv.Itoa(int(l.task%colours)), "middle", l.at, float64(height)/2+4, strconv.Itoa(int(l.task)+1))
	}
	return d.done()
}

// ownerOf is what a cell is drawn with: its job or, where there are very many, the job's colour.
func ownerOf(task int32, named bool) int32 {
	if named {
		return task
	}
	return task % colours
}

// owners are those that had cells of a row, ascending.
func owners(row []runner.Cell, named bool) []int32 {
	var out []int32
	for _, c := range row {
		if c.Task >= 0 && c.Ours > 0 {
			out = append(out, ownerOf(c.Task, named))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// outline is the path around the cells that have a height: one closed shape for each stretch of them.
func outline(row []runner.Cell, height func(runner.Cell) int) string {
	var b strings.Builder
	level := 0
	for x := range len(row) + 1 {
		next := 0
		if x < len(row) {
			next = height(row[x])
		}
		if next == level {
			continue
		}
		switch {
		case level == 0:
			fmt.Fprintf(&b, "M%d 100V%d", x, 100-next)
		case next == 0:
			fmt.Fprintf(&b, "H%dV100z", x)
		default:
			fmt.Fprintf(&b, "H%dV%d", x, 100-next)
		}
		level = next
	}
	return b.String()
}

// label is the number of a job in a lane.
type label struct {
	task int32
	at   float64 // per cent
}

// labels are the numbers of the jobs that had a core for long at a time and nearly all of it: there is
// room for them.
func labels(row []runner.Cell) []label {
	const least, full = 0.05, 70
	var out []label
	for from := 0; from < len(row); {
		to, load := from, 0
		for to < len(row) && row[to].Task == row[from].Task {
			load += int(row[to].Ours)
			to++
		}
		if n := to - from; row[from].Task >= 0 && float64(n) >= least*float64(len(row)) && load >= full*n {
			out = append(out, label{row[from].Task, 50 * float64(from+to) / float64(len(row))})
		}
		from = to
	}
	return out
}

// laneWords says in words what a lane shows.
func laneWords(s *runner.State, core int, row []runner.Cell) string {
	had, others := map[int32]int{}, 0
	for _, c := range row {
		others += int(c.Load - c.Ours)
		if c.Task >= 0 {
			had[c.Task] += int(c.Ours)
		}
	}
	tasks := make([]int32, 0, len(had))
	for t := range had {
		tasks = append(tasks, t)
	}
	slices.SortFunc(tasks, func(a, b int32) int { return cmp.Or(cmp.Compare(had[b], had[a]), cmp.Compare(a, b)) })
	share := func(n int) string { return draw.Percent(float64(n) / 100 / float64(len(row))) }
	words := []string{}
	for _, t := range tasks[:min(len(tasks), 4)] {
		if int(t) < len(s.Jobs) {
			words = append(words, cut(nameOf(s.Jobs[t].Name), 40)+" "+share(had[t]))
		}
	}
	if more := len(tasks) - 4; more > 0 {
		words = append(words, draw.Plural(more, "more job", "more jobs"))
	}
	words = append(words, "other programs "+share(others))
	return fmt.Sprintf("core %d: %s", core, strings.Join(words, ", "))
}

// timeAxis draws a time axis from 0 to span.
func timeAxis(span time.Duration, scale int) template.HTML {
	d := newDrawing(20, "time axis from 0 s to "+draw.Seconds(span))
	want := 8
	if scale > 1 {
		want = 3
	}
	for _, t := range ticks(span.Seconds(), want) {
		x := 100 * t / span.Seconds()
		d.line("tick", x, 0, x, 5)
		anchor := "middle"
		switch {
		case x < 2:
			anchor = "start"
		case x > 96:
			anchor = "end"
		}
		d.word("axis", anchor, x, 17, seconds(t))
	}
	return d.done()
}

// seconds writes the time at a tick.
func seconds(t float64) string {
	switch {
	case t == 0:
		return "0 s"
	case t < 1:
		return short(t*1000, 0) + " ms"
	case t < 180:
		return short(t, 1) + " s"
	case t < 3*3600:
		return short(t/60, 1) + " min"
	}
	return short(t/3600, 1) + " h"
}

// key says which number and colour a job has in the lanes.
type key struct {
	Number int
	Colour int
	Name   string
}

// mostKeys is how many jobs are named below lanes; the others are in the table, or too many.
const mostKeys = 24

// legend are the jobs in the lanes.
func legend(jobs []runner.Job) (keys []key, more int) {
	for i := range jobs[:min(len(jobs), mostKeys)] {
		keys = append(keys, key{i + 1, i % colours, cut(nameOf(jobs[i].Name), 40)})
	}
	return keys, len(jobs) - len(keys)
}
