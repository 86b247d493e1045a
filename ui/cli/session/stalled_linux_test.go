package session

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"parallax/runner"
	"parallax/runner/process"
	"parallax/runner/python"
	"parallax/runner/python/inside"
	"parallax/runner/python/which"
	"parallax/runner/python/which/whichtest"
)

// watch runs jobs that are stalled after a second, measured as in a program, until done is true of what
// has happened, and returns what was said of each job and the state.
func watch(t *testing.T, py string, jobs []runner.Job, done func(st *runner.State) bool) (said map[string][]runner.Advised, st runner.State) {
	t.Helper()
	for i := range jobs {
		jobs[i].StalledAfter = time.Second
		jobs[i].Grace = time.Millisecond
	}
	launchers := func() map[runner.Model]runner.Launcher {
		all := python.Models(python.Options{Python: py, Processes: process.New(process.Options{})})
		all[runner.Processes] = process.New(process.Options{Inside: inside.New()})
		return all
	}
	jobs, err := runner.Prepare(jobs, launchers())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	defer stop()
	stage := NewStage(ctx, Env{Root: t.TempDir(), Cores: []int{0}, Quota: 1, Launchers: launchers})
	s, err := stage.Start(Plan{Jobs: jobs, Workers: len(jobs)})
	if err != nil {
		t.Fatal(err)
	}
	said = map[string][]runner.Advised{}
	for !st.Ended {
		<-s.Feed.Ready()
		for _, ev := range s.Feed.Take() {
			if err := st.Apply(ev); err != nil {
				t.Error(err)
			}
			if a, ok := ev.(runner.Advised); ok && a.Task >= 0 {
				said[jobs[a.Task].Name] = append(said[jobs[a.Task].Name], a)
			}
			if done != nil && !st.Ended && done(&st) {
				done = nil
				stop()
			}
		}
	}
	if err := stage.Wait(); err != nil {
		t.Error(err)
	}
	if done != nil {
		t.Errorf("waited in vain; said %v", said)
	}
	return said, st
}

func shell(name, line string) runner.Job {
	return runner.Job{Name: name, Model: runner.Processes, Line: line}
}

func TestStalledIsWhatWaitsForWhatMayNeverCome(t *testing.T) {
	dir := t.TempDir()
	lock, err := os.Create(filepath.Join(dir, "lock"))
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	stalled := map[string]string{
		"pipe": "for a pipe or a terminal", "child": "for a pipe or a terminal", "locked": "for a lock", "stopped": "to be continued",
	}
	others := []string{"sleeps", "works", "prints", "waits for who works"}
	jobs := []runner.Job{
		shell("pipe", "mkfifo "+dir+"/a; exec cat <"+dir+"/a"),
		shell("child", "mkfifo "+dir+"/b; exec 3<>"+dir+"/b; (read x <&3); echo never"),
		shell("locked", "exec flock "+lock.Name()+" true"),
		shell("stopped", "kill -STOP $$; echo never"),
		shell("sleeps", "exec sleep 1000"),
		shell("works", "while :; do :; done"),
		shell("prints", "while :; do sleep 0.5; echo tick; done"),
		shell("waits for who works", "(while :; do :; done) & wait; echo never"),
	}
	long := time.Duration(0)
	said, st := watch(t, "", jobs, func(st *runner.State) bool {
		if len(st.Stalled) < len(stalled) || len(st.Notices) < len(stalled) {
			return false
		}
		if long == 0 {
			long = st.Now
		}
		return st.Now > long+3*time.Second // the others get their time, too
	})
	for name, why := range stalled {
		if all := said[name]; len(all) != 1 || all[0].Code != runner.CodeStalled || all[0].Level != runner.Warning || !strings.Contains(all[0].Text, why) {
			t.Errorf("%s: said %+v, want once that it waits %s", name, all, why)
		}
	}
	for _, name := range others {
		if all := said[name]; len(all) > 0 {
			t.Errorf("%s: said %+v", name, all)
		}
	}
	if len(st.Stalled) > 0 {
		t.Errorf("stalled after the end: %v", st.Stalled)
	}
}

