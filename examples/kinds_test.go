//go:build linux

package examples

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"parallax/runner/python/which"
	"parallax/runner/python/which/whichtest"
)

// The scripts in kinds/ run in every model, two copies at once, and do there what they do under plain
// python, but for what the table in docs/models.md says. This file runs them; kinds_table_test.go
// reads the table.

// model is one way to run Python scripts. The columns of the table have these names.
type model struct {
	name string
	keys map[string]any          // at the top of a parallax.yaml
	can  func(which.Python) bool // nil: every Python
	when when
}

// when says on which Pythons a model is tested if not everything is.
type when uint8

const (
	newest when = iota
	both        // the newest and the oldest
	never
)

// preloaded are modules that many of the scripts import.
var preloaded = []string{"json", "logging", "asyncio", "threading", "random", "decimal", "multiprocessing"}

var models = []model{
	// It is what all others are compared with, all but that parallax starts the processes.
	{name: "processes", keys: map[string]any{"as": "processes"}, when: never},
	{name: "preload", keys: map[string]any{"as": "processes", "preload": preloaded}},
	{name: "threads", keys: map[string]any{"as": "threads"}, when: both},
	// All in one interpreter: in different ones, scripts share nothing.
	{name: "hybrid", keys: map[string]any{"as": "hybrid", "interpreters": 1}},
	{name: "interpreters", keys: map[string]any{"as": "interpreters"}, can: func(p which.Python) bool {
		return p.Interpreters() == nil
	}},
}

// kind is how a script is run; the zero value is a script with the arguments "1" and "2".
type kind struct {
	a, b   []string // the arguments of the two copies
	none   bool     // they have none
	stdin  string
	path   string // below the scripts' folder: its PYTHONPATH
	module bool   // a package, run with -m, in the folder that it is in
	told   bool   // it is told to end once both copies are ready
	alone  bool   // where it differs it would spoil what others do
}

// kinds are those that differ from the zero value. ADDRESS is that of a web server.
var kinds = map[string]kind{
	"pure.py":        {a: words("6"), b: words("7")},
	"database.py":    {a: words("2000"), b: words("1500")},
	"tables.py":      {a: words("3000"), b: words("2000")},
	"client.py":      {a: words("ADDRESS 3"), b: words("ADDRESS 5")},
	"coroutines.py":  {a: words("10"), b: words("12")},
	"children.py":    {a: words("one"), b: words("other")},
	"guarded.py":     {b: []string{"x", "ü", ""}},
	"options.py":     {a: words("--size 3 --colour blue x y"), b: words("--size many x")},
	"questions.py":   {none: true, stdin: "Ada\n36\nmore\n\nthan\tthat"},
	"progress.py":    {a: words("20"), b: words("30")},
	"atend.py":       {b: words("3")},
	"folders.py":     {a: words("inner"), b: words("one")},
	"timezone.py":    {a: words("UTC0"), b: words("CET-1")},
	"alarm.py":       {a: words("0.02"), b: words("0.03")},
	"parting.py":     {b: words("no more")},
	"filters.py":     {a: words("error"), b: words("ignore"), alone: true},
	"language.py":    {a: words("C"), b: words("C.UTF-8")},
	"precision.py":   {a: words("5"), b: words("12")},
	"precisions.py":  {a: words("5"), b: words("12")},
	"tested.py":      {b: words("Sums.test_sum")},
	"documented.py":  {none: true},
	"cleanup.py":     {none: true, told: true},
	"asked.py":       {none: true, told: true},
	"daemon.py":      {a: words("0.02"), b: words("0.03")},
	"recursion.py":   {a: words("450"), b: words("650"), alone: true},
	"collector.py":   {a: words("off"), b: words("on")},
	"limits.py":      {a: words("400"), b: words("500")},
	"dialect.py":     {a: words(";"), b: words(":")},
	"bypath.py":      {path: "report"},
	"report":         {a: words("1 2 6"), b: words("4"), module: true},
	"module.py":      {a: words("1 2 6"), b: words("late 4")},
	"environment.py": {a: words("one"), b: words("other")},
}

