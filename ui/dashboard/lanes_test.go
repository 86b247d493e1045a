package dashboard

import (
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"parallax/runner"
	"parallax/ui/text"
)

const milli = time.Millisecond

// handing is a tenth of a second in which the first tasks hand core 0 to each other, 20 ms each, and
// core 1 idles.
func (s *stage) handing(at time.Duration, tasks int) {
	ev := runner.Sampled{At: runner.At(at), Span: 100 * milli, Host: runner.HostSample{Busy: []float64{1, 0}}}
	ev.Together = []time.Duration{0, 100 * milli, 0}
	ev.Lanes = runner.Lanes{Cores: []int{0, 1}, Cell: 5 * milli, Tier: "exact", End: at, Rows: make([][]runner.Cell, 2)}
	for i := range 20 {
		cell := runner.Cell{Task: int32(i / 4 % tasks), Ours: 100, Load: 100}
		ev.Lanes.Rows[0] = append(ev.Lanes.Rows[0], cell)
		ev.Lanes.Rows[1] = append(ev.Lanes.Rows[1], runner.Cell{Task: runner.Idle})
	}
	for _, i := range s.state.Active {
		ev.Tasks = append(ev.Tasks, runner.TaskSample{
			Task: i, Live: 100 * milli, OnCore: 20 * milli, WaitCore: 10 * milli, WaitGIL: 70 * milli, Core: 0, Processes: 1, Threads: 1, RSS: -1, PSS: -1,
		})
	}
	s.now = at
	s.events(ev)
}

// exactly is a run of five threads under one lock, four seconds on, with its lanes on the screen.
func exactly(tb testing.TB, w, h int) *stage {
	s := newStage(tb, w, h)
	s.begin(5, 5)
	for i := 1; i <= 40; i++ {
		s.handing(time.Duration(i)*100*milli, 5)
	}
	s.press("3")
	return s
}

// rowWith is the first row of the screen that begins, in its box, with a word.
func (s *stage) rowWith(tb testing.TB, word string) string {
	tb.Helper()
	rows := s.screen(tb)
	for _, row := range rows {
		if strings.HasPrefix(strings.TrimLeft(row, "│▸█ "), word) {
			return row
		}
	}
	tb.Fatalf("no row begins with %q:\n%s", word, strings.Join(rows, "\n"))
	return ""
}

func TestLanesZoomToWhatIsKnown(t *testing.T) {
	s := exactly(t, 140, 42)
	s.shows(t, "50 ms a column · exact")
	for range 20 {
		s.press(">")
	}
	s.shows(t, "5 ms a column · exact")
	s.press("<", "<")
	s.shows(t, "20 ms a column · exact")
	for range 20 {
		s.press("<")
	}
	s.shows(t, "50 ms a column · exact")
	if s.did != nil {
		t.Errorf("keys of the view did %v", s.did)
	}
}

func TestTheCursorTellsWhoHadTheCoreAndHowLong(t *testing.T) {
	s := exactly(t, 140, 42)
	s.press(">", ">", ">", ">", "left")
	s.shows(t, "core 0 job-4 had 100 % for 20 ms, from 3.980 s to 4.000 s")
	s.press("left", "left", "left", "left")
	s.shows(t, "core 0 job-3 had 100 % for 20 ms, from 3.960 s to 3.980 s")
	if s.focus != 3 {
		t.Errorf("keys act on job %d, not on the one under the cursor", s.focus)
	}
	s.press("down")
	s.shows(t, "core 1 idle for 4.000 s, from 0.000 s to 4.000 s")
	s.press("up", "g")
	s.shows(t, "core 0 job-0 had 100 % for 20 ms, from 0.000 s to 0.020 s")
	s.shows(t, "0.000 s to 0.600 s")
	s.press("left", "left")
	s.shows(t, "from 0.000 s to 0.020 s")
}

func TestWhatIsLookedAtStandsStillUntilTheUserGoesBack(t *testing.T) {
	s := exactly(t, 140, 42)
	s.press(">", ">", ">", ">", "left")
	was := s.rowWith(t, "0")
	for i := 41; i <= 50; i++ {
		s.handing(time.Duration(i)*100*milli, 5)
	}
	if is := s.rowWith(t, "0"); is != was {
		t.Errorf("it moved:\n%s\n%s", was, is)
	}
	s.press("esc")
	s.shows(t, "job-4")
	if rows := strings.Join(s.screen(t), "\n"); strings.Contains(rows, "had 100 %") || s.look.lens.Still() {
		t.Error("the cursor is still there")
	}
	s.press("left", "0")
	if s.look.lens.Still() {
		t.Error("0 does not follow the run again")
	}
	s.press("pgup")
	s.shows(t, " s to ")
	s.press("G")
	if s.look.lens.Still() {
		t.Error("the end of the run is not followed")
	}
}

