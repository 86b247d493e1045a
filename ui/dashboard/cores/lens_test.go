package cores

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"parallax/runner"
	"parallax/ui/dashboard/scene"
)

// recorded is a run of some tasks on some cores that was sampled every tenth of a second.
func recorded(tenths, cores, tasks int) *runner.State {
	s := &runner.State{}
	apply := func(ev runner.Event) {
		if err := s.Apply(ev); err != nil {
			panic(err) // a test that makes up what cannot happen
		}
	}
	apply(runner.RunStarted{Jobs: make([]runner.Job, tasks), Workers: tasks})
	for i := range tasks {
		apply(runner.TaskQueued{Task: i, Try: 1})
		apply(runner.TaskStarted{Task: i, Try: 1})
	}
	for n := 1; n <= tenths; n++ {
		at := time.Duration(n) * 100 * time.Millisecond
		ev := runner.Sampled{At: runner.At(at), Span: 100 * time.Millisecond, Lanes: runner.Lanes{Cell: 5 * time.Millisecond, Tier: "exact", End: at}}
		for c := range cores {
			ev.Lanes.Cores = append(ev.Lanes.Cores, c)
			ev.Lanes.Rows = append(ev.Lanes.Rows, slices.Repeat([]runner.Cell{{Task: int32(c % tasks), Ours: 100, Load: 100}}, 20))
		}
		apply(ev)
	}
	return s
}

// Whatever keys are pressed, there is something of the run to see, and the cursor is on it.
func TestALensNeverLeavesTheRun(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := recorded(rapid.IntRange(1, 120).Draw(t, "tenths"), 3, 2)
		v := Sight{Lanes: &s.Lanes, Columns: rapid.IntRange(1, 200).Draw(t, "columns"), Elapsed: s.Now, Over: rapid.Bool().Draw(t, "over")}
		var l Lens
		for range rapid.IntRange(1, 40).Draw(t, "keys") {
			by := rapid.IntRange(-300, 300).Draw(t, "by")
			switch rapid.IntRange(0, 8).Draw(t, "key") {
			case 0, 1:
				l = l.Zoom(v, by > 0)
			case 2:
				l = l.Scroll(v, by)
			case 3:
				l = l.Move(v, by, 0)
			case 4:
				l = l.Move(v, 0, by)
			case 5:
				l = l.Start(v)
			case 6:
				l = l.Follow()
			case 7:
				l.Jobs = !l.Jobs
			case 8:
				l = l.Point(v, rapid.IntRange(0, v.Columns-1).Draw(t, "column"), rapid.IntRange(0, 2).Draw(t, "row"))
			}
			a := l.axis(v)
			if a.First < 0 || a.at(0) >= s.Now || a.Step < s.Lanes.Finest() || a.N != v.Columns {
				t.Fatalf("%+v shows %+v of a run of %v", l, a, s.Now)
			}
			if l.on && (l.at < 0 || l.at >= s.Now || l.row < 0 || l.row > 2) {
				t.Fatalf("the cursor of %+v is outside of %v", l, s.Now)
			}
			if c := a.column(l.at); l.on && (c < 0 || c >= a.N) {
				t.Fatalf("the cursor of %+v is in column %d of %+v", l, c, a)
			}
		}
	})
}

func TestZoomingKeepsTheCursorWhereItIs(t *testing.T) {
	s := recorded(100, 1, 1)
	v := Sight{Lanes: &s.Lanes, Columns: 100, Elapsed: s.Now}
	l := Lens{}.Point(v, 30, 0)
	for range 6 {
		was := l.axis(v)
		l = l.Zoom(v, true)
		is := l.axis(v)
		if was.column(l.at) != is.column(l.at) || is.at(is.column(l.at)) > l.at {
			t.Errorf("the cursor moves from column %d of %+v to %d of %+v", was.column(l.at), was, is.column(l.at), is)
		}
	}
	if a := l.axis(v); a.Step != 5*time.Millisecond {
		t.Errorf("the closest look is %v a column", a.Step)
	}
	for range zooms {
		l = l.Zoom(v, false)
	}
	if a := l.axis(v); !a.whole || a.First != 0 || a.end() < s.Now {
		t.Errorf("the widest look is %+v", a)
	}
}

