//go:build linux || darwin

package bench_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// scratch is the folder of the program that is measured.
var scratch string

// build makes the program, once for all benchmarks.
var build = sync.OnceValues(func() (string, error) {
	path := filepath.Join(scratch, "parallax")
	if out, err := exec.Command("go", "build", "-o", path, "parallax").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build parallax: %w\n%s", err, out)
	}
	return path, nil
})

// timerVariable makes this program a bare timer: waking up is most of what an idle program costs.
const timerVariable = "PARALLAX_BENCH_TIMER"

func TestMain(m *testing.M) {
	if every, err := time.ParseDuration(os.Getenv(timerVariable)); err == nil {
		for range time.Tick(every) { // the bare timer that measurements are compared with
		}
	}
	os.Exit(inScratch(m))
}

func inScratch(m *testing.M) int {
	var err error
	if scratch, err = os.MkdirTemp("", "parallax-bench-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(scratch)
	return m.Run()
}

// place is where a benchmark's programs run.
type place struct {
	b   *testing.B
	bin string
	dir string
	env []string
}

func newPlace(b *testing.B) *place {
	b.Helper()
	bin, err := build()
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	env := append(os.Environ(), "XDG_STATE_HOME="+dir+"/state", "XDG_CONFIG_HOME="+dir+"/config",
		"TERM=xterm-256color", "COLORFGBG=15;0", "NO_COLOR=")
	return &place{b: b, bin: bin, dir: dir, env: env}
}

// command is the program with arguments, to be run in the place.
func (p *place) command(args ...string) *exec.Cmd {
	cmd := exec.Command(p.bin, args...)
	cmd.Dir, cmd.Env = p.dir, p.env
	return cmd
}

// shell is a shell that runs a command line in the place.
func (p *place) shell(line string) *exec.Cmd {
	cmd := exec.Command("sh", "-c", line)
	cmd.Dir = p.dir
	return cmd
}

// timed runs a command to its end and returns how long that took.
func (p *place) timed(cmd *exec.Cmd) time.Duration {
	p.b.Helper()
	var errs bytes.Buffer
	cmd.Stderr = &errs
	began := time.Now()
	if err := cmd.Run(); err != nil {
		p.b.Fatalf("%v: %v\n%s", cmd.Args, err, &errs)
	}
	return time.Since(began)
}

// write puts a file into the place and returns its path.
func (p *place) write(name, text string) string {
	p.b.Helper()
	path := filepath.Join(p.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		p.b.Fatal(err)
	}
	return path
}

// discard deletes what a round has left.
func (p *place) discard(names ...string) {
	p.b.Helper()
	for _, name := range names {
		if err := os.RemoveAll(filepath.Join(p.dir, name)); err != nil {
			p.b.Fatal(err)
		}
	}
}

// A bell is rung by a job, with `echo >bell`: the moment is known without looking for it.
type bell struct {
	b *testing.B
	f *os.File
}

const bellName = "bell"

func (p *place) bell() *bell {
	p.b.Helper()
	path := filepath.Join(p.dir, bellName)
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		p.b.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0) // for writing too: so that it has no end
	if err != nil {
		p.b.Fatal(err)
	}
	p.b.Cleanup(func() { f.Close() })
	return &bell{b: p.b, f: f}
}

// patience is how long anything may take.
const patience = 2 * time.Minute

// wait waits until the bell is rung, which must not have been before.
func (l *bell) wait() {
	l.b.Helper()
	if err := l.f.SetReadDeadline(time.Now().Add(patience)); err != nil {
		l.b.Fatal(err)
	}
	if _, err := l.f.Read(make([]byte, 1)); err != nil {
		l.b.Fatal(err)
	}
}

// A running program is one that was started and must be ended.
type running struct {
	b   *testing.B
	cmd *exec.Cmd
	end func()
}

// start starts a program without a terminal.
func (p *place) start(cmd *exec.Cmd) *running {
	p.b.Helper()
	if err := cmd.Start(); err != nil {
		p.b.Fatal(err)
	}
	return p.running(cmd, func() {})
}

// startOnScreen starts a program in a terminal of a size, which takes all that is drawn.
func (p *place) startOnScreen(cmd *exec.Cmd, cols, rows uint16) *running {
	p.b.Helper()
	master, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: cols, Rows: rows})
	if err != nil {
		p.b.Fatal(err)
	}
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		buf := make([]byte, 1<<16)
		for {
			if _, err := master.Read(buf); err != nil {
				return // the program has ended
			}
		}
	}()
	return p.running(cmd, func() {
		<-drained
		master.Close()
	})
}

func (p *place) running(cmd *exec.Cmd, end func()) *running {
	r := &running{b: p.b, cmd: cmd, end: end}
	p.b.Cleanup(func() {
		if cmd.ProcessState == nil { // the benchmark has failed
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	})
	return r
}

func (r *running) pid() int { return r.cmd.Process.Pid }

// stop has the program end itself and its jobs, and returns how long that took.
func (r *running) stop() time.Duration {
	r.b.Helper()
	began := time.Now()
	if err := r.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		r.b.Fatal(err)
	}
	err := r.cmd.Wait()
	took := time.Since(began)
	r.end()
	if status := r.cmd.ProcessState.ExitCode(); status != 128+int(syscall.SIGTERM) && status != -1 {
		r.b.Fatalf("%v ended with %v", strings.Join(r.cmd.Args, " "), err)
	}
	return took
}
