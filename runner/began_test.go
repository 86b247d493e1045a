package runner

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// early is a launcher whose tasks began before it is done with launching them.
type early struct{ *script }

type began struct {
	Handle
	at time.Time
}

func (b began) Began() time.Time { return b.at }

func (e early) Launch(ctx context.Context, spec Spec) (Handle, error) {
	at := time.Now()
	h, err := e.script.Launch(ctx, spec)
	return began{h, at}, err
}

func TestTheTimeOfATaskCountsFromWhenItBegan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{takes: map[string]time.Duration{"a": time.Second}, launch: map[string]time.Duration{"a": 2 * time.Second}}
		r, err := New(Options{
			Jobs: jobs("a"), Workers: 1, Recorder: &memory{dir: t.TempDir()}, Launchers: map[Model]Launcher{Processes: early{s}},
		})
		if err != nil {
			t.Fatal(err)
		}
		st, err := r.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if task := st.Tasks[0]; task.Wall(st.Now) != 3*time.Second || task.Started != 0 || task.Identity.Late != 2*time.Second {
			t.Errorf("it ran for %v from %v on, heard of %v late", task.Wall(st.Now), task.Started, task.Identity.Late)
		}
	})
}

// What is heard of at once is not late, and a record that says nonsense does not begin before its run.
func TestAStartIsNeverBeforeTheRun(t *testing.T) {
	var st State
	for _, ev := range []Event{
		RunStarted{Jobs: jobs("a"), Workers: 1},
		TaskQueued{Task: 0, Try: 1},
		TaskStarted{At: At(time.Second), Task: 0, Try: 1, Identity: Identity{Late: time.Hour}},
	} {
		if err := st.Apply(ev); err != nil {
			t.Fatal(err)
		}
	}
	if st.Tasks[0].Started != 0 {
		t.Errorf("it started at %v", st.Tasks[0].Started)
	}
}
