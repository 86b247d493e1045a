package plain

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"parallax/runner"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// act is what a job of a test does; try counts from 1.
type act func(out, err io.Writer, try int) int

// acts is a Launcher that runs them.
type acts map[string]act

func (a acts) Check(runner.Job) error { return nil }
func (a acts) Launch(_ context.Context, spec runner.Spec) (runner.Handle, error) {
	return handle{a[spec.Job.Name], spec}, nil
}

type handle struct {
	act  act
	spec runner.Spec
}

func (h handle) Identity() runner.Identity { return runner.Identity{Label: "pid 1"} }
func (h handle) Wait() runner.Exit {
	code := h.act(h.spec.Stdout, h.spec.Stderr, h.spec.Try)
	return runner.Exit{Code: code, Usage: runner.Usage{Known: true, User: time.Second}}
}
func (h handle) Pause() error           { return nil }
func (h handle) Resume() error          { return nil }
func (h handle) Stop(runner.Stop) error { return nil }

// folder is a Recorder that keeps no events.
type folder string

func (f folder) Record([]runner.Event) error { return nil }
func (f folder) Dir() string                 { return string(f) }
func (f folder) LogPath(task, try int, stderr bool) string {
	return fmt.Sprintf("logs/%d.%d.%v", task, try, stderr)
}

// say writes lines with a pause before each.
func say(pause time.Duration, lines ...string) act {
	return func(out, _ io.Writer, _ int) int {
		for _, l := range lines {
			time.Sleep(pause) // of the bubble's clock
			io.WriteString(out, l)
		}
		return 0
	}
}

type job struct {
	name string
	act  act
}

// both runs jobs in a bubble and returns what was printed.
func both(t *testing.T, o Options, workers int, jobs ...job) (stdout, stderr string, err error) {
	t.Helper()
	var out, errs bytes.Buffer
	if o.Out == nil {
		o.Out = &out
	}
	o.Err = &errs
	synctest.Test(t, func(t *testing.T) { err = printed(t, o, workers, jobs) })
	return out.String(), errs.String(), err
}

func printed(t *testing.T, o Options, workers int, jobs []job) error {
	launcher := acts{}
	ro := runner.Options{
		ID: "20260102-0304-abcd", Workers: workers, Cores: []int{0, 1}, Recorder: folder(o.Dir), Separate: o.Dir != "",
		Launchers: map[runner.Model]runner.Launcher{runner.Processes: launcher},
	}
	if o.Dir == "" {
		o.Dir = t.TempDir()
		ro.Recorder = folder(o.Dir)
	}
	for _, j := range jobs {
		launcher[j.name] = j.act
		ro.Jobs = append(ro.Jobs, runner.Job{Name: j.name, Model: runner.Processes, Limits: runner.Limits{Retries: 1}})
	}
	run, err := runner.New(ro)
	if err != nil {
		t.Fatal(err)
	}
	feed := run.Subscribe()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var wg sync.WaitGroup
	wg.Go(func() { run.Run(ctx) })
	err = New(o).Run(ctx, feed)
	cancel()
	wg.Wait()
	return err
}

