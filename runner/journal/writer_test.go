package journal

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"parallax/runner"
)

func TestOnlyTheUserCanLookIntoARun(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no permission bits: the user's profile keeps others out")
	}
	root := filepath.Join(t.TempDir(), "state", "runs")
	w := create(t, root, Info{Jobs: jobs(1)})
	for path, want := range map[string]fs.FileMode{
		root: 0o700, filepath.Dir(root): 0o700, w.Dir(): 0o700, filepath.Join(w.Dir(), logsDir): 0o700,
		filepath.Join(w.Dir(), infoFile): 0o600, filepath.Join(w.Dir(), eventsFile): 0o600,
	} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", path, got, want)
		}
	}
}

func TestLogPaths(t *testing.T) {
	few, many := &Writer{info: Info{Tasks: 1000}}, &Writer{info: Info{Tasks: 1001}}
	for _, c := range []struct {
		w         *Writer
		task, try int
		stderr    bool
		want      string
	}{
		{few, 7, 1, false, "logs/0007.log"},
		{few, 7, 2, false, "logs/0007.2.log"},
		{few, 7, 1, true, "logs/0007.err"},
		{few, 999, 3, true, "logs/0999.3.err"},
		{many, 7, 1, false, "logs/000/000007.log"},
		{many, 12345, 1, false, "logs/012/012345.log"},
		{many, 12345, 2, true, "logs/012/012345.2.err"},
		{many, 1234567, 1, false, "logs/1234/1234567.log"},
	} {
		if got := c.w.LogPath(c.task, c.try, c.stderr); got != c.want {
			t.Errorf("task %d try %d: %s, want %s", c.task, c.try, got, c.want)
		}
	}
}

func TestWhatWasAskedComesBack(t *testing.T) {
	asked := Info{
		Name: "crunch", Version: "1.2", Argv: []string{"parallax", "run", "a<b>.py", "caf\xe9"}, Cwd: "/tmp/\xff",
		Start:    time.Now(),
		Host:     Host{Cores: []int{0, 3}, Quota: 1.5},
		Settings: Settings{Workers: 3, Halt: runner.HaltSoon, Separate: true},
		Jobs: []runner.Job{
			{
				Name: "a", Group: "g", Model: runner.Threads, Script: "a.py", Args: []string{"x", "\xfe"}, Python: "python3",
				Env: map[string]string{"K": "v\xfd", "L": "w"}, Dir: "d", Stdin: "in\xfc", CPUs: []int{1}, After: []string{"b"},
				Limits: runner.Limits{Timeout: time.Minute, Grace: time.Second, Retries: 2}, Origin: "parallax.yaml:3:5",
			},
			{Name: "b", Model: runner.Processes, Argv: []string{"true", "\xfb"}},
			{Name: "c", Model: runner.Processes, Line: "echo 'é' \xfa && true"},
		},
	}
	w := create(t, t.TempDir(), asked)
	r, err := Open(w.Dir())
	if err != nil {
		t.Fatal(err)
	}
	got := r.Info()
	if !got.Start.Equal(asked.Start) {
		t.Errorf("start %v, want %v", got.Start, asked.Start)
	}
	if got.Format != Format || !IsID(got.ID) || got.Tasks != 3 || got.Writer.PID != os.Getpid() || got.Host.Name == "" || got.Host.OS == "" {
		t.Errorf("not filled in: %+v", got)
	}
	want := w.Info()
	got.Start, want.Start = time.Time{}, time.Time{}
	if !equalJSON(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	text, err := os.ReadFile(filepath.Join(w.Dir(), infoFile))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), "\n    {\"name\":"); n != 3 {
		t.Errorf("%d jobs stand on lines of their own, want 3:\n%s", n, text)
	}
}

