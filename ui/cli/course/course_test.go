package course_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"parallax/monitor/comparison"
	"parallax/monitor/verdict/stats"
	"parallax/monitor/verdict/trial"
	"parallax/runner"
	"parallax/runner/goroutine"
	"parallax/ui/cli/course"
	"parallax/ui/cli/session"
	"parallax/ui/dashboard/compare"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func quick(context.Context, *runner.Call) error  { return nil }
func broken(context.Context, *runner.Call) error { return errors.New("no luck") }

// way is one of so many workers that runs a function as its two jobs.
func way(serial bool, workers int, f runner.Func) course.Way {
	p := session.Plan{Workers: workers}
	for _, name := range []string{"a", "b"} {
		p.Jobs = append(p.Jobs, runner.Job{Name: name, Model: runner.Goroutines, Func: f})
	}
	return course.Way{Way: trial.Way{Model: runner.Goroutines, Serial: serial, Workers: workers}, Plan: p}
}

// bench is a comparison on a stage of its own.
type bench struct {
	stage *session.Stage
	*course.Course
}

func newBench(t *testing.T, plan course.Plan) bench {
	t.Helper()
	root := t.TempDir()
	stage := session.NewStage(t.Context(), session.Env{
		Root: filepath.Join(root, "runs"), Cores: []int{0}, Quota: 1,
		Launchers: func() map[runner.Model]runner.Launcher {
			return map[runner.Model]runner.Launcher{runner.Goroutines: goroutine.New()}
		},
	})
	plan.Info.Jobs, plan.Info.Host.Quota, plan.Info.MemFree = plan.Ways[0].Plan.Jobs, 1, -1
	c, err := course.New(stage, filepath.Join(root, "comparisons"), plan)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stage.Leave()
		if err := c.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
			t.Error(err)
		}
		if err := stage.Wait(); err != nil {
			t.Error(err)
		}
	})
	return bench{stage, c}
}

// tried are the trials on disk: the way's number and the round of each.
func tried(t *testing.T, b bench) (out [][2]int, rec comparison.Record) {
	t.Helper()
	rec, err := comparison.Open(b.Dir())
	if err != nil {
		t.Fatal(err)
	}
	for _, tr := range rec.Trials {
		out = append(out, [2]int{slices.Index(rec.Ways, tr.Way), tr.Round})
	}
	return out, rec
}