func TestFormats(t *testing.T) {
	slow := job{"slow", say(220*time.Millisecond, "s1\n", "s2\n", "s3\n")}
	fast := job{"fast", say(130*time.Millisecond, "f1\n", "f", "2\n", "end")}
	for _, c := range []struct {
		name string
		o    Options
		want string
	}{
		{"line", Options{Format: Line, Tag: true}, "fast | f1\nslow | s1\nfast | f2\nslow | s2\nfast | end\nslow | s3\n"},
		{"line, no tag", Options{Format: Line}, "f1\ns1\nf2\ns2\nend\ns3\n"},
		{"line in order", Options{Format: Line, KeepOrder: true}, "s1\ns2\ns3\nf1\nf2\nend\n"},
		{"group", Options{Format: Group}, "f1\nf2\nend\ns1\ns2\ns3\n"},
		{"group, tag", Options{Format: Group, Tag: true}, "fast | f1\nfast | f2\nfast | end\nslow | s1\nslow | s2\nslow | s3\n"},
		{"group in order", Options{Format: Group, KeepOrder: true}, "s1\ns2\ns3\nf1\nf2\nend\n"},
		{"none", Options{Format: None}, ""},
		{
			"colour",
			Options{Format: Group, Tag: true, Color: true, Terminal: true},
			"\x1b[33mfast |\x1b[0m f1\n\x1b[33mfast |\x1b[0m f2\n\x1b[33mfast |\x1b[0m end\n" +
				"\x1b[36mslow |\x1b[0m s1\n\x1b[36mslow |\x1b[0m s2\n\x1b[36mslow |\x1b[0m s3\n",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, stderr, err := both(t, c.o, 2, slow, fast)
			if err != nil || got != c.want {
				t.Errorf("printed %q, %v\n   want %q", got, err, c.want)
			}
			if want := "parallax: 2 succeeded in 0.7 s; CPU time 2.0 s, 3.0 of 2 cores kept busy; run 20260102-0304-abcd\n"; stderr != want {
				t.Errorf("stderr %q, want %q", stderr, want)
			}
		})
	}
}

func TestNamesAreAlignedOnATerminal(t *testing.T) {
	got, _, _ := both(t, Options{Format: Line, Tag: true, Terminal: true}, 1,
		job{"a", say(0, "1\n")}, job{"läng", say(0, "2\n")})
	if want := "a    | 1\nläng | 2\n"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
}