func TestIDsThatAreTakenArePassedOver(t *testing.T) {
	root, now := t.TempDir(), time.Now()
	seen := map[string]bool{}
	for range 50 {
		w := create(t, root, Info{Start: now, Jobs: jobs(1)})
		if seen[w.Info().ID] {
			t.Fatalf("two runs are %s", w.Info().ID)
		}
		seen[w.Info().ID] = true
	}
	for id := range seen {
		if _, err := Create(root, Info{ID: id}); !errors.Is(err, fs.ErrExist) {
			t.Fatalf("an id that is taken was given again: %v", err)
		}
	}
	if _, err := Create(root, Info{ID: "../x"}); err == nil || !strings.Contains(err.Error(), "no id of a run") {
		t.Errorf("an impossible id: %v", err)
	}
	if entries, _ := os.ReadDir(root); len(entries) != len(seen) {
		t.Errorf("%d folders for %d runs", len(entries), len(seen))
	}
}

func TestTwoWritersDoNotMeet(t *testing.T) {
	root := t.TempDir()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			w, err := Create(root, Info{Start: time.Unix(1e9, 0), Jobs: jobs(20)})
			if err != nil {
				t.Error(err)
				return
			}
			defer w.Close()
			if err := w.Record(opening(w.Info())); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	runs, err := List(root)
	if err != nil || len(runs) != 8 {
		t.Fatalf("%d runs, %v", len(runs), err)
	}
	for _, s := range runs {
		if rec := load(t, s.Dir); rec.LeftOut > 0 || rec.State.Count(runner.Queued) != 20 || rec.State.ID != s.ID {
			t.Errorf("%s: %d queued, %v", s.ID, rec.State.Count(runner.Queued), rec.Warnings)
		}
	}
}

// disk is a file that can be full and that counts what is asked of it.
type disk struct {
	text   []byte
	room   int // bytes left; -1 is no end
	writes int
}

func (d *disk) Write(b []byte) (int, error) {
	d.writes++
	n := len(b)
	if d.room >= 0 {
		n = min(n, d.room)
		d.room -= n
	}
	d.text = append(d.text, b[:n]...)
	if n < len(b) {
		return n, syscall.ENOSPC
	}
	return n, nil
}

func (d *disk) Close() error { return nil }

func onDisk(t testing.TB, d *disk, n int) *Writer {
	w := newWriter(t.TempDir(), Info{ID: "x", Jobs: jobs(n), Tasks: n}, d, func() error { return nil })
	t.Cleanup(func() { w.Close() })
	return w
}

func TestABatchIsOneWrite(t *testing.T) {
	d := &disk{room: -1}
	w := onDisk(t, d, 1000)
	record(t, w, opening(w.Info())...)
	if d.writes != 1 {
		t.Errorf("%d writes for one batch", d.writes)
	}
}

func TestAFullDiskLosesNothingThatFitsInMemory(t *testing.T) {
	evs := opening(Info{ID: "x", Jobs: jobs(3)})
	evs = append(evs, runner.TaskStarted{At: 5, Task: 1, Try: 1}, newLive(2).sample(time.Second, []int{1}), runner.TaskPaused{At: 7, Task: 1}, runner.RunEnded{At: 9})
	whole := &disk{room: -1}
	for _, ev := range evs {
		record(t, onDisk(t, whole, 3), ev)
	}
	full := onDisk(t, &disk{room: -1}, 3)
	record(t, full, evs...)
	want := string(full.out.(*disk).text)
	for room := range len(want) {
		d := &disk{room: room}
		w := onDisk(t, d, 3)
		failed := false
		for _, ev := range evs {
			if err := w.Record([]runner.Event{ev}); err != nil {
				failed = true
				if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), eventsFile) {
					t.Fatalf("room %d: %v", room, err)
				}
			}
		}
		if !failed {
			t.Fatalf("room %d: nobody was told", room)
		}
		d.room = -1
		if err := w.Record(nil); err != nil {
			t.Fatalf("room %d: there is room again, but: %v", room, err)
		}
		if string(d.text) != want {
			t.Fatalf("room %d:\ngot  %s\nwant %s", room, d.text, want)
		}
	}
}

