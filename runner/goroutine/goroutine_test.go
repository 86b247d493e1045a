package goroutine

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"parallax/runner"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds every wait for something that takes milliseconds when the machine is idle.
const patience = 20 * time.Second

// try is one job under test.
type try struct {
	t *testing.T
	runner.Handle
	log *os.File
}

// launch starts a job; at the end of the test it is stopped if it still runs.
func launch(t *testing.T, l *Launcher, job runner.Job) *try {
	t.Helper()
	log, err := os.OpenFile(filepath.Join(t.TempDir(), "log"), os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	h, err := l.Launch(t.Context(), runner.Spec{Job: job, Stdout: log, Stderr: log})
	if err != nil {
		t.Fatal(errors.Join(err, log.Close()))
	}
	r := &try{t, h, log}
	t.Cleanup(func() {
		r.Stop(runner.Kill)
		h.Wait()
		r.must(log.Close())
	})
	return r
}

// Pause, Resume and Stop are those of the handle, which never fail here.
func (r *try) Pause()               { r.must(r.Handle.Pause()) }
func (r *try) Resume()              { r.must(r.Handle.Resume()) }
func (r *try) Stop(how runner.Stop) { r.must(r.Handle.Stop(how)) }
func (r *try) must(err error) {
	if err != nil {
		r.t.Error(err)
	}
}

// script writes a script and returns a job that runs it in its folder.
func script(t *testing.T, name, text string, args ...string) runner.Job {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return runner.Job{Name: name, Model: runner.Goroutines, Script: path, Dir: dir, Args: args}
}

func (r *try) output() string {
	r.t.Helper()
	b, err := os.ReadFile(r.log.Name())
	if err != nil {
		r.t.Fatal(err)
	}
	return string(b)
}

// wait returns how the job ended, or fails the test when it does not end.
func (r *try) wait() runner.Exit {
	r.t.Helper()
	select {
	case <-r.Handle.(*handle).done:
		return r.Wait()
	case <-time.After(patience):
		r.t.Fatalf("the job does not end; it has written %q", r.output())
		panic("unreachable")
	}
}

// stack returns where the job is.
func (r *try) stack() string {
	r.t.Helper()
	s, err := r.Handle.(*handle).Stack()
	if err != nil {
		r.t.Fatal(err)
	}
	return s
}

func eventually(t *testing.T, what string, cond func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !cond() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited %v for: %s", patience, what)
		}
	}
}

