//go:build linux || darwin

package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience is how long anything may take before a test gives up: a busy machine is slow.
const patience = 40 * time.Second

// place is where a test's programs run: a folder of their own for scripts, state and settings.
type place struct {
	t    *testing.T
	bin  string
	dir  string
	mark string // a variable that every process of the test has in its environment
	env  []string
}

// newPlace makes a place and has it checked at the end of the test that no process is left and that
// the race detector has found nothing.
func newPlace(t *testing.T) *place {
	t.Helper()
	t.Parallel()
	bin, err := raced()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	p := &place{t: t, bin: bin, dir: dir, mark: "PARALLAX_E2E=" + filepath.Base(filepath.Dir(dir)) + filepath.Base(dir)}
	races := filepath.Join(dir, "races")
	for _, kv := range os.Environ() {
		switch name, _, _ := strings.Cut(kv, "="); name {
		case "NO_COLOR", "COLORTERM", "CLICOLOR", "CLICOLOR_FORCE", "TMUX", "STY", "LC_ALL", "LANG", "TERM", "COLORFGBG":
		default:
			if !strings.HasPrefix(name, "PARALLAX_") && !strings.HasPrefix(name, "XDG_") {
				p.env = append(p.env, kv)
			}
		}
	}
	p.env = append(p.env, p.mark, "XDG_STATE_HOME="+dir+"/state", "XDG_CONFIG_HOME="+dir+"/config",
		"TERM=xterm-256color", "COLORFGBG=15;0", "LC_ALL=C.UTF-8", "GORACE=exitcode=66 atexit_sleep_ms=0 log_path="+races)
	t.Cleanup(func() {
		p.nothingLeft()
		if found, _ := filepath.Glob(races + "*"); len(found) > 0 {
			report, _ := os.ReadFile(found[0])
			t.Errorf("the race detector found:\n%s", report)
		}
	})
	return p
}

// nothingLeft fails the test when a process of it is still there a little after its end.
func (p *place) nothingLeft() {
	p.t.Helper()
	if err := p.gone(nil, patience/4); err != nil {
		p.t.Error(err)
		for _, pr := range p.processes(nil) {
			_ = pr.kill()
		}
	}
}

// gone waits until no process of the test, or no such one, is there.
func (p *place) gone(only func(process) bool, within time.Duration) error {
	deadline := time.Now().Add(within)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		left := p.processes(only)
		if len(left) == 0 {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("processes are left: %v", left)
		}
		<-tick.C
	}
}

// file writes a file into the place and returns its path.
func (p *place) file(name, text string) string {
	p.t.Helper()
	path := filepath.Join(p.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
		p.t.Fatal(err)
	}
	return path
}

// read returns the text of a file of the place, "" when it is not there.
func (p *place) read(name string) string {
	b, _ := os.ReadFile(filepath.Join(p.dir, name))
	return string(b)
}

// until waits until something holds that does not show on the screen.
func (p *place) until(what string, holds func() bool) {
	p.t.Helper()
	deadline := time.Now().Add(patience)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		if time.Now().After(deadline) {
			p.t.Fatalf("waited in vain for %s", what)
		}
		<-tick.C
	}
}

// run runs the program without a terminal and returns what it printed.
func (p *place) run(args ...string) string {
	p.t.Helper()
	cmd := exec.Command(p.bin, args...)
	cmd.Dir, cmd.Env = p.dir, p.env
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		p.t.Fatalf("parallax %s: %v\n%s", strings.Join(args, " "), err, errs.String())
	}
	return string(out)
}

// past is a run as `parallax show --json` tells of it.
type past struct {
	Reason, Folder string
	Jobs           []pastJob
}

type pastJob struct {
	Name, Status, Reason, Signal, Log string
	Try                               int
}

// shown reads the latest run back.
func (p *place) shown() past {
	p.t.Helper()
	var r past
	out := p.run("show", "--json")
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		p.t.Fatalf("parallax show --json: %v\n%s", err, out)
	}
	return r
}

// job finds a job of a run that was read back.
func (r past) job(t *testing.T, name string) pastJob {
	t.Helper()
	for _, j := range r.Jobs {
		if j.Name == name {
			return j
		}
	}
	t.Fatalf("no job %q in %+v", name, r)
	return pastJob{}
}

// log is the output of a job of the latest run so far.
func (p *place) log(name string) string {
	p.t.Helper()
	run := p.shown()
	b, err := os.ReadFile(filepath.Join(run.Folder, run.job(p.t, name).Log))
	if err != nil {
		p.t.Fatal(err)
	}
	return string(b)
}

// python is the interpreter behind python3 (not a shim that needs its home), or "".
var python = sync.OnceValue(func() string {
	out, err := exec.Command("python3", "-c", "import sys; print(sys.executable)").Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
})
