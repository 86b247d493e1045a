package cli

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"parallax": func() {
			os.Exit(Run(os.Args[1:], Streams{os.Stdin, os.Stdout, os.Stderr}))
		},
	})
}

func TestScripts(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the scripts use a Unix shell")
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			env.Setenv("XDG_STATE_HOME", filepath.Join(env.WorkDir, "state"))
			env.Setenv("XDG_CONFIG_HOME", filepath.Join(env.WorkDir, "config"))
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("GORACE", "atexit_sleep_ms=0") // else each program ends a second later under the race detector
			env.Setenv("RUNS", filepath.Join(env.WorkDir, "state", "parallax", "runs"))
			env.Setenv("PYTHON", python())
			bin, _, _ := strings.Cut(env.Getenv("PATH"), string(filepath.ListSeparator))
			env.Setenv("PATH", bin+":/usr/local/bin:/usr/bin:/bin") // no shims that look for their home
			env.Values[envKey{}] = env
			return nil
		},
		Condition: func(cond string) (bool, error) {
			return cond == "python" && python() != "", nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "signal": signals, "lines": lines, "norun": norun, "head": head, "screen": onScreen,
		},
	})
}

type envKey struct{}

// python is an interpreter that runs without a home folder, or "".
func python() string {
	for _, p := range []string{"/usr/bin/python3", "/usr/local/bin/python3"} {
		if _, err := os.Stat(p); err == nil {
			return p
		}
	}
	return ""
}

// exits CODE PROGRAM ARGUMENT...: runs a program and checks its exit status exactly.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGUMENT...")
	}
	checkStatus(ts, ts.Exec(args[1], args[2:]...), args[0])
}

func checkStatus(ts *testscript.TestScript, err error, want string) {
	code := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(code) != want {
		ts.Fatalf("exit status %d, want %s", code, want)
	}
}

// signal SIG[,SIG] CODE FILE PROGRAM ARGUMENT...: starts a program, waits for a file, sends signals
// to the program (the second when the file FILE.2 is there), and checks its exit status. What it
// printed is in the files out and err.
func signals(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 4 {
		ts.Fatalf("usage: signal SIG[,SIG] CODE FILE PROGRAM ARGUMENT...")
	}
	cmd, out, errs := background(ts, args[3:])
	for i, name := range strings.Split(args[0], ",") {
		file := ts.MkAbs(args[2])
		if i > 0 {
			file += "." + strconv.Itoa(i+1)
		}
		await(ts, func() bool { _, err := os.Stat(file); return err == nil }, file)
		sig := map[string]os.Signal{"INT": os.Interrupt, "TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP}[name]
		ts.Check(cmd.Process.Signal(sig))
	}
	err := cmd.Wait()
	ts.Check(os.WriteFile(ts.MkAbs("out"), out.Bytes(), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs("err"), errs.Bytes(), 0o600))
	ts.Logf("%s%s", out, errs)
	checkStatus(ts, err, args[1])
}

// background prepares a program to run beside the script and starts it.
func background(ts *testscript.TestScript, args []string) (cmd *exec.Cmd, out, errs *bytes.Buffer) {
	env := ts.Value(envKey{}).(*testscript.Env)
	out, errs = new(bytes.Buffer), new(bytes.Buffer)
	path, err := lookPath(env.Vars, args[0])
	ts.Check(err)
	cmd = exec.Command(path, args[1:]...)
	cmd.Args[0] = args[0]
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = env.WorkDir, env.Vars, out, errs
	ts.Check(cmd.Start())
	return cmd, out, errs
}

func lookPath(vars []string, name string) (string, error) {
	for _, kv := range vars {
		if list, ok := strings.CutPrefix(kv, "PATH="); ok {
			for _, dir := range filepath.SplitList(list) {
				if path := filepath.Join(dir, name); exec.Command(path).Err == nil {
					if _, err := os.Stat(path); err == nil {
						return path, nil
					}
				}
			}
		}
	}
	return "", exec.ErrNotFound
}

// await waits until something holds, for at most 20 seconds.
func await(ts *testscript.TestScript, holds func() bool, what string) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(20 * time.Second); !holds(); <-tick.C {
		if time.Now().After(deadline) {
			ts.Fatalf("waited in vain for %s", what)
		}
	}
}

// head N CODE PROGRAM ARGUMENT...: reads N lines of a program's output, closes the pipe, and checks
// its exit status. What it printed to standard error is in the file err.
func head(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: head N CODE PROGRAM ARGUMENT...")
	}
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	env := ts.Value(envKey{}).(*testscript.Env)
	path, err := lookPath(env.Vars, args[2])
	ts.Check(err)
	r, w, err := os.Pipe()
	ts.Check(err)
	var errs bytes.Buffer
	cmd := exec.Command(path, args[3:]...)
	cmd.Args[0] = args[2]
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = env.WorkDir, env.Vars, w, &errs
	ts.Check(cmd.Start())
	w.Close()
	one := make([]byte, 1)
	for n > 0 {
		if _, err := r.Read(one); err != nil {
			ts.Fatalf("output ended: %v", err)
		}
		if one[0] == '\n' {
			n--
		}
	}
	r.Close()
	err = cmd.Wait()
	ts.Check(os.WriteFile(ts.MkAbs("err"), errs.Bytes(), 0o600))
	checkStatus(ts, err, args[1])
}

// lines FILE N: checks how many lines a file (or stdout, stderr) has.
func lines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: lines FILE N")
	}
	if got := strings.Count(ts.ReadFile(args[0]), "\n"); strconv.Itoa(got) != args[1] {
		ts.Fatalf("%s has %d lines, want %s:\n%s", args[0], got, args[1], ts.ReadFile(args[0]))
	}
}

// norun checks that no run has left a folder.
func norun(ts *testscript.TestScript, _ bool, _ []string) {
	entries, err := os.ReadDir(ts.Getenv("RUNS"))
	if err == nil && len(entries) > 0 {
		ts.Fatalf("a run was started: %v", entries)
	}
}