func TestAScriptGetsItsArgumentsEnvironmentAndFolder(t *testing.T) {
	job := script(t, "a.star", `
print("args", len(args), args[0], args[1])
print(env["PARALLAX_OWN"], env["PARALLAX_JOB"])
print(read_file("data.txt"), end = "")
print("a", 1, None, True, sep = "-")
print(sha256("abc"))
print(sha256(b"abc") == sha256("abc"), now() > 1.7e9)
s = set([1, 2])
s.add(3)
n = 0
while n < 3:
    n += 1
print(len(s), n, math.sqrt(16.0), json.encode({"a": 1}))
`, "x", "y z")
	t.Setenv("PARALLAX_OWN", "own")
	job.Env = map[string]string{"PARALLAX_JOB": "job"}
	if err := os.WriteFile(filepath.Join(job.Dir, "data.txt"), []byte("data\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := launch(t, New(), job)
	if exit := r.wait(); exit.Code != 0 || exit.Reason != "" {
		t.Fatalf("exit %+v\n%s", exit, r.output())
	}
	want := `args 2 x y z
own job
data
a-1-None-True
ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
True True
3 3 4.0 {"a":1}
`
	if got := r.output(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestAFailureSaysWhereAndLeavesATraceback(t *testing.T) {
	for name, tt := range map[string]struct{ text, reason string }{
		"fail":       {"def f():\n  fail('bad input')\nf()", "a.star:2:7: fail: bad input"},
		"error":      {"x = 1\ny = x // 0", "a.star:2:7: floored division by zero"},
		"recursion":  {"def f(n):\n  return 1 + f(n + 1)\nf(0)", "recursion deeper than 10000 calls"},
		"callbacks":  {"def f(n):\n  return sorted([n], key=f)\nf(0)", "recursion deeper than 10000 calls"},
		"text":       {"n = 1000000000000\nx = 'x' * n", "a.star:2:9: repeat count 1000000000000 too large"},
		"list":       {"n = 1000000000\nx = [0] * n", "a.star:2:9: a list of 1000000000 elements: at most 67108864 can be made at once"},
		"big list":   {"n = 1000000000000\nx = n * (0, 1)", "a.star:2:7: a list of 2000000000000 elements: at most 67108864 can be made at once"},
		"range":      {"x = list(range(1000000000))", "list: 1000000000 elements: at most 67108864"},
		"power":      {"x = pow(10, 1000000000000)", "pow: the result is too large"},
		"no file":    {"read_file('nowhere')", "read_file: nowhere: no such file"},
		"no regular": {"read_file('.')", "read_file: .: not a file"},
		"sleep":      {"sleep(-1)", "sleep: -1 seconds: must be 0 or more"},
		"module":     {"__import__('os')", `no module "os" here: only time, sys and math`},
	} {
		t.Run(name, func(t *testing.T) {
			r := launch(t, New(), script(t, "a.star", tt.text))
			exit := r.wait()
			if exit.Code != 1 || !strings.Contains(exit.Reason, tt.reason) {
				t.Errorf("code %d, reason %q, want %q", exit.Code, exit.Reason, tt.reason)
			}
			out := r.output()
			if !strings.HasPrefix(out, "Traceback (most recent call last):\n") || !strings.HasSuffix(out, exit.Reason+"\n") {
				t.Errorf("traceback:\n%s", out)
			}
			if n := strings.Count(out, "\n"); n > maxFrames+3 {
				t.Errorf("the traceback has %d lines", n)
			}
		})
	}
}

func TestAScriptEndsItself(t *testing.T) {
	for text, want := range map[string]struct {
		code int
		out  string
	}{
		"sys.exit()":         {0, ""},
		"sys.exit(3)":        {3, ""},
		"sys.exit('so bad')": {1, "so bad\n"},
	} {
		r := launch(t, New(), script(t, "a.star", "sys = __import__('sys')\n"+text+"\nprint('not reached')"))
		if exit := r.wait(); exit.Code != want.code || exit.Reason != "" || r.output() != want.out {
			t.Errorf("%s: exit %+v, output %q", text, exit, r.output())
		}
	}
}

func TestExecIsTheWholeJobOfAProcess(t *testing.T) {
	for text, want := range map[string]struct {
		code     int
		out, err string
	}{
		"print(args[0], env['K'])": {0, "x v\n", ""},
		"print(1)\nfail('no')":     {1, "1\n", "fail: no\n"},
		"import os":                {2, "", `"import" is Python, not Starlark` + "\n"},
	} {
		job := script(t, "a.star", text)
		var out, errs strings.Builder
		code := Exec(job.Script, []string{"x"}, &out, &errs, map[string]string{"K": "v"})
		if code != want.code || out.String() != want.out || !strings.HasSuffix(errs.String(), want.err) {
			t.Errorf("%q: %d, %q, %q", text, code, out.String(), errs.String())
		}
	}
	var errs strings.Builder
	if code := Exec("nowhere.star", nil, &errs, &errs, nil); code != 2 || errs.String() != "script \"nowhere.star\": no such file\n" {
		t.Errorf("missing: %d, %q", code, errs.String())
	}
}

func TestPrintIsOneWriteAndItsFailureFailsTheScript(t *testing.T) {
	job := script(t, "a.star", "print('a', 'b')\nprint('c', end='')\nprint('full')")
	w := &countingWriter{room: 2}
	var errs strings.Builder
	if code := Exec(job.Script, nil, w, &errs, nil); code != 1 {
		t.Errorf("exit status %d", code)
	}
	if w.text != "a b\n|c|" || !strings.Contains(errs.String(), "print: no room") {
		t.Errorf("wrote %q, said %q", w.text, errs.String())
	}
}

type countingWriter struct {
	room int
	text string
}

func (w *countingWriter) Write(p []byte) (int, error) {
	if w.room == 0 {
		return 0, errors.New("no room")
	}
	w.room--
	w.text += string(p) + "|"
	return len(p), nil
}