// args are the arguments of one of the two copies.
func (k kind) args(second bool) []string {
	switch {
	case k.a == nil && k.b == nil && !k.none && !second:
		return words("1")
	case k.a == nil && k.b == nil && !k.none:
		return words("2")
	case second:
		return k.b
	}
	return k.a
}

func words(s string) []string { return strings.Fields(s) }

// copyOf is one of the two copies of a script.
type copyOf struct {
	script string
	second bool
}

func (c copyOf) String() string {
	if c.second {
		return c.script + " b"
	}
	return c.script + " a"
}

// end is what a script leaves: all that is compared.
type end struct {
	status   string // "exit 1", "signal SIGTERM"
	out, err string
	files    map[string]string
	notices  int // lines in which parallax tells something of it
}

// differs says what is not the same, or "".
func (e end) differs(want end) string {
	switch {
	case e.status != want.status:
		return fmt.Sprintf("it ended with %s, not with %s\n%s", e.status, want.status, e.err)
	case e.out != want.out:
		return fmt.Sprintf("its output is %q, not %q\n%s", e.out, want.out, e.err)
	case e.err != want.err:
		return fmt.Sprintf("its errors are\n%s\nnot\n%s", e.err, want.err)
	case !maps.Equal(e.files, want.files):
		return fmt.Sprintf("it leaves the files %q, not %q", e.files, want.files)
	}
	return ""
}

// stage is what all runs of the test use.
type stage struct {
	kinds   string // a copy of the folder with the scripts, so that nothing is written beside them
	address string // of the web server
}

