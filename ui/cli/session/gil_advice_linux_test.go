package session

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parallax/monitor"
	"parallax/runner"
	"parallax/runner/process"
	"parallax/runner/python"
	"parallax/runner/python/which"
	"parallax/runner/python/which/whichtest"
)

// TestThreadsThatComputeAreSaidToBeBoundByTheGIL runs some until that is said. That it is not said of others is seen
// where they run. On a machine that is busy it is not true: then threads wait for cores.
func TestThreadsThatComputeAreSaidToBeBoundByTheGIL(t *testing.T) {
	needWaitCore(t)
	cores, quota, _ := monitor.Usable()
	if quota < 2 {
		t.Skip("on one core threads wait for it, not for the GIL")
	}
	for _, py := range whichtest.Few(t, which.Python.Threads)[:1] {
		if py.FreeThreaded {
			t.Skip("it has no GIL")
		}
		st := NewStage(t.Context(), Env{
			Root: filepath.Join(t.TempDir(), "runs"), Cores: cores, Quota: quota,
			Launchers: func() map[runner.Model]runner.Launcher {
				return python.Models(python.Options{Python: py.Path, Processes: process.New(process.Options{})})
			},
		})
		endless := "while True: pass\n"
		jobs := scripts(t, runner.Threads, map[string]string{"1": endless, "2": endless, "3": endless, "4": endless})
		s, err := st.Start(Plan{Workers: len(jobs), Jobs: jobs})
		if err != nil {
			t.Fatal(err)
		}
		said, state := heard(t, s, "gil-bound", 6*time.Second)
		st.KillNow()
		if err := st.Wait(); err != nil {
			t.Error(err)
		}
		r := state.Times.Recent
		switch {
		case strings.HasPrefix(said, "GIL-bound: "):
			t.Log(said)
		case r.WaitCore > r.Live/10, state.Advice.Level == runner.Warning, state.Advice.Code == runner.CodeForeign:
			t.Skipf("the machine is too busy: %s, %+v", state.Advice.Text, r)
		default:
			t.Errorf("said: %q, at last %+v, %+v", said, state.Advice, r)
		}
	}
}

// heard follows a run until something is advised of it, or for so long, and returns its text and how the run is.
func heard(t *testing.T, s *Session, code string, patience time.Duration) (text string, state runner.State) {
	t.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		select {
		case <-late.C:
			return "", state
		case <-s.Feed.Ready():
		}
		for _, ev := range s.Feed.Take() {
			if err := state.Apply(ev); err != nil {
				t.Fatal(err)
			}
			if a, ok := ev.(runner.Advised); ok && a.Code == code {
				return a.Text, state
			}
		}
		if state.Ended {
			return "", state
		}
	}
}
