package plain

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"parallax/runner"
)

// told prints events of a run that has ended, and returns what went to standard output and error.
func told(t *testing.T, o Options, evs ...runner.Event) (stdout, stderr string) {
	t.Helper()
	feed := runner.NewFeed()
	feed.Put(append([]runner.Event{runner.RunStarted{ID: "20260102-0304-abcd", Jobs: []runner.Job{{Name: "a"}, {Name: "b c"}}}}, evs...))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs bytes.Buffer
	o.Out, o.Err = &out, &errs
	if err := New(o).Run(ctx, feed); err != nil {
		t.Fatal(err)
	}
	return out.String(), errs.String()
}

func TestWhatAnInterpreterPrintsIsNeverTakenForAJobs(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"a": "mine\n", "host": "from C\x1b]0;t\x07\nlast"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	in := runner.Identity{Log: "a", Host: runner.Host{ID: 1, Name: "python 3.13.0", Lock: 1, Log: "host"}}
	evs := []runner.Event{
		runner.TaskQueued{Task: 0, Try: 1},
		runner.TaskQueued{Task: 1, Try: 1},
		runner.TaskStarted{Task: 0, Try: 1, Identity: in},
		runner.TaskStarted{Task: 1, Try: 1, Identity: runner.Identity{Host: in.Host}},           // it prints nothing itself
		runner.Sampled{Logs: []runner.HostLog{{Log: "host", Size: 3}}},                          // not all of it
		runner.TaskEnded{Task: 0, Try: 1, Status: runner.Succeeded, LogSize: [2]int64{5}},       // before that it was never sampled
		runner.TaskEnded{Task: 1, Try: 1, Status: runner.Failed, Exit: runner.Exit{Lost: true}}, // with the interpreter
		runner.RunEnded{},
	}
	const host = "python 3.13.0 | from C\x1b]0;t\x07\npython 3.13.0 | last\n"
	json := `{"type":"output","t":0.000000,"task":-1,"name":"python 3.13.0","try":0,"stream":"host","text":"from C\u001b]0;t\u0007"}`
	for _, c := range []struct {
		name     string
		o        Options
		out, err string
	}{
		{"tagged", Options{Format: Line, Tag: true}, "a | mine\n" + host, ""},
		{"without names it goes aside", Options{Format: Line}, "mine\n", host},
		{"on a terminal", Options{Format: Line, Tag: true, Terminal: true, Color: true}, "\x1b[36ma   |\x1b[0m mine\n\x1b[2mpython 3.13.0 |\x1b[0m from C\n\x1b[2mpython 3.13.0 |\x1b[0m last\n", ""},
		{"group", Options{Format: Group, Tag: true}, "a | mine\n" + host, ""},
		{"in order", Options{Format: Line, KeepOrder: true, Tag: true}, "a | mine\n" + host, ""},
		{"recorded", Options{Format: Line, Tag: true, Recorded: true}, "a | mine\n" + host, ""},
		{"none", Options{Format: None}, "", ""},
		{"jobs only", Options{Format: Line, JobsOnly: true}, "mine\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.o.Dir, c.o.Mute = dir, true
			if out, errs := told(t, c.o, evs...); out != c.out || errs != c.err {
				t.Errorf("printed %q and %q,\n   want %q and %q", out, errs, c.out, c.err)
			}
		})
	}
	encode := func(b []byte, _ runner.Event, _ *runner.State) []byte { return b }
	if out, _ := told(t, Options{Format: JSON, Encode: encode, Dir: dir, Recorded: true}, evs...); !strings.Contains(out, json) {
		t.Errorf("as JSON: %s\nlacks %s", out, json)
	}
}

func TestARecordingThatWasCutOffShowsOfAnInterpreterWhatItTells(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "host"), []byte("told\nnot told\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, _ := told(
		t, Options{Format: Line, Tag: true, Dir: dir, Recorded: true},
		runner.TaskQueued{Task: 0, Try: 1},
		runner.TaskStarted{Task: 0, Try: 1, Identity: runner.Identity{Log: "a", Host: runner.Host{ID: 2, Name: "python 3.13.0", Log: "host"}}},
		runner.Sampled{Logs: []runner.HostLog{{Log: "host", Size: 5}}},
	)
	if want := "python 3.13.0 #2 | told\n"; out != want {
		t.Errorf("printed %q, want %q", out, want)
	}
}

func TestWarningsAreSaidOnceAndWhatResistsWithItsRemedy(t *testing.T) {
	warn := func(task int, code, text string) runner.Event {
		return runner.Advised{Task: task, Level: runner.Warning, Code: code, Text: text}
	}
	evs := []runner.Event{
		runner.TaskQueued{Task: 0, Try: 1},
		warn(0, "chdir", "changes its folder"),
		warn(0, "chdir", "changes its folder"),
		warn(1, "chdir", "changes its folder"),
		warn(1, "refused", "cannot pause"),
		warn(1, "refused", "cannot pause"),
		warn(1, "resists", "does not end. Killing it again ends its interpreter, and with it a"),
	}
	_, got := told(t, Options{Format: Line, Quiet: true}, evs...)
	want := `parallax: "a": changes its folder
parallax: "b c": changes its folder
parallax: "b c": cannot pause
parallax: "b c": cannot pause
parallax: "b c" does not end. Killing it again ends its interpreter, and with it a; to do that: parallax cancel --now --force 20260102-0304-abcd 'b c'
`
	if got != want {
		t.Errorf("said:\n%s\nwant:\n%s", got, want)
	}
	if _, got := told(t, Options{Format: Line, Quiet: true, Recorded: true}, evs...); strings.Contains(got, "cancel --now") {
		t.Errorf("of a recording it says:\n%s", got)
	}
}

func TestAStartAgainThatIsNoRetryIsNotCountedAsOne(t *testing.T) {
	_, got := told(
		t, Options{Format: Line, Quiet: true},
		runner.TaskQueued{Task: 0, Try: 1}, runner.TaskStarted{Task: 0, Try: 1, Identity: runner.Identity{Log: "a"}},
		runner.TaskEnded{Task: 0, Try: 1, Status: runner.Failed, Reason: "lost with the interpreter", Exit: runner.Exit{Code: -1, Lost: true}},
		runner.TaskQueued{Task: 0, Try: 2},
	)
	if want := "parallax: \"a\" failed: lost with the interpreter; try 2\n"; got != want {
		t.Errorf("said %q, want %q", got, want)
	}
}

func TestThatAllIsPausedIsSaid(t *testing.T) {
	for mute, want := range map[bool]string{
		false: "parallax: paused: nothing starts until it is resumed\nparallax: resumed\n", true: "",
	} {
		var errs bytes.Buffer
		feed := runner.NewFeed()
		feed.Put([]runner.Event{
			runner.RunStarted{Jobs: []runner.Job{{Name: "a"}}}, runner.RunPaused{}, runner.TaskQueued{Try: 1}, runner.RunResumed{}, runner.RunEnded{},
		})
		if err := New(Options{Out: io.Discard, Err: &errs, Format: None, Quiet: true, Mute: mute}).Run(t.Context(), feed); err != nil {
			t.Error(err)
		}
		if got := errs.String(); got != want {
			t.Errorf("said %q, want %q", got, want)
		}
	}
}