// patience bounds each script, on a busy machine.
const patience = 90 * time.Second

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{kinds: filepath.Join(t.TempDir(), "kinds")}
	if err := os.CopyFS(s.kinds, os.DirFS("kinds")); err != nil {
		t.Fatal(err)
	}
	// An interpreter without compiled modules of its own compiles them once, not for every script.
	t.Setenv("PYTHONDONTWRITEBYTECODE", "")
	t.Setenv("PYTHONPYCACHEPREFIX", t.TempDir())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var page int
		if n, _ := fmt.Sscanf(r.URL.Path, "/page/%d", &page); n != 1 {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"page": %d, "client": %q}`, page, r.Header.Get("X-Client"))
	}))
	t.Cleanup(server.Close)
	s.address = server.Listener.Addr().String()
	return s
}

// task is one copy of a script made ready to run.
type task struct {
	copyOf
	kind
	argv []string          // the arguments behind the interpreter
	env  map[string]string // beyond the environment of all
	dir  string            // its own working folder
	meet string            // the folder where the copies meet
}

// tasks prepares both copies of a script below a folder.
func (s *stage) tasks(t *testing.T, dir, script string) []task {
	t.Helper()
	meet := filepath.Join(dir, script+".meet")
	var both []task
	for _, second := range []bool{false, true} {
		c := task{copyOf: copyOf{script, second}, kind: kinds[script], meet: meet}
		args := c.args(second)
		c.dir = filepath.Join(dir, strings.ReplaceAll(c.String(), " ", "-"))
		for _, made := range []string{c.dir, meet} {
			if err := os.MkdirAll(made, 0o700); err != nil {
				t.Fatal(err)
			}
		}
		c.argv = []string{filepath.Join(s.kinds, script)}
		if c.module {
			if err := os.CopyFS(filepath.Join(c.dir, script), os.DirFS(c.argv[0])); err != nil {
				t.Fatal(err)
			}
			c.argv = []string{"-m", script}
		}
		for _, arg := range args {
			c.argv = append(c.argv, strings.ReplaceAll(arg, "ADDRESS", s.address))
		}
		c.env = map[string]string{
			"KINDS_MEET": meet, "KINDS_COPIES": "2", "KINDS_COPY": c.String(),
			"PYTHONUNBUFFERED": "1", "LANG": "C.UTF-8", "LC_ALL": "",
		}
		if c.path != "" {
			c.env["PYTHONPATH"] = filepath.Join(s.kinds, c.path)
		}
		both = append(both, c)
	}
	return both
}

// stdinFile makes the file that is a task's standard input, outside of its working folder.
func (c task) stdinFile(t *testing.T) string {
	t.Helper()
	if c.stdin == "" {
		return os.DevNull
	}
	path := c.dir + ".stdin"
	if err := os.WriteFile(path, []byte(c.stdin), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// ready reports whether both copies of a script wait to be told to end.
func (c task) ready() bool {
	there, err := os.ReadDir(filepath.Join(c.meet, "ready"))
	return err == nil && len(there) == 2
}

// plain runs both copies of a script as python itself does.
func (s *stage) plain(t *testing.T, python, dir, script string) map[copyOf]end {
	t.Helper()
	both := s.tasks(t, dir, script)
	ends := map[copyOf]end{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for _, c := range both {
		stdin, err := os.Open(c.stdinFile(t))
		if err != nil {
			t.Fatal(err)
		}
		defer stdin.Close()
		var out, errs bytes.Buffer
		cmd := exec.CommandContext(t.Context(), python, c.argv...)
		cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = c.dir, stdin, &out, &errs
		cmd.Env = append(os.Environ(), "PWD="+c.dir)
		for key, value := range c.env {
			cmd.Env = append(cmd.Env, key+"="+value)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			if c.told {
				until(c.ready)
				_ = cmd.Process.Signal(syscall.SIGTERM) // it fails only if the script is over, which shows
			}
			var exit *exec.ExitError
			if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
				t.Errorf("%s: %v", c, err)
			}
			mu.Lock()
			defer mu.Unlock()
			ends[c.copyOf] = ended(t, c, statusOf(cmd.ProcessState), out.String(), errs.String())
		})
	}
	wg.Wait()
	return ends
}

func until(is func() bool) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); !is() && time.Now().Before(deadline); {
		<-tick.C
	}
}

func statusOf(p *os.ProcessState) string {
	if w := p.Sys().(syscall.WaitStatus); w.Signaled() {
		return "signal " + unix.SignalName(w.Signal())
	}
	return fmt.Sprintf("exit %d", p.ExitCode())
}

var (
	took   = regexp.MustCompile(`in \d+\.\d+s`)
	notice = regexp.MustCompile(`(?m)^parallax: .*\n`)
)

// ended puts together what a script left, without what differs from run to run.
func ended(t *testing.T, c task, status, out, errs string) end {
	t.Helper()
	tidy := func(s string) string {
		return took.ReplaceAllString(strings.ReplaceAll(s, c.dir, "DIR"), "in 0.000s")
	}
	e := end{status: status, out: tidy(out), files: map[string]string{}}
	e.notices = len(notice.FindAllString(errs, -1))
	e.err = tidy(notice.ReplaceAllString(errs, ""))
	err := filepath.WalkDir(c.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == c.dir {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		var data []byte
		if !d.IsDir() {
			data, err = os.ReadFile(path)
		}
		e.files[strings.TrimPrefix(path, c.dir)] = fmt.Sprintf("%v %x", info.Mode(), data)
		return err
	})
	if err != nil {
		t.Errorf("%s: %v", c, err)
	}
	return e
}

// under runs scripts in a model, two copies of each, all in one run. refused is why nothing was
// started, or "".
func (s *stage) under(t *testing.T, m model, python, dir string, scripts []string) (ends map[copyOf]end, refused string) {
	t.Helper()
	var tasks []task
	var jobs []map[string]any
	for _, script := range scripts {
		for _, c := range s.tasks(t, dir, script) {
			job := map[string]any{"name": c.String(), "dir": c.dir, "env": c.env, "stdin": c.stdinFile(t), "timeout": patience.String()}
			if c.module {
				job["argv"] = append([]string{python}, c.argv...)
			} else {
				job["script"], job["args"] = c.argv[0], c.argv[1:]
			}
			tasks, jobs = append(tasks, c), append(jobs, job)
		}
	}
	file := map[string]any{"jobs": jobs, "workers": 4, "grace": "30s"}
	maps.Copy(file, m.keys)
	if tasks[0].told {
		// A job that fails once they are ready: the others are told to end for it.
		there := filepath.Join(tasks[0].meet, "ready")
		file["jobs"] = append(jobs, map[string]any{
			"name": "teller", "as": "processes",
			"run": fmt.Sprintf(`until [ "$(ls %q 2>/dev/null | wc -l)" = 2 ]; do sleep 0.02; done; exit 1`, there),
		})
		file["halt"] = "fail"
	}
	text, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "parallax.yaml")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	r := s.parallax(t, dir, "run", "--plain", "--quiet", "--output", "none", "--separate", "--python", python, "-f", path)
	if r.status == 2 {
		return nil, r.err
	}
	defer func() {
		if t.Failed() {
			t.Logf("parallax run: status %d: %s", r.status, r.err)
		}
	}()
	ends = s.shown(t, dir, tasks)
	for _, c := range tasks {
		e := ends[c.copyOf]
		for line := range strings.Lines(r.err) {
			// What a script leaves behind for a moment depends on how busy the machine is.
			if said, is := strings.CutPrefix(line, fmt.Sprintf("parallax: %q: ", c)); is && !strings.HasPrefix(said, "left ") {
				e.notices++
			}
		}
		ends[c.copyOf] = e
	}
	return ends, ""
}

// parallax runs the program with runs kept below a folder.
func (s *stage) parallax(t *testing.T, dir string, args ...string) result {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(t.Context(), filepath.Join(bin, "parallax"), args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &out, &errs
	cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+filepath.Join(dir, "state"), "XDG_CONFIG_HOME="+filepath.Join(dir, "config"))
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
}

// shown reads how the tasks of the one run below a folder ended.
func (s *stage) shown(t *testing.T, dir string, tasks []task) map[copyOf]end {
	t.Helper()
	r := s.parallax(t, dir, "show", "--json")
	var run struct {
		Folder string
		Jobs   []struct {
			Exit           *int
			Signal, Reason string
			Log            string
			StderrLog      string `json:"stderr_log"`
		}
	}
	if err := json.Unmarshal([]byte(r.out), &run); err != nil {
		t.Fatalf("show: %v\n%s", err, r.err)
	}
	ends := map[copyOf]end{}
	for i, c := range tasks {
		job := run.Jobs[i]
		status := "nothing: " + job.Reason
		switch {
		case job.Signal != "":
			status = "signal " + job.Signal
		case job.Exit != nil:
			status = fmt.Sprintf("exit %d", *job.Exit)
		}
		var logs [2]string
		for n, name := range []string{job.Log, job.StderrLog} {
			data, err := os.ReadFile(filepath.Join(run.Folder, name))
			if err != nil {
				t.Errorf("%s: %v", c, err)
			}
			logs[n] = string(data)
		}
		ends[c.copyOf] = ended(t, c, status, logs[0], logs[1])
	}
	return ends
}

// everything reports whether the test may take minutes: then it runs on all Pythons.
func everything() bool { return os.Getenv(whichtest.Var) != "" }

// pythons are those that the scripts run on: the newest and the oldest with a GIL, with -short the
// newest, and those that PARALLAX_TEST_PYTHON in the environment asks for.
func pythons(t *testing.T) []which.Python {
	t.Helper()
	fit := whichtest.Every(t, which.Python.Threads)
	if everything() {
		return fit
	}
	if locked := slices.DeleteFunc(slices.Clone(fit), func(p which.Python) bool { return p.FreeThreaded }); len(locked) > 0 {
		fit = locked
	}
	if oldest := len(fit) - 1; oldest > 0 && !testing.Short() {
		return []which.Python{fit[0], fit[oldest]}
	}
	return fit[:1]
}
