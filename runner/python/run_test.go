//go:build unix

package python

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"parallax/runner"
	"parallax/runner/python/which"
)

// folder keeps what scripts print.
type folder string

func (f folder) Record([]runner.Event) error { return nil }

func (f folder) LogPath(task, try int, _ bool) string { return fmt.Sprintf("%d.%d.log", task, try) }

func (f folder) Dir() string { return string(f) }

// stage is a whole run of scripts.
type stage struct {
	t     *testing.T
	run   *runner.Run
	feed  *runner.Feed
	state runner.State
	said  []runner.Advised
	over  chan struct{}
}

// play runs texts as scripts in a model.
func play(t *testing.T, p which.Python, m runner.Model, opts runner.Options, texts ...string) *stage {
	t.Helper()
	dir := t.TempDir()
	for i, text := range texts {
		script := filepath.Join(dir, fmt.Sprintf("s%d.py", i))
		if err := os.WriteFile(script, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		opts.Jobs = append(opts.Jobs, runner.Job{Name: fmt.Sprintf("s%d", i), Model: m, Script: script, Args: []string{dir}})
	}
	opts.Launchers = Models(Options{Python: p.Path, Hosts: 2, Processes: newProcesses()})
	opts.Workers, opts.Cores, opts.Recorder = len(texts), []int{0}, folder(dir)
	var err error
	if opts.Jobs, err = runner.Prepare(opts.Jobs, opts.Launchers); err != nil {
		t.Fatal(err)
	}
	s := &stage{t: t, over: make(chan struct{})}
	if s.run, err = runner.New(opts); err != nil {
		t.Fatal(err)
	}
	s.feed = s.run.Subscribe()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(func() {
		cancel()
		<-s.over
	})
	go func() {
		defer close(s.over)
		if _, err := s.run.Run(ctx); err != nil {
			t.Errorf("run: %v", err)
		}
	}()
	return s
}

// until follows the run until something is so.
func (s *stage) until(what string, is func() bool) {
	s.t.Helper()
	late := time.After(2 * patience)
	for !is() {
		select {
		case <-s.feed.Ready():
		case <-late:
			s.t.Fatalf("not within %v: %s\n%+v", 2*patience, what, s.said)
		}
		for _, ev := range s.feed.Take() {
			if err := s.state.Apply(ev); err != nil {
				s.t.Fatal(err)
			}
			if a, ok := ev.(runner.Advised); ok {
				s.said = append(s.said, a)
			}
		}
	}
}

func (s *stage) status(task int, is runner.Status) func() bool {
	return func() bool { return len(s.state.Tasks) > task && s.state.Tasks[task].Status == is }
}

// printed reports whether a try's log holds text.
func (s *stage) printed(task int, text string) {
	s.t.Helper()
	log := filepath.Join(filepath.Dir(s.state.Jobs[task].Script), folder("").LogPath(task, 1, false))
	eventually(s.t, text, func() bool {
		data, err := os.ReadFile(log)
		return err == nil && strings.Contains(string(data), text)
	}, func() string { return fmt.Sprintf("%+v", s.said) })
}

func TestInARunWhatIsLostIsStartedAgainAndTheCulpritIsNot(t *testing.T) {
	for _, m := range []runner.Model{runner.Threads, runner.Interpreters} {
		t.Run(string(m), func(t *testing.T) {
			once := "import os, sys, time\nf = os.path.join(sys.argv[1], __file__ + '.was')\nif not os.path.exists(f):\n    open(f, 'w').close()\n    time.sleep(1000)\nprint('again')"
			wait := "import os, sys, time, ctypes\nwhile not all(os.path.exists(os.path.join(sys.argv[1], 's%d.py.was' % n)) for n in (0, 1)):\n    time.sleep(0.01)\nctypes.string_at(0)"
			s := play(t, locked(t, "3.13"), m, runner.Options{RestartLost: true}, once, once, wait)
			s.until("the run is over", func() bool { return s.state.Ended && s.state.Over() })
			for i := range 2 {
				if task := s.state.Tasks[i]; task.Status != runner.Succeeded || task.Try != 2 {
					t.Errorf("%+v", task)
				}
			}
			if task := s.state.Tasks[2]; task.Status != runner.Failed || task.Try != 1 || !strings.Contains(task.Reason, "segmentation fault in this script") {
				t.Errorf("%+v", task)
			}
		})
	}
}

func TestInARunWhatResistsIsEndedWithTheOthersOnlyWhenAskedAgain(t *testing.T) {
	s := play(t, locked(t, which.Oldest), runner.Hybrid, runner.Options{}, stubborn, sleeper, sleeper, sleeper)
	for i := range 4 {
		s.until("all run", s.status(i, runner.Running))
		s.printed(i, "ready")
	}
	mate := slices.IndexFunc(s.state.Tasks[1:], func(other runner.Task) bool { return other.PID == s.state.Tasks[0].PID }) + 1
	s.run.Do(runner.KillNow{Tasks: []int{0}})
	want := fmt.Sprintf("Killing it again ends its interpreter, and with it s%d", mate)
	s.until("the user is told", func() bool {
		return slices.ContainsFunc(s.said, func(a runner.Advised) bool { return a.Task == 0 && strings.HasSuffix(a.Text, want) })
	})
	if !s.status(mate, runner.Running)() {
		t.Error("another was ended before the user was asked")
	}
	s.run.Do(runner.KillNow{Tasks: []int{0}, Force: true})
	s.until("it is over", s.status(0, runner.Cancelled))
	s.until("and so is the other", s.status(mate, runner.Failed))
	if !s.state.Tasks[mate].Exit.Lost {
		t.Errorf("%+v", s.state.Tasks[mate])
	}
	for i := range 4 {
		if i != 0 && i != mate && !s.status(i, runner.Running)() {
			t.Errorf("%+v", s.state.Tasks[i])
		}
	}
	s.run.Do(runner.Cancel{})
	s.until("the run is over", func() bool { return s.state.Ended && s.state.Over() })
}