func TestOneJobPassesAsItComes(t *testing.T) {
	var seen []string
	var out writerFunc = func(b []byte) (int, error) {
		seen = append(seen, string(b))
		return len(b), nil
	}
	_, _, err := both(t, Options{Format: Line, Out: out}, 1, job{"a", say(1010*time.Millisecond, "10%\r", "20%\r", "done")})
	if got := strings.Join(seen, "·"); err != nil || got != "10%\r·20%\r·done\n" {
		t.Errorf("wrote %q, %v", got, err)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

func TestStreamsApart(t *testing.T) {
	dir := t.TempDir()
	mixed := func(out, err io.Writer, _ int) int {
		io.WriteString(out, "to out\n")
		io.WriteString(err, "to err\n")
		return 0
	}
	got, stderr, _ := both(t, Options{Format: Line, Tag: true, Quiet: true, Dir: dir}, 1, job{"a", mixed}, job{"b", mixed})
	if want := "a | to out\nb | to out\n"; got != want {
		t.Errorf("out %q, want %q", got, want)
	}
	if want := "a | to err\nb | to err\n"; stderr != want {
		t.Errorf("err %q, want %q", stderr, want)
	}
}

func TestFailuresAreSaid(t *testing.T) {
	fails := func(out, _ io.Writer, try int) int {
		fmt.Fprintf(out, "try %d\n", try)
		return 3
	}
	got, stderr, _ := both(t, Options{Format: Line, Hint: "parallax logs"}, 1, job{"a b", fails})
	if want := "try 1\ntry 2\n"; got != want {
		t.Errorf("out %q, want %q", got, want)
	}
	want := `parallax: "a b" failed: exit status 3; try 2 of 2 in 1.0 s
parallax: "a b" failed: exit status 3
parallax: 1 failed in 1.0 s; CPU time 2.0 s, 2.0 of 2 cores kept busy; run 20260102-0304-abcd
  a b: failed: exit status 3; see: parallax logs 20260102-0304-abcd 'a b'
`
	if stderr != want {
		t.Errorf("stderr:\n%s\nwant:\n%s", stderr, want)
	}
}

func TestVerboseAndQuiet(t *testing.T) {
	_, stderr, _ := both(t, Options{Format: None, Verbose: true, Quiet: true}, 1, job{"a", say(time.Second, "x")})
	if want := "parallax: \"a\" started (pid 1)\nparallax: \"a\" succeeded in 1.0 s\n"; stderr != want {
		t.Errorf("stderr %q, want %q", stderr, want)
	}
}

func TestLongLines(t *testing.T) {
	long := strings.Repeat("0123456789ä", 80_000) // some buffers
	for _, f := range []Options{
		{Format: Line},
		{Format: Line, Tag: true},
		{Format: Group, Tag: true},
		{Format: Line, KeepOrder: true, Tag: true},
		{Format: Line, Terminal: true, Tag: true},
	} {
		got, _, err := both(t, f, 2,
			job{"a", say(60*time.Millisecond, long[:1000], long[1000:300_000], long[300_000:], "\nnext\n", "unended")},
			job{"b", say(time.Second, "b\n")})
		tag := ""
		if f.Tag {
			tag = "a | "
		}
		want := tag + long + "\n" + tag + "next\n" + tag + "unended\n" + strings.Replace(tag, "a", "b", 1) + "b\n"
		if err != nil || got != want {
			t.Errorf("%+v: printed %d bytes, want %d; %v", f, len(got), len(want), err)
		}
	}
}

func TestJSON(t *testing.T) {
	binary := "\xff\x00\xfe"
	long := strings.Repeat("äöü", 100_000)
	encode := func(b []byte, ev runner.Event, _ *runner.State) []byte {
		return fmt.Appendf(b, "{\"type\":%q}\n", ev.Type())
	}
	got, _, err := both(t, Options{Format: JSON, Encode: encode}, 1,
		job{"a", say(time.Second, "one\n<two>", "\n"+binary+"\n"+long+"\nend")})
	if err != nil {
		t.Fatal(err)
	}
	var types []string
	var text strings.Builder
	for line := range strings.Lines(got) {
		var o output
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if n := len(types); n == 0 || types[n-1] != o.Type {
			types = append(types, o.Type)
		}
		if o.Type != "output" {
			continue
		}
		if o.Task != 0 || o.Name != "a" || o.Stream != "stdout" || o.Try != 1 {
			t.Errorf("wrong head: %+v", o)
		}
		text.WriteString(o.Text)
		text.Write(o.Base64)
		if !o.Partial {
			text.WriteByte('\n')
		}
	}
	if want := "one\n<two>\n" + binary + "\n" + long + "\nend"; text.String() != want {
		t.Errorf("outputs hold %.40q… (%d bytes), want %d", text.String(), text.Len(), len(want))
	}
	if got, want := strings.Join(types, " "), "run_started task_queued task_started output task_ended run_ended"; got != want {
		t.Errorf("order %s, want %s", got, want)
	}
	if !strings.Contains(got, base64.StdEncoding.EncodeToString([]byte(binary))) || strings.Contains(got, `\u003c`) {
		t.Error("bytes that are not text should be base64, and < as it is")
	}
}

func TestReaderHasGone(t *testing.T) {
	var out writerFunc = func([]byte) (int, error) { return 0, syscall.EPIPE }
	for _, f := range []Format{Line, Group} {
		_, _, err := both(t, Options{Format: f, Tag: true, Out: out}, 1, job{"a", say(time.Second, "x\n", "y\n")})
		if !errors.Is(err, syscall.EPIPE) {
			t.Errorf("%s: error %v, want EPIPE", f, err)
		}
	}
}

// recorded is a run read back: one batch at a time.
type recorded struct {
	ready   chan struct{}
	batches [][]runner.Event
}

func (r *recorded) Ready() <-chan struct{} { return r.ready }
func (r *recorded) Take() []runner.Event {
	b := r.batches[0]
	r.batches = r.batches[1:]
	if len(r.batches) > 0 {
		r.ready <- struct{}{}
	}
	return b
}

func TestRecordedRunIsPrintedAsItCame(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"a": "a1\na2\n", "b": "b1\nb2\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	jobs := []runner.Job{{Name: "a"}, {Name: "b"}}
	sample := func(a, b int64) []runner.Event {
		return []runner.Event{runner.Sampled{Span: 1, Tasks: []runner.TaskSample{
			{Task: 0, LogSize: [2]int64{a}}, {Task: 1, LogSize: [2]int64{b}},
		}}}
	}
	src := &recorded{ready: make(chan struct{}, 1), batches: [][]runner.Event{
		{
			runner.RunStarted{Jobs: jobs},
			runner.TaskQueued{Task: 0, Try: 1},
			runner.TaskQueued{Task: 1, Try: 1},
			runner.TaskStarted{Task: 0, Try: 1, Identity: runner.Identity{Log: "a"}},
			runner.TaskStarted{Task: 1, Try: 1, Identity: runner.Identity{Log: "b"}},
		},
		sample(0, 3), sample(3, 4), sample(6, 5),
		{
			runner.TaskEnded{Task: 0, Try: 1, Status: runner.Succeeded, LogSize: [2]int64{6}},
			runner.TaskEnded{Task: 1, Try: 1, Status: runner.Succeeded, LogSize: [2]int64{6}},
			runner.RunEnded{},
		},
	}}
	src.ready <- struct{}{}
	var out bytes.Buffer
	err := New(Options{Out: &out, Err: io.Discard, Format: Line, Tag: true, Dir: dir, Recorded: true}).Run(t.Context(), src)
	if want := "b | b1\na | a1\na | a2\nb | b2\n"; err != nil || out.String() != want {
		t.Errorf("printed %q, %v; want %q", out.String(), err, want)
	}
}

func TestParseFormat(t *testing.T) {
	if f, err := ParseFormat("group"); f != Group || err != nil {
		t.Errorf("group: %v, %v", f, err)
	}
	if _, err := ParseFormat("xml"); err == nil {
		t.Error("xml was taken")
	}
}

func TestATerminalGetsColoursOnly(t *testing.T) {
	title := "\x1b]0;gone\x07"
	got, _, _ := both(t, Options{Format: Line, Terminal: true}, 1,
		job{"a", say(0, "10%\r20%\n", title+"\x1b[2J\x1b[31mred\n", "still red\x1b[0m\x1b]52;c;eA==\x07\n")})
	if want := "20%\n\x1b[31mred\x1b[0m\n\x1b[31mstill red\x1b[0m\n"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
	got, _, _ = both(t, Options{Format: Line}, 1, job{"a", say(0, title+"\n")})
	if want := title + "\n"; got != want {
		t.Errorf("a pipe got %q, want %q", got, want)
	}
}

func TestACutOffRecordingIsPrintedToItsEnd(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a"), []byte("told\nnot told"), 0o600); err != nil {
		t.Fatal(err)
	}
	evs := []runner.Event{
		runner.RunStarted{Jobs: []runner.Job{{Name: "a"}}},
		runner.TaskQueued{Task: 0, Try: 1},
		runner.TaskStarted{Task: 0, Try: 1, Identity: runner.Identity{Log: "a"}},
		runner.Sampled{Span: 1, Tasks: []runner.TaskSample{{Task: 0, LogSize: [2]int64{7}}}},
	}
	for _, c := range []struct {
		recorded bool
		format   Format
		want     string
	}{{true, Line, "told\nno\n"}, {true, Group, "told\nno\n"}, {false, Line, "told\nnot told\n"}} {
		feed := runner.NewFeed()
		feed.Put(evs)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		var out, errs bytes.Buffer
		o := Options{Out: &out, Err: &errs, Format: c.format, Dir: dir, Recorded: c.recorded}
		if err := New(o).Run(ctx, feed); err != nil || out.String() != c.want || !strings.Contains(errs.String(), "1 unfinished") {
			t.Errorf("%+v: printed %q, %q, %v; want %q", c, out.String(), errs.String(), err, c.want)
		}
	}
}
