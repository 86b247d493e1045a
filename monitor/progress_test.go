package monitor

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"parallax/monitor/progress"
	"parallax/runner"
)

// desk is a folder of logs, and tasks that write to them.
type desk struct {
	t testing.TB
	p progresses
	*runner.State
	tasks map[int]*told
}

func newDesk(t testing.TB, tasks int) *desk {
	d := &desk{t: t, p: progresses{dir: t.TempDir()}, State: &runner.State{Tasks: make([]runner.Task, tasks)}, tasks: map[int]*told{}}
	for i := range tasks {
		d.Tasks[i].Identity = runner.Identity{Log: fmt.Sprintf("%d.log", i), Err: fmt.Sprintf("%d.err", i)}
		d.tasks[i] = &told{}
	}
	return d
}

func appendTo(t testing.TB, path, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
}

func (d *desk) write(name, text string) {
	d.t.Helper()
	appendTo(d.t, filepath.Join(d.p.dir, name), text)
}

// look returns the progress of all tasks, in per cent; -1 unknown.
func (d *desk) look() []int {
	var samples []runner.TaskSample
	for i := range d.Tasks {
		samples = append(samples, runner.TaskSample{Task: i, LogSize: logSize(d.p.dir, d.Tasks[i])})
	}
	d.p.fill(samples, d.tasks, d.Tasks)
	var out []int
	for _, ts := range samples {
		share, known := ts.Progress.Share()
		if !known {
			share = -0.01
		}
		out = append(out, int(100*share))
	}
	return out
}

func (d *desk) expect(want ...int) {
	d.t.Helper()
	if got := d.look(); fmt.Sprint(got) != fmt.Sprint(want) {
		d.t.Errorf("progress is %v, want %v", got, want)
	}
}

func TestProgressIsReadFromLogs(t *testing.T) {
	d := newDesk(t, 4)
	d.expect(-1, -1, -1, -1)
	d.write("0.log", "\r 10%|#   |\r 20%|")
	d.write("1.err", "\x1b]9;4;1;")
	d.write("2.log", "100% of users\n")
	d.write("3.log", "\x1b]9;4;1;")
	d.expect(20, -1, -1, -1)
	d.write("0.log", "##  |\r 30%|#")
	d.write("1.err", "70\a")
	d.expect(30, 70, -1, -1)
	d.expect(30, 70, -1, -1)
	// Between two looks more than is looked through.
	d.write("0.log", strings.Repeat("x", 3*progress.Tail)+"\r 60%|###\r 65%|###")
	d.write("1.err", strings.Repeat("x", 3*progress.Tail)+"\x1b]9;4;1;71\a"+strings.Repeat("x", progress.Tail-10))
	d.write("3.log", strings.Repeat("x", progress.Tail)+"55\a"+strings.Repeat("y", progress.Tail-3))
	d.expect(65, 70, -1, -1)
}

func TestProgressIsReadFromTheDescriptor(t *testing.T) {
	d := newDesk(t, 2)
	said := map[int]string{0: "10\n"}
	d.p.ask = func(task int, buf []byte) ([]byte, bool) {
		n := copy(buf, said[task])
		delete(said, task)
		return buf[:n], true
	}
	d.write("0.log", "\r80%\r90%")
	d.write("1.log", "\r80%\r90%")
	d.expect(10, 90)
	said[0] = "nonsense\n"
	d.expect(10, 90)
}

func TestAGoneLogChangesNothing(t *testing.T) {
	d := newDesk(t, 1)
	d.write("0.log", "\r80%\r90%")
	d.expect(90)
	d.Tasks[0].LogSize[0] = 100
	if err := os.Remove(filepath.Join(d.p.dir, "0.log")); err != nil {
		t.Fatal(err)
	}
	d.expect(90)
}

func TestAllLogsGetTheirTurn(t *testing.T) {
	const tasks = 3*maxReads + 10
	d := newDesk(t, tasks)
	for i := range tasks {
		d.write(fmt.Sprintf("%d.log", i), "\r10%\r20%")
	}
	for round := range 4 {
		known := 0
		for _, percent := range d.look() {
			if percent >= 20 {
				known++
			}
		}
		if want := min((round+1)*maxReads, tasks); known != want {
			t.Errorf("after %d looks the progress of %d tasks is known, want %d", round+1, known, want)
		}
		d.write("0.log", "\r21%") // whoever writes all the time does not keep others from their turn
	}
}

func TestSamplerTellsProgress(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		g := newStageWith(Options{Dir: dir, Progress: func(task int, buf []byte) ([]byte, bool) {
			if task != 1 {
				return nil, false
			}
			return append(buf[:0], "3/10\n"...), true
		}})
		defer g.stop()
		g.feed.put(started(3)...)
		for i := range 3 {
			g.feed.put(runner.TaskStarted{Task: i, Try: 1, Identity: runner.Identity{Log: fmt.Sprint(i)}})
		}
		appendTo(t, filepath.Join(dir, "0"), "\r10%\r20%")
		reports := g.pass(2 * time.Second)
		last := reports[len(reports)-1]
		if a, b, c := last.Tasks[0].Progress, last.Tasks[1].Progress, last.Tasks[2].Progress; a != runner.ProgressOf(0.2) || b != runner.ProgressOf(0.3) || c != 0 {
			t.Errorf("progress %v %v %v", a, b, c)
		}
		// A new try begins anew.
		g.feed.put(
			runner.TaskEnded{At: runner.At(2 * time.Second), Task: 0, Try: 1, Status: runner.Failed, Cause: -1},
			runner.TaskQueued{At: runner.At(2 * time.Second), Task: 0, Try: 2},
			runner.TaskStarted{At: runner.At(2 * time.Second), Task: 0, Try: 2, Identity: runner.Identity{Log: "none"}},
		)
		reports = g.pass(2 * time.Second)
		if got := reports[len(reports)-1].Tasks[0].Progress; got != 0 {
			t.Errorf("the next try begins with %v", got)
		}
	})
}

// BenchmarkProgress is what one report of 16 chatty jobs costs.
func BenchmarkProgress(b *testing.B) {
	d := newDesk(b, 16)
	for i := range 16 {
		d.write(fmt.Sprintf("%d.log", i), strings.Repeat("a line of ordinary output with some words and 45 numbers\n", 20))
	}
	var samples []runner.TaskSample
	for i := range d.Tasks {
		samples = append(samples, runner.TaskSample{Task: i, LogSize: logSize(d.p.dir, d.Tasks[i])})
	}
	for b.Loop() {
		for _, told := range d.tasks {
			told.seen = [2]int64{}
		}
		d.p.fill(samples, d.tasks, d.Tasks)
	}
}
