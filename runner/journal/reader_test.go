package journal

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"parallax/runner"
)

// small records a short run with one event of every type.
func small(t testing.TB, root string) *Writer {
	w := create(t, root, Info{Name: "small", Jobs: jobs(2)})
	record(t, w, opening(w.Info())...)
	figures := newLive(2)
	record(t, w,
		runner.TaskStarted{At: 1e6, Task: 0, Try: 1, Identity: runner.Identity{PID: 4, Log: "logs/0000.log"}},
		figures.sample(200*time.Millisecond, []int{0}),
		runner.TaskPaused{At: runner.At(300 * time.Millisecond), Task: 0},
		runner.TaskResumed{At: runner.At(400 * time.Millisecond), Task: 0},
		runner.RunPaused{At: runner.At(410 * time.Millisecond)},
		runner.RunResumed{At: runner.At(420 * time.Millisecond)},
		runner.Advised{At: runner.At(500 * time.Millisecond), Task: -1, Level: runner.Good, Code: "c", Text: "läuft"},
		runner.TaskEnded{At: runner.At(600 * time.Millisecond), Task: 0, Try: 1, Status: runner.Succeeded, Cause: -1},
		runner.TaskEnded{At: runner.At(700 * time.Millisecond), Task: 1, Try: 1, Status: runner.Cancelled, Reason: "cancelled", Cause: -1, Exit: runner.Exit{Code: -1}},
		runner.RunEnded{At: runner.At(800 * time.Millisecond)},
	)
	return w
}