func TestWhatIsKeptInMemoryIsBounded(t *testing.T) {
	const n = 40_000
	d := &disk{room: 30} // within the first line
	w := onDisk(t, d, n)
	err := w.Record(opening(w.Info()))
	if err == nil || !strings.Contains(err.Error(), "events are lost") {
		t.Fatalf("%v", err)
	}
	figures := newLive(4)
	for i := range 300 {
		if err := w.Record([]runner.Event{figures.sample(time.Duration(i)*time.Minute, []int{1, 2, 3})}); err == nil {
			t.Fatal("the disk is full, and nobody was told")
		}
		if len(w.buf) > 2*maxKept || cap(w.buf) > 5*maxKept {
			t.Fatalf("%d of %d bytes are kept", len(w.buf), cap(w.buf))
		}
	}
	d.room = -1
	if err := w.Record(nil); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(d.text), "\n"), "\n")
	dec := newDecoder(n)
	for i, line := range lines {
		if _, err := dec.event([]byte(line)); err != nil {
			t.Fatalf("line %d: %v\n%s", i+1, err, line)
		}
	}
	if len(d.text) > maxKept+100 {
		t.Errorf("%d bytes were kept", len(d.text))
	}
	if err := w.Close(); err == nil || !strings.Contains(err.Error(), "lacks") {
		t.Errorf("closed as if it were whole: %v", err)
	}
}

func TestRecordNeverWaitsForTheDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const slow = 10 * time.Second
		var inFlight, forced int
		w := newWriter(t.TempDir(), Info{ID: "x", Jobs: jobs(3)}, &disk{room: -1}, func() error {
			if inFlight++; inFlight > 1 {
				t.Error("forced twice at once")
			}
			time.Sleep(slow)
			inFlight--
			forced++
			return errors.New("the disk is broken")
		})
		began := time.Now()
		for range 100 {
			record(t, w, runner.TaskQueued{Task: 1, Try: 1})
			synctest.Wait()
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("it waited %v", took)
		}
		time.Sleep(5 * slow)
		synctest.Wait()
		if forced != 2 {
			t.Errorf("100 changes were forced to the disk in %d goes, want 2", forced)
		}
		if err := w.Record(nil); err == nil || !strings.Contains(err.Error(), "the disk is broken") {
			t.Errorf("an error of the disk is not told: %v", err)
		}
		if err := w.Record(nil); err != nil {
			t.Errorf("an error of the disk is told twice: %v", err)
		}
		if err := w.Close(); err == nil {
			t.Error("closed as if all were on the disk")
		}
		if forced != 3 {
			t.Errorf("Close did not force what was written to the disk")
		}
	})
}

func TestSamplesAreNotForcedToTheDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		forced := 0
		w := newWriter(t.TempDir(), Info{ID: "x", Jobs: jobs(3)}, &disk{room: -1}, func() error { forced++; return nil })
		figures := newLive(2)
		for i := range 100 {
			record(t, w, figures.sample(time.Duration(i)*100*time.Millisecond, []int{1}))
			synctest.Wait()
		}
		if forced != 0 {
			t.Errorf("forced %d times", forced)
		}
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestAHundredThousandJobs(t *testing.T) {
	const n = hundredThousand
	w := create(t, t.TempDir(), Info{Name: "many", Jobs: jobs(n)})
	record(t, w, opening(w.Info())...)
	end := make([]runner.Event, 0, n+1)
	for i := range n {
		end = append(end, runner.TaskEnded{At: 1, Task: i, Try: 1, Status: runner.Cancelled, Reason: "cancelled", Cause: -1, Exit: runner.Exit{Code: -1}})
	}
	record(t, w, append(end, runner.RunEnded{At: 2})...)
	if cap(w.buf) > maxKept {
		t.Errorf("%d bytes stay allocated", cap(w.buf))
	}
	rec := load(t, w.Dir())
	if rec.LeftOut > 0 || rec.State.Count(runner.Cancelled) != n || rec.Status != Ended {
		t.Errorf("%d cancelled, %s, %v", rec.State.Count(runner.Cancelled), rec.Status, rec.Warnings)
	}
	s, err := summarize(w.Dir())
	if err != nil || s.Tasks != n || s.Ended.Cancelled != n {
		t.Errorf("%+v, %v", s, err)
	}
	if !slices.Equal(rec.State.Jobs[n-1].Argv, w.Info().Jobs[n-1].Argv) || rec.State.Jobs[n-1].Name != w.Info().Jobs[n-1].Name {
		t.Errorf("the last job is %+v", rec.State.Jobs[n-1])
	}
}