func TestLanesScroll(t *testing.T) {
	s := exactly(t, 140, 42)
	s.press(">", ">", ">", ">")
	s.send(tea.MouseMsg{Button: tea.MouseButtonWheelUp})
	s.shows(t, "3.385 s to 3.985 s")
	for range 300 {
		s.send(tea.MouseMsg{Button: tea.MouseButtonWheelUp})
	}
	s.shows(t, "0.000 s to 0.600 s")
	for range 400 {
		s.send(tea.MouseMsg{Button: tea.MouseButtonWheelDown})
	}
	s.shows(t, "3.400 s to 4.000 s")
}

func TestAClickPutsTheCursorThere(t *testing.T) {
	s := exactly(t, 140, 42)
	s.press(">", ">", ">", ">")
	y := 0
	for i, row := range s.screen(t) {
		if strings.HasPrefix(strings.TrimLeft(row, "│ "), "0 ") && strings.Contains(row, "%") {
			y = i
			break
		}
	}
	s.send(tea.MouseMsg{Button: tea.MouseButtonLeft, Action: tea.MouseActionPress, X: 18, Y: y})
	s.shows(t, "core 0 job-0 had 100 % for 20 ms, from 3.400 s to 3.420 s")
	s.send(tea.MouseMsg{Button: tea.MouseButtonLeft, Action: tea.MouseActionPress, X: 0, Y: 0})
	s.shows(t, "core 0 job-0")
}

// With room for both, jobs stand below the cores; a click on one has keys act on it.
func TestJobsStandBelowTheCoresWhereThereIsRoom(t *testing.T) {
	s := exactly(t, 140, 42)
	for y, row := range s.screen(t) {
		if strings.Contains(row, "█ job-3") {
			s.send(tea.MouseMsg{Button: tea.MouseButtonLeft, Action: tea.MouseActionPress, X: 40, Y: y})
			break
		}
	}
	if s.focus != 3 || s.look.lens.Still() {
		t.Errorf("job %d is in focus, and the lanes stand still: %v", s.focus, s.look.lens.Still())
	}
	empty := 0
	for y, row := range s.screen(t) {
		if empty++; strings.Trim(row, "│ ") != "" {
			empty = 0
		}
		if empty > 3 { // an idle core has as many
			t.Errorf("row %d and those above it are empty", y)
		}
	}
}

// Who has a core is told by its whole name where a lane has a row for it.
func TestTheNameBesideALaneIsReadable(t *testing.T) {
	for _, size := range [][2]int{{140, 42}, {80, 24}} {
		s := newStage(t, size[0], size[1])
		s.begin(2, 2)
		s.state.Jobs[0].Name = "word-count.py"
		s.handing(100*milli, 1)
		s.press("3")
		s.shows(t, "● word-count.py")
		s.press("1")
		s.shows(t, "● word-count.py")
	}
}

func TestJobsAsRowsShowInWhichStateEachWas(t *testing.T) {
	s := exactly(t, 140, 42)
	s.events(runner.TaskPaused{At: runner.At(4 * time.Second), Task: 1})
	ev := runner.Sampled{At: runner.At(5 * time.Second), Span: time.Second, Tasks: []runner.TaskSample{
		{Task: 0, Live: time.Second, OnCore: time.Second, WaitGIL: -1},
		{Task: 1, WaitGIL: -1},
		{Task: 2, Live: time.Second, WaitCore: time.Second, WaitGIL: -1},
		{Task: 3, Live: time.Second, WaitGIL: -1},
	}}
	s.now = 5 * time.Second
	s.events(ev, runner.TaskEnded{At: runner.At(5 * time.Second), Task: 4, Try: 1, Status: runner.Succeeded})
	s.press("v")
	s.shows(t, "jobs over time")
	s.shows(t, "█ on a core   ▓ waiting for a core   ▒ waiting for the GIL   ░ blocked   ‖ paused")
	for job, glyph := range map[string]string{"job-0": "█", "job-1": "‖", "job-2": "▓", "job-3": "░", "job-4": "·"} {
		row := s.rowWith(t, job)
		want := strings.Repeat(glyph, 12)
		if !strings.Contains(row, want) || !strings.Contains(row, "▒") {
			t.Errorf("%s is drawn as\n%s\nwant %s", job, row, want)
		}
	}
	s.press("down", "left")
	s.shows(t, "job-1 4.9 s to 5.0 s: paused 100 %")
	s.press("v")
	s.shows(t, "core lanes")
}