// orphan makes the run look as if its writer had been killed.
func orphan(t testing.TB, dir string) {
	t.Helper()
	path := filepath.Join(dir, infoFile)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text = []byte(strings.Replace(string(text), `"birth": `, `"birth": 9`, 1)) // another process has the pid now
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestATornEndIsReadPast(t *testing.T) {
	w := small(t, t.TempDir())
	orphan(t, w.Dir())
	whole := journalOf(t, w.Dir())
	for n := range len(whole) {
		setJournal(t, w.Dir(), whole[:n])
		rec := load(t, w.Dir())
		if rec.LeftOut > 0 {
			t.Fatalf("cut at byte %d: %v", n, rec.Warnings)
		}
		lines := strings.Count(whole[:n], "\n")
		if n == len(whole)-1 || whole[n] == '\n' {
			lines++ // all of the last line but its newline is there
		}
		setJournal(t, w.Dir(), strings.Join(strings.SplitAfter(whole, "\n")[:lines], ""))
		want := load(t, w.Dir())
		if rec.State.Now != want.State.Now || rec.Status != want.Status || rec.State.Count(runner.Queued) != want.State.Count(runner.Queued) {
			t.Fatalf("cut at byte %d: %v %s, want %v %s", n, rec.State.Now, rec.Status, want.State.Now, want.Status)
		}
		if rec.Status == Running {
			t.Fatalf("cut at byte %d: its writer is gone, but it is %s", n, rec.Status)
		}
	}
}

func TestDamageInTheMiddleIsLeftOutAndTold(t *testing.T) {
	w := small(t, t.TempDir())
	lines := strings.SplitAfter(journalOf(t, w.Dir()), "\n")
	for _, c := range []struct{ with, why string }{
		{"garbage\n", "'{' expected"},
		{"\x00\x00\x00\n", "expected"},
		{`{"type":"task_paused","t":1,"ta` + "\n", "too early"},
		{`{"type":"from_the_future","t":1}` + "\n", `unknown type of event "from_the_future"`},
		{`{"type":"task_started","t":1,"task":0,"try":9}` + "\n", "not possible"},
		{strings.Repeat("x", maxLine+10) + "\n", "longer than 16 MiB"},
		{`{"type":"advised","t":0.5,"task":-1,"level":"good","code":"c","text":"x","colour":["red",{"a":null}]}` + "\n", "unknown field advised.colour"},
	} {
		setJournal(t, w.Dir(), strings.Join(lines[:6], "")+c.with+strings.Join(lines[6:], ""))
		rec := load(t, w.Dir())
		var warning *Warning
		if len(rec.Warnings) != 1 || !errors.As(rec.Warnings[0], &warning) || warning.Line != 7 || !strings.Contains(warning.Error(), c.why) {
			t.Errorf("%.40q: warnings %.200v, want line 7 and %q", c.with, rec.Warnings, c.why)
		}
		if rec.Status != Ended || rec.State.Count(runner.Succeeded) != 1 {
			t.Errorf("%.40q: the rest was not read: %s", c.with, rec.Status)
		}
	}
}

func TestAnUnknownFieldIsToldOnce(t *testing.T) {
	w := small(t, t.TempDir())
	setJournal(t, w.Dir(), strings.ReplaceAll(journalOf(t, w.Dir()), `"try":1`, `"try":1,"mood":{"a":[1,"]"]}`))
	rec := load(t, w.Dir())
	told := map[string]bool{}
	for _, w := range rec.Warnings {
		told[w.Error()[strings.LastIndexByte(w.Error(), ' ')+1:]] = true
	}
	if len(rec.Warnings) != 3 || !told["task_queued.mood"] || !told["task_started.mood"] || !told["task_ended.mood"] {
		t.Errorf("%v", rec.Warnings)
	}
	if rec.State.Count(runner.Succeeded) != 1 {
		t.Error("the events themselves were left out")
	}
}

func TestWithoutItsFirstLineARunIsStillRead(t *testing.T) {
	w := small(t, t.TempDir())
	text := journalOf(t, w.Dir())
	setJournal(t, w.Dir(), "x"+text)
	rec := load(t, w.Dir())
	if len(rec.Warnings) != 1 || rec.State.Count(runner.Succeeded) != 1 || rec.State.ID != w.Info().ID {
		t.Errorf("%v, %d succeeded", rec.Warnings, rec.State.Count(runner.Succeeded))
	}
	setJournal(t, w.Dir(), "")
	if rec := load(t, w.Dir()); rec.State.ID != w.Info().ID || len(rec.State.Tasks) != 2 || rec.Status != Running {
		t.Errorf("an empty journal: %s, %d tasks", rec.Status, len(rec.State.Tasks))
	}
}

func TestANewerFormatIsRefused(t *testing.T) {
	w := small(t, t.TempDir())
	path := filepath.Join(w.Dir(), infoFile)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	setInfo := func(s string) {
		if err := os.WriteFile(path, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const why = "written in format 7, this parallax reads up to 1: use a newer parallax"
	setInfo(strings.Replace(strings.Replace(string(text), `"format": 1`, `"format": 7`, 1), `"jobs": [`, `"jobs": [[],`, 1))
	if _, err := Load(w.Dir()); err == nil || !strings.Contains(err.Error(), why) {
		t.Errorf("run.json: %v", err)
	}
	if s, err := summarize(w.Dir()); err == nil || !strings.Contains(err.Error(), why) {
		t.Errorf("in a list: %+v, %v", s, err)
	}
	setInfo(strings.Replace(string(text), `"cwd"`, `"mood": "good", "cwd"`, 1))
	rec := load(t, w.Dir())
	if len(rec.Warnings) != 1 || !strings.Contains(rec.Warnings[0].Error(), `unknown field "mood"`) || rec.State.Count(runner.Succeeded) != 1 {
		t.Errorf("an unknown field of run.json: %v", rec.Warnings)
	}
	setInfo(string(text))
	setJournal(t, w.Dir(), strings.Replace(journalOf(t, w.Dir()), `"format":1`, `"format":7`, 1))
	if _, err := Load(w.Dir()); err == nil || !strings.Contains(err.Error(), why) {
		t.Errorf("events.ndjson: %v", err)
	}
}

func TestTheStreamBeginsWithTheJobs(t *testing.T) {
	w := small(t, t.TempDir())
	r, err := Open(w.Dir())
	if err != nil {
		t.Fatal(err)
	}
	for ev, err := range r.Events() {
		started, ok := ev.(runner.RunStarted)
		if err != nil || !ok || len(started.Jobs) != 2 || started.Jobs[1].Name != "job 1" || !started.Time.Equal(w.Info().Start) {
			t.Errorf("%+v, %v", ev, err)
		}
		return // breaking off must be possible
	}
	t.Error("no events")
}

func TestFollowingSeesWhatIsWrittenLater(t *testing.T) {
	w := create(t, t.TempDir(), Info{Jobs: jobs(3)})
	record(t, w, opening(w.Info())...)
	r, err := Open(w.Dir())
	if err != nil {
		t.Fatal(err)
	}
	var state runner.State
	later := []runner.Event{
		runner.TaskStarted{At: 1, Task: 2, Try: 1},
		runner.TaskEnded{At: 2, Task: 2, Try: 1, Status: runner.Succeeded, Cause: -1},
		runner.RunEnded{At: 3},
	}
	n := 0
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for ev, err := range r.Follow(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		if err := state.Apply(ev); err != nil {
			t.Fatal(err)
		}
		if n++; n >= 4 && len(later) > 0 { // what there was has been read
			record(t, w, later[0])
			later = later[1:]
		}
	}
	if !state.Ended || state.Count(runner.Succeeded) != 1 || n != 7 {
		t.Errorf("%d events, ended: %v", n, state.Ended)
	}
}

func TestFollowingEndsWithItsContextAndWithTheWriter(t *testing.T) {
	w := create(t, t.TempDir(), Info{Jobs: jobs(3)})
	record(t, w, opening(w.Info())...)
	follow := func(ctx context.Context, f func(runner.Event)) {
		r, err := Open(w.Dir())
		if err != nil {
			t.Fatal(err)
		}
		for ev, err := range r.Follow(ctx) {
			if err != nil {
				t.Fatal(err)
			}
			f(ev)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	follow(ctx, func(ev runner.Event) {
		if q, ok := ev.(runner.TaskQueued); ok && q.Task == 2 {
			cancel()
		}
	})
	orphan(t, w.Dir())
	n := 0
	bounded, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	follow(bounded, func(runner.Event) { n++ })
	if n != 4 || bounded.Err() != nil {
		t.Errorf("%d events, and then %v", n, bounded.Err())
	}
}

func TestAWriterThatIsGoneLeavesAnInterruptedRun(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs a command `true`")
	}
	if !ThisProcess().Alive() {
		t.Error("this process is gone")
	}
	child := exec.Command("sleep", "1000")
	if err := child.Start(); err != nil {
		t.Skipf("needs a process to kill: %v", err)
	}
	birth, ok := birthOf(child.Process.Pid)
	p := Process{PID: child.Process.Pid, Birth: birth, Boot: bootID()}
	if !ok || !p.Alive() {
		t.Errorf("%+v is not seen", p)
	}
	if stranger := (Process{PID: p.PID, Birth: birth + 1, Boot: p.Boot}); stranger.Alive() {
		t.Error("a later process with the same pid is taken for it")
	}
	if rebooted := (Process{PID: p.PID, Birth: birth, Boot: "another"}); rebooted.Alive() {
		t.Error("a process of another boot is taken for it")
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS == "linux" {
		for p.Alive() { // a zombie, until it is waited for
			runtime.Gosched()
		}
	}
	_ = child.Wait() // it was killed
	if p.Alive() {
		t.Error("it is gone, but not seen so")
	}
}

func TestARunOfAnotherMachineCountsByItsLastWrite(t *testing.T) {
	w := small(t, t.TempDir())
	info := w.Info()
	info.Host.Name = "elsewhere." + info.Host.Name
	if !info.running(w.Dir()) {
		t.Error("it writes, but counts as interrupted")
	}
	old := time.Now().Add(-2 * foreignGap)
	if err := os.Chtimes(filepath.Join(w.Dir(), eventsFile), old, old); err != nil {
		t.Fatal(err)
	}
	if info.running(w.Dir()) {
		t.Error("it has been silent for long, but counts as running")
	}
}