// TestAJobIsTriedOnce has jobs fail that might have been tried again: rounds that went well in the end would hide it.
func TestAJobIsTriedOnce(t *testing.T) {
	w := way(false, 2, broken)
	for i := range w.Plan.Jobs {
		w.Plan.Jobs[i].Retries = 2
	}
	b := newBench(t, course.Plan{Ways: []course.Way{way(true, 1, quick), w}, Rounds: course.Rounds{Asked: 1}})
	if err := b.Make(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, rec := tried(t, b)
	if want := [][2]int{{0, 0}, {1, 0}, {0, 1}}; !slices.Equal(got, want) || rec.Trials[1].Broken || rec.Trials[1].Error == "" {
		t.Errorf("way and round of the trials: %v, want %v; %+v", got, want, rec.Trials[1])
	}
	if w.Plan.Jobs[0].Retries != 2 {
		t.Error("the user's jobs were changed")
	}
}

func TestWaysTakeTurnsInRoundsAfterAWarmUp(t *testing.T) {
	var asked []trial.Way
	b := newBench(t, course.Plan{
		Ways: []course.Way{way(true, 1, quick), way(false, 2, quick)}, Rounds: course.Rounds{Asked: 2},
		Startup: func(_ context.Context, w course.Way) (stats.Estimate, error) {
			asked = append(asked, w.Way)
			if w.Serial {
				return stats.Estimate{}, errors.New("none")
			}
			return stats.Mean([]float64{1, 2}), nil
		},
	})
	if err := b.Make(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, rec := tried(t, b)
	if want := [][2]int{{0, 0}, {1, 0}, {0, 1}, {1, 1}, {0, 2}, {1, 2}}; !slices.Equal(got, want) {
		t.Errorf("way and round of the trials: %v, want %v", got, want)
	}
	if len(asked) != 2 || len(rec.Startups) != 1 || rec.Startups[0].Took.Mean != 1.5 {
		t.Errorf("asked for the start-up of %v; kept %v", asked, rec.Startups)
	}
	now := b.Status()
	if now.Doing != compare.Over || !rec.Ended || rec.Rounds != 2 || now.Table.Rounds != 2 || now.Err != nil {
		t.Errorf("doing %v, ended %v, %d rounds planned, %d in the table, %v", now.Doing, rec.Ended, rec.Rounds, now.Table.Rounds, now.Err)
	}
	for i, run := range now.Newest {
		if run.State == nil || run.ID != rec.Trials[len(rec.Trials)-2+i].Run {
			t.Errorf("of way %d the newest run is %s; want the last one, with its end", i, run.ID)
		}
	}
}

func TestAWayWhoseJobsFailIsNotTriedAgain(t *testing.T) {
	b := newBench(t, course.Plan{
		Ways: []course.Way{way(true, 1, quick), way(false, 2, broken)}, Rounds: course.Rounds{Asked: 2},
	})
	if err := b.Make(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, _ := tried(t, b)
	if want := [][2]int{{0, 0}, {1, 0}, {0, 1}, {0, 2}}; !slices.Equal(got, want) {
		t.Errorf("way and round of the trials: %v, want %v", got, want)
	}
	if c := b.Status().Table.Columns[1]; !c.Failed || !strings.HasSuffix(c.Error, " failed: no luck") {
		t.Errorf("failed %v: %q", c.Failed, c.Error)
	}
}

func TestMoreRoundsAreMadeWhenTheyAreAskedFor(t *testing.T) {
	b := newBench(t, course.Plan{Ways: []course.Way{way(false, 2, quick)}, Rounds: course.Rounds{Asked: 1}, Shown: true})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- errors.Join(b.Make(ctx), b.Stay(ctx, &sync.Mutex{})) }()
	await(t, b, func(s compare.Status) bool { return s.Doing == compare.Over })
	b.More(2)
	b.More(1)
	await(t, b, func(s compare.Status) bool { return s.Doing == compare.Over && s.Table.Rounds == 4 })
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if _, rec := tried(t, b); rec.Rounds != 4 || len(rec.Trials) != 5 {
		t.Errorf("%d rounds, %d trials; want 4, and 5 with the warm-up", rec.Rounds, len(rec.Trials))
	}
}

func TestAFailureEndsTheOtherJobsOfItsTry(t *testing.T) {
	endless := func(ctx context.Context, _ *runner.Call) error {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(30 * time.Second):
			return errors.New("it was not told that its try is lost")
		}
	}
	w := way(false, 2, endless)
	w.Plan.Jobs[1].Func = broken
	w.Plan.Halt = runner.HaltNever
	b := newBench(t, course.Plan{Ways: []course.Way{w}, Rounds: course.Rounds{Asked: 1}})
	if err := b.Make(t.Context()); err != nil {
		t.Fatal(err)
	}
	if c := b.Status().Table.Columns[0]; !c.Failed || c.Error != "b failed: no luck" {
		t.Errorf("failed %v: %q", c.Failed, c.Error)
	}
}

// await waits until the status is as wanted.
func await(t *testing.T, b bench, ok func(compare.Status) bool) {
	t.Helper()
	late := time.After(30 * time.Second)
	for !ok(b.Status()) {
		select {
		case <-b.Ready():
		case <-late:
			t.Fatalf("after 30 s: %+v", b.Status())
		}
	}
}

func TestAnInterruptedComparisonKeepsWhatItHas(t *testing.T) {
	started := make(chan struct{}, 8)
	waits := func(ctx context.Context, _ *runner.Call) error {
		started <- struct{}{}
		<-ctx.Done()
		return ctx.Err()
	}
	b := newBench(t, course.Plan{Ways: []course.Way{way(true, 1, quick), way(false, 2, waits)}, Rounds: course.Rounds{Asked: 3}})
	done := make(chan error, 1)
	go func() { done <- b.Make(t.Context()) }()
	<-started
	b.stage.Cancel(errors.New("interrupted by SIGINT"))
	if err := <-done; err != nil {
		t.Errorf("an interrupt is no fault: %v", err)
	}
	got, rec := tried(t, b)
	if want := [][2]int{{0, 0}, {1, 0}}; !slices.Equal(got, want) || !rec.Trials[1].Broken || !rec.Ended || rec.Reason == "" {
		t.Errorf("%v, %+v", got, rec)
	}
	if c := b.Status().Table.Columns[1]; c.Failed {
		t.Errorf("the jobs are not to blame: %q", c.Error)
	}
}

func TestAnInterruptEndsTheMeasuringOfStartUp(t *testing.T) {
	begun := make(chan struct{})
	b := newBench(t, course.Plan{
		Ways: []course.Way{way(false, 2, quick)}, Rounds: course.Rounds{Asked: 1},
		Startup: func(ctx context.Context, _ course.Way) (stats.Estimate, error) {
			close(begun)
			select {
			case <-ctx.Done():
			case <-time.After(30 * time.Second):
				t.Error("it was not told of the interrupt")
			}
			return stats.Estimate{}, ctx.Err()
		},
	})
	done := make(chan error, 1)
	go func() { done <- b.Make(t.Context()) }()
	<-begun
	b.stage.Cancel(errors.New("interrupted by SIGINT"))
	if err := <-done; err != nil {
		t.Errorf("an interrupt is no fault: %v", err)
	}
	if got, rec := tried(t, b); len(got) != 0 || !rec.Ended || rec.Reason != "interrupted" {
		t.Errorf("%v, %+v", got, rec)
	}
}

func TestAnInterruptDoesNotHideThatNothingCouldBeRecorded(t *testing.T) {
	b := newBench(t, course.Plan{Ways: []course.Way{way(false, 2, quick)}, Rounds: course.Rounds{Asked: 1}})
	b.stage.Cancel(errors.New("interrupted by SIGINT"))
	if err := b.Close(); err != nil { // so that its end cannot be written
		t.Fatal(err)
	}
	if err := b.Make(t.Context()); err == nil || b.Status().Err == nil {
		t.Errorf("said %v, and shown %v", err, b.Status().Err)
	}
}

func TestTheRunsThatAreOverAreNotKept(t *testing.T) {
	b := newBench(t, course.Plan{Ways: []course.Way{way(true, 1, quick), way(false, 2, quick)}, Rounds: course.Rounds{Asked: 2}})
	if err := b.Make(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(b.stage.States()); n != 0 {
		t.Errorf("the stage holds the states of %d runs; of many jobs each is large", n)
	}
}

// TestASweepThatTellsNothingGoesOn makes the rounds of one number of workers so different that nothing can be said.
func TestASweepThatTellsNothingGoesOn(t *testing.T) {
	for _, c := range []struct {
		name   string
		erring bool
		want   int
	}{{"steady", false, 3}, {"erratic", true, 5}} {
		t.Run(c.name, func(t *testing.T) {
			var tries atomic.Int32
			takes := func(ms func() int32) runner.Func {
				return func(context.Context, *runner.Call) error {
					<-time.After(time.Duration(ms()) * time.Millisecond)
					return nil
				}
			}
			two := takes(func() int32 {
				if n := tries.Add(1) - 1; c.erring && n/2%2 == 1 { // each round has two jobs
					return 120
				}
				return 20
			})
			b := newBench(t, course.Plan{
				Info: comparison.Info{Kind: comparison.Tune, Target: "time"}, Rounds: course.Rounds{Few: true},
				Ways: []course.Way{way(false, 1, takes(func() int32 { return 60 })), way(false, 2, two)},
			})
			if err := b.Make(t.Context()); err != nil {
				t.Fatal(err)
			}
			_, rec := tried(t, b)
			if rec.Rounds != c.want || len(rec.Trials) != 2*(c.want+1) || !rec.Ended {
				t.Errorf("%d rounds planned (%s), %d trials, ended %v; want %d rounds; %q", rec.Rounds, rec.Why, len(rec.Trials), rec.Ended, c.want, b.Status().Tuning.Reasons)
			}
		})
	}
}