func TestJobsAsRowsAreAsFineAsTheLanes(t *testing.T) {
	s := exactly(t, 140, 42)
	s.press("v", ">", ">", ">", ">")
	one := "████" + strings.Repeat("▒", 16)
	if row := s.rowWith(t, "job-0"); !strings.Contains(row, one+one+one) {
		t.Errorf("job-0 had the core for 20 of each 100 ms, and is drawn as\n%s", row)
	}
}

func TestHowManyWereOnCoresAtOnce(t *testing.T) {
	s := exactly(t, 140, 42)
	s.shows(t, "on cores at once lately  0 ▏ 0 %")
	s.shows(t, "1 "+strings.Repeat("█", 51)+" 100 %")
	s = exactly(t, 140, 20)
	s.shows(t, "on cores at once lately  0 ▏ 0 %  1 "+strings.Repeat("█", 21)+" 100 %  2 ▏ 0 %")
	s = newStage(t, 140, 42)
	s.begin(2, 2)
	s.sample(time.Second)
	s.press("3")
	s.shows(t, "on cores at once: needs exact lanes")
}

func TestLanesOfManyCoresFollowTheCursor(t *testing.T) {
	s := newStage(t, 80, 24)
	s.begin(3, 3)
	ev := runner.Sampled{At: runner.At(time.Second), Span: time.Second, Together: make([]time.Duration, 65)}
	ev.Together[3], ev.Together[40] = 900*milli, 100*milli
	ev.Lanes = runner.Lanes{Cell: 100 * milli, Tier: "exact"}
	for c := range 64 {
		ev.Lanes.Cores = append(ev.Lanes.Cores, c)
		row := make([]runner.Cell, 10)
		for i := range row {
			row[i] = runner.Cell{Task: int32(c % 3), Ours: 90, Load: 100}
		}
		ev.Lanes.Rows = append(ev.Lanes.Rows, row)
	}
	s.now = time.Second
	s.events(ev)
	s.press("3")
	s.shows(t, "of 64")
	s.shows(t, "mostly 3 (90 %) · 6.7 on average")
	s.press("left")
	for range 40 {
		s.press("down")
	}
	s.shows(t, "core 40 job-1")
	s.rowWith(t, "40 100 %")
}

func TestKeysOfTheLanesAreDeadElsewhere(t *testing.T) {
	s := exactly(t, 140, 42)
	s.press("1", ">", "v", "0")
	if s.look.lens.Jobs || s.look.lens.Still() {
		t.Error("keys of the lanes work among panes")
	}
	if foot := s.screen(t)[s.h-1]; strings.Contains(foot, "closer") {
		t.Errorf("the footer names dead keys: %s", foot)
	}
	s.press("3")
	if foot := s.screen(t)[s.h-1]; !strings.Contains(foot, "> closer") || strings.Contains(foot, "0 live") {
		t.Errorf("the footer is %s", foot)
	}
}

func TestTheLanesViewFitsEverySize(t *testing.T) {
	for _, size := range [][2]int{{60, 16}, {80, 24}, {140, 42}, {200, 60}} {
		s := exactly(t, size[0], size[1])
		for _, keys := range [][]string{{">"}, {"left"}, {"down"}, {"v"}, {"pgup"}, {"g"}, {"<"}, {"0"}, {"v"}} {
			s.press(keys...)
			s.screen(t)
		}
		if text.Width(s.screen(t)[0]) != size[0] {
			t.Error("the header has another width")
		}
	}
}

// Before anything is measured the view has the shape that it will have, and says what it waits for.
func TestTheScreenIsNotEmptyBeforeTheFirstSample(t *testing.T) {
	for _, size := range [][2]int{{60, 16}, {80, 24}, {140, 42}, {200, 60}} {
		s := newStage(t, size[0], size[1])
		s.shows(t, "starting …")
		s.shows(t, "test")
		s.begin(4, 4)
		for _, view := range []string{"1", "2", "4"} {
			if s.press(view); size[1] >= 20 { // there is room for lanes
				s.shows(t, "measuring …")
			}
		}
		s.press("3")
		s.rowWith(t, "0    –")
		s.shows(t, "measuring …")
		if size[1] >= 42 {
			s.rowWith(t, "1    –")
			s.shows(t, "jobs over time")
		}
	}
}