func TestAJobGoesOnAfterItHasStalled(t *testing.T) {
	dir := t.TempDir()
	fed := false
	said, _ := watch(t, "", []runner.Job{shell("a", "mkfifo "+dir+"/a; cat "+dir+"/a; while :; do echo tick; sleep 0.2; done")}, func(st *runner.State) bool {
		if st.IsStalled(0) && !fed {
			fed = true
			go os.WriteFile(filepath.Join(dir, "a"), []byte("hello\n"), 0)
		}
		return fed && st.Notices[0].Level == runner.Note && !st.IsStalled(0)
	})
	if all := said["a"]; len(all) < 2 || all[0].Code != runner.CodeStalled || !strings.HasPrefix(all[1].Text, "goes on, after ") {
		t.Errorf("said %+v", all)
	}
}

const (
	deadlock = `import threading
a, b = threading.Lock(), threading.RLock()
go = threading.Barrier(2)
def take(first, second):
    with first:
        go.wait()
        with second:
            pass
def other():
    with b:
        go.wait()
        a.acquire()
all = [threading.Thread(target=take, args=(a, b)), threading.Thread(target=other)]
for t in all: t.start()
for t in all: t.join()
`
	waiting = `import threading, subprocess, sys
def one():
    threading.Event().wait()
t = threading.Thread(target=one, daemon=True)
t.start()
subprocess.run(["sh", "-c", "while :; do :; done"])
`
	printing = `import time
while True:
    print("tick", flush=True)
    time.sleep(0.5)
`
	crunching = `n = 0
while True:
    n += 1
`
	sleeping = `import time
time.sleep(1000)
`
	hearing = `import signal, threading
e = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: e.set())
e.wait()
`
)

// scripts writes scripts and makes jobs of them.
func scripts(t *testing.T, m runner.Model, texts map[string]string) (jobs []runner.Job) {
	t.Helper()
	dir := t.TempDir()
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		path := filepath.Join(dir, name+".py")
		if err := os.WriteFile(path, []byte(texts[name]), 0o600); err != nil {
			t.Fatal(err)
		}
		jobs = append(jobs, runner.Job{Name: name, Model: m, Script: path})
	}
	return jobs
}

// anyPython is one that can run scripts as threads.
func anyPython(t *testing.T) string {
	t.Helper()
	all := whichtest.Every(t, which.Python.Threads)
	if len(all) == 0 {
		t.Skip("no Python that runs scripts as threads was found")
	}
	return all[0].Path
}

func TestADeadlockIsNamedWithItsPlaces(t *testing.T) {
	py := anyPython(t)
	both := regexp.MustCompile(`^deadlock: each waits .*: thread .* at deadlock\.py:7, thread .* at deadlock\.py:12; also waiting: main thread at deadlock\.py:15$`)
	for _, model := range []runner.Model{runner.Threads, runner.Processes} {
		t.Run(string(model), func(t *testing.T) {
			t.Parallel()
			jobs := scripts(t, model, map[string]string{
				"deadlock": deadlock, "printing": printing, "crunching": crunching, "sleeping": sleeping, "waiting": waiting, "hearing": hearing,
			})
			for i := range jobs {
				jobs[i].Python = py
			}
			since := time.Duration(0)
			said, _ := watch(t, py, jobs, func(st *runner.State) bool {
				if len(st.Stalled) < 2 || len(st.Notices) < 2 {
					return false
				}
				if since == 0 {
					since = st.Now
				}
				return st.Now > since+3*time.Second
			})
			if all := said["deadlock"]; len(all) != 1 || all[0].Code != runner.CodeDeadlock || !both.MatchString(all[0].Text) {
				t.Errorf("of the deadlock was said %+v", all)
			}
			if all := said["hearing"]; len(all) != 1 || all[0].Code != runner.CodeStalled || !strings.Contains(all[0].Text, "hearing.py:4") {
				t.Errorf("of one that waits for a signal was said %+v", all)
			}
			for _, name := range []string{"printing", "crunching", "sleeping", "waiting"} {
				if all := said[name]; len(all) > 0 {
					t.Errorf("%s: said %+v", name, all)
				}
			}
		})
	}
}
