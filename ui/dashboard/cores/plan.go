package cores

import (
	"fmt"
	"strings"

	"parallax/runner"
	"parallax/ui/dashboard/scene"
	"parallax/ui/draw"
)

// block is a part of the view in which each core or each job has rows of its own.
type block struct {
	name     string
	jobs     bool
	top      int // the row of the view in which the first of its own is
	first, n int // which cores or jobs are shown
	of       int // of how many
	size         // of one
}

// title is the name, and what is shown if that is not all.
func (b block) title(s *scene.Scene) []draw.Span {
	out := []draw.Span{{Ink: s.Styles.Title, Text: b.name}}
	if b.n < b.of {
		out = append(out, draw.Span{Ink: s.Styles.Dim, Text: fmt.Sprintf(" %d to %d of %d", b.first+1, b.first+b.n, b.of)})
	}
	return out
}

// at is which core or job is in a row of the view.
func (b block) at(y int) (int, bool) {
	if y < b.top || y >= b.top+b.n*b.rows {
		return 0, false
	}
	return b.first + (y-b.top)/b.rows, true
}

// plan is where the parts of the view go.
type plan struct {
	inner  int // columns in a box
	box    int // rows of the first box, with its edges
	lower  int // rows of the second, or 0
	main   block
	second block // the jobs below the cores or the cores below the jobs, if there is room for all of them
	atOnce int   // rows for how many were on cores at once
}

// The most rows that a core gets before there is room for all else, and the most cores whose counts
// have a row each.
const (
	modest    = 6
	mostRowed = 8
)

// arrange plans the view: a pure function of its size and of what there is to show.
func arrange(s *scene.Scene, lens Lens, width, height int) plan {
	cores, tasks := known(s.State), len(s.State.Tasks)
	p := plan{inner: max(width-4, 0)}
	z := size{side: sideOf(s, width), width: p.inner, rows: 1}
	p.main = block{name: "core lanes", of: cores, top: 1, size: z}
	p.second = block{name: "jobs over time", jobs: true, of: tasks, size: z}
	runs, focus, fixed := 1, 0, 2
	if lens.on {
		focus = lens.row
	}
	if height >= 14 {
		p.atOnce = 1
	}
	switch {
	case lens.Jobs:
		p.main, p.second = p.second, p.main
		p.main.top, focus = 1, s.Focus
		fixed++
	case s.Before != nil:
		runs = 2
	}
	if !lens.Jobs {
		p.main.rows = min(max(height/2/(max(cores, 1)*runs), 1), modest)
	}
	fixed += 2 * (runs - 1) // titles
	listed := 1 + (tasks+whoColumns(width)-1)/whoColumns(width)
	per := max(p.main.of, 1) * runs // rows that it takes to have a main one be taller by one
	spare := height - listed - (p.main.rows*per + p.atOnce + fixed + 2)
	if spare > 0 {
		p.fill(s, spare, per)
	}
	p.box = min(p.main.rows*per+p.atOnce+fixed+2, max(height-min(listed, 3), p.atOnce+fixed+3))
	room := (p.box - 2 - p.atOnce - fixed) / runs
	p.main.n = min(p.main.of, max(room/p.main.rows, 0))
	p.main.first = min(max(focus-p.main.n/2, 0), p.main.of-p.main.n)
	if runs == 2 {
		p.main.top += 2 + min(p.main.n, known(s.Before.State))*p.main.rows
	}
	p.second.top = p.box + 1
	return p
}

// known is of how many cores there are lanes or, before the first, will be.
func known(s *runner.State) int {
	if len(s.Lanes.Cores) > 0 {
		return len(s.Lanes.Cores)
	}
	return len(s.Cores)
}

// fill gives spare rows away: to the second box, to a row for each number of cores, and then to all
// cores and jobs, with the first box's twice as tall. per is what it takes for each of the first box to
// be taller by one.
func (p *plan) fill(s *scene.Scene, spare, per int) {
	edges := 2
	if p.second.jobs {
		edges++ // what the states look like
	}
	if need := p.second.of + edges; p.second.of > 0 && spare >= need {
		p.second.n, p.lower, spare = p.second.of, need, spare-need
	}
	cores := known(s.State)
	if p.atOnce > 0 && cores > 0 && cores <= mostRowed && spare >= cores && strings.HasPrefix(s.State.Lanes.Tier, "exact") {
		p.atOnce, spare = cores+1, spare-cores
	}
	for {
		more := p.second.n > 0 && spare >= p.second.n
		switch {
		case more && (p.main.rows > 2*p.second.rows || spare < per):
			p.second.rows++
			p.lower, spare = p.lower+p.second.n, spare-p.second.n
		case spare >= per:
			p.main.rows++
			spare -= per
		default:
			return
		}
	}
}

// sideOf is how many columns stand before lanes in a view of some width.
func sideOf(s *scene.Scene, width int) int { return beside(s, max(width-4, 0), false) }

// Spot is a point of the view: a column of time, and which core or job.
type Spot struct {
	Column, Row int
	Job         bool // Row is a job
}

// At is what is at a point of the view; ok is false where there is no core and no job.
func At(s *scene.Scene, lens Lens, width, height, x, y int) (spot Spot, ok bool) {
	p := arrange(s, lens, width, height)
	spot.Column = x - 2 - p.main.side
	if spot.Column < 0 || spot.Column >= Look(s, width).Columns {
		return spot, false
	}
	spot.Job = p.main.jobs
	if spot.Row, ok = p.main.at(y); !ok && p.second.n > 0 {
		spot.Job = p.second.jobs
		spot.Row, ok = p.second.at(y)
	}
	return spot, ok
}