func TestThePlanOfTheView(t *testing.T) {
	for _, c := range []struct {
		name          string
		cores, tasks  int
		lens          Lens
		before        bool
		width, height int
		box, each     int
		first, n      int
		lower, rows   int // the second box, and of each in it
		atOnce        int
	}{
		{"two cores", 2, 4, Lens{}, false, 140, 39, 21, 7, 0, 2, 15, 3, 3},
		{"two cores with much room", 2, 4, Lens{}, false, 200, 57, 31, 12, 0, 2, 23, 5, 3},
		{"one job", 2, 1, Lens{}, false, 200, 57, 43, 18, 0, 2, 12, 9, 3},
		{"two cores of two runs", 2, 5, Lens{}, true, 140, 38, 25, 4, 0, 2, 8, 1, 3},
		{"a small terminal", 2, 5, Lens{}, false, 60, 13, 10, 3, 0, 2, 0, 1, 0},
		{"many jobs", 2, 500, Lens{}, false, 140, 39, 17, 6, 0, 2, 0, 1, 1},
		{"many cores", 64, 5, Lens{}, false, 80, 20, 17, 1, 0, 12, 0, 1, 1},
		{"many cores, cursor in the middle", 64, 5, Lens{on: true, row: 40}, false, 80, 20, 17, 1, 34, 12, 0, 1, 1},
		{"many cores, cursor at the end", 64, 5, Lens{on: true, row: 63}, false, 80, 20, 17, 1, 52, 12, 0, 1, 1},
		{"jobs", 2, 5, Lens{Jobs: true}, false, 80, 20, 13, 1, 0, 5, 0, 1, 3},
		{"jobs with room", 2, 4, Lens{Jobs: true}, false, 140, 39, 28, 5, 0, 4, 8, 3, 3},
		{"rows of many jobs", 2, 500, Lens{Jobs: true}, false, 80, 20, 17, 1, 0, 11, 0, 1, 1},
	} {
		s := &scene.Scene{State: recorded(1, c.cores, c.tasks)}
		if c.before {
			s.Before = &scene.Before{State: recorded(1, c.cores, c.tasks)}
		}
		p := arrange(s, c.lens, c.width, c.height)
		m := p.main
		if p.box != c.box || m.rows != c.each || m.first != c.first || m.n != c.n || p.lower != c.lower || p.second.rows != c.rows || p.atOnce != c.atOnce {
			t.Errorf("%s: %+v", c.name, p)
		}
		if p.box+p.lower > c.height {
			t.Errorf("%s: %d rows of %d", c.name, p.box+p.lower, c.height)
		}
		if at, ok := At(s, c.lens, c.width, c.height, 40, m.top+m.rows*(m.n-1)); !ok || at.Row != m.first+m.n-1 || at.Job != c.lens.Jobs {
			t.Errorf("%s: the last row is %+v, %v", c.name, at, ok)
		}
		if at, ok := At(s, c.lens, c.width, c.height, 40, p.second.top); ok != (c.lower > 0) || ok && (at.Row != 0 || at.Job == c.lens.Jobs) {
			t.Errorf("%s: in the second box is %+v, %v", c.name, at, ok)
		}
		if _, ok := At(s, c.lens, c.width, c.height, 3, m.top); ok {
			t.Errorf("%s: a name is taken for a time", c.name)
		}
	}
}

// Whatever there is to show, less is left empty than it takes to make all of it taller by a row.
func TestTheViewIsFilled(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cores, tasks := rapid.IntRange(1, 16).Draw(t, "cores"), rapid.IntRange(1, 100).Draw(t, "tasks")
		s := &scene.Scene{State: recorded(1, cores, tasks)}
		lens := Lens{Jobs: rapid.Bool().Draw(t, "jobs")}
		width, height := rapid.IntRange(60, 220).Draw(t, "width"), rapid.IntRange(13, 70).Draw(t, "height")
		p := arrange(s, lens, width, height)
		listed := 1 + (tasks+whoColumns(width)-1)/whoColumns(width)
		if free := height - p.box - p.lower - listed; free >= p.main.of && free > 0 {
			t.Errorf("%d rows are empty: %+v", free, p)
		}
	})
}

// A run that is over fills the width that it has, in the panel and in the lanes view.
func TestTheAxisOfARunThatIsOverEndsWithIt(t *testing.T) {
	for _, tenths := range []int{5, 13, 41, 101, 181, 186, 620, 1900, 4000} {
		s := recorded(tenths, 2, 2)
		sc := &scene.Scene{State: s, Now: s.Now}
		if a := axisOf(sc, &s.Lanes, 180); a != NewAxis(&s.Lanes, 180, s.Now) {
			t.Errorf("a run that goes on: %+v", a)
		}
		for i := range 2 {
			if err := s.Apply(runner.TaskEnded{At: runner.At(s.Now), Task: i, Try: 1, Status: runner.Succeeded}); err != nil {
				t.Fatal(err)
			}
		}
		for _, a := range []Axis{axisOf(sc, &s.Lanes, 180), Lens{}.axis(Look(sc, 204))} {
			closest := time.Duration(a.N) * s.Lanes.Finest() // no more is known
			if a.First != 0 || a.end() < s.Now || a.end()*17/20 > max(s.Now, closest) {
				t.Errorf("a run of %v is shown to %v, %v a column", s.Now, a.end(), a.Step)
			}
			if h, n := &s.Lanes, int(s.Now/a.Step); n > 0 {
				if c := a.Cells(h, 0); c[0].Task != 0 || c[n-1].Task != 0 || c[n/2].Ours != 100 {
					t.Errorf("a run of %v, %v a column: %+v, %+v, %+v", s.Now, a.Step, c[0], c[n/2], c[n-1])
				}
			}
		}
	}
}
