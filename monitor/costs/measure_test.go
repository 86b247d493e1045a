package costs

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"parallax/monitor"
	"parallax/runner"
)

// One measuring from end to end. What is asserted of figures holds on any machine at any load: that a
// process costs more than a goroutine, by orders of magnitude.
func TestMeasure(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no threads of Python")
	}
	t.Setenv("TMPDIR", t.TempDir())
	p := somePython(t)
	var steps []int
	kinds := []string{Goroutine, Thread, Interpreter, Process, Command}
	c, err := Measure(t.Context(), Options{
		Open: open, Python: p.Path, Cores: 2, Rounds: 2,
		Progress: func(done, of int, what string) {
			steps = append(steps, done)
			if of != 15 || what != kinds[done%5] {
				t.Errorf("step %d of %d is %q", done, of, what)
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.MarshalIndent(c, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s", text)
	if len(steps) != 15 || c.Rounds != 2 || c.Cut || c.Python != p.Path || len(c.Kinds) != 5 {
		t.Errorf("it took %d steps and %d rounds, cut %v, of %d kinds", len(steps), c.Rounds, c.Cut, len(c.Kinds))
	}
	for _, k := range c.Kinds {
		absent := k.Name == Interpreter && p.Interpreters() != nil
		if absent != (len(k.NotMeasured) == 5) {
			t.Errorf("%s: %v", k.Name, k.NotMeasured)
		}
		if absent {
			continue
		}
		for name, s := range map[string]*Stat{"start": k.Start, "end": k.End, "empty": k.Empty} {
			if s == nil || s.N != 2 || s.Median < 0 || s.Low > s.High || name != "end" && s.Median == 0 {
				t.Errorf("%s: %s: %+v", k.Name, name, s)
			}
		}
		if (k.First != nil) != (k.Name == Thread || k.Name == Interpreter) {
			t.Errorf("%s: the first: %+v", k.Name, k.First)
		}
		if _, fault := monitor.PSS(os.Getpid()); (fault == nil) != (k.Keep != nil) || fault != nil && k.NotMeasured[figKeep] == "" {
			t.Errorf("%s: memory: %+v %v", k.Name, k.Keep, k.NotMeasured)
		}
		for _, m := range k.Messages {
			if m.RoundTrip == nil || m.RoundTrip.Median <= 0 || m.NotMeasured != "" {
				t.Errorf("%s: %+v", k.Name, m)
			}
		}
	}
	if a, b := c.Kind(Goroutine), c.Kind(Process); a.Start.High >= b.Start.Low || a.Empty.High >= b.Empty.Low {
		t.Errorf("a goroutine starts in %+v, a process in %+v", a.Start, b.Start)
	}
	if c.Ratio == nil || c.Worth == nil {
		t.Errorf("no conclusion: %v, %v", c.Ratio, c.Worth)
	}
	if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

func TestWithoutPythonTheRestIsMeasured(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no programs such as true")
	}
	c, err := Measure(t.Context(), Options{Open: open, NoPython: errors.New("python: none in PATH"), Rounds: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range c.Kinds {
		has := k.Name == Goroutine || k.Name == Command
		if has != (k.Start != nil) || has == (k.NotMeasured["start_s"] == "python: none in PATH") {
			t.Errorf("%s: %+v, %v", k.Name, k.Start, k.NotMeasured)
		}
		for _, m := range k.Messages {
			if has != (m.RoundTrip != nil) || has == (m.NotMeasured == "python: none in PATH") {
				t.Errorf("%s: %+v", k.Name, m)
			}
		}
	}
	if c.Ratio != nil || c.Worth != nil {
		t.Errorf("a conclusion of nothing: %v, %v", *c.Ratio, *c.Worth)
	}
}

// What is ended early has the rounds that were whole, and no job is left (which TestMain sees).
func TestCutShort(t *testing.T) {
	reason := errors.New("enough")
	for _, c := range []struct {
		at     int // the step that is the last
		rounds int
	}{{0, 0}, {1, 0}, {5, 0}, {12, 1}} {
		ctx, cancel := context.WithCancelCause(t.Context())
		got, err := Measure(ctx, Options{
			Open: open, Rounds: 9, NoPython: errNone,
			Progress: func(done, _ int, _ string) {
				if done == c.at {
					cancel(reason)
				}
			},
		})
		cancel(nil)
		if !errors.Is(err, reason) || !got.Cut || got.Rounds != c.rounds {
			t.Errorf("ended at step %d: %v, cut %v, %d rounds, want %d", c.at, err, got.Cut, got.Rounds, c.rounds)
		}
		if k := got.Kind(Goroutine); (k.Start != nil) != (c.rounds > 0) || (k.NotMeasured["start_s"] == "") != (c.rounds > 0) {
			t.Errorf("ended at step %d: %+v %v", c.at, k.Start, k.NotMeasured)
		}
	}
}

// What fails in one figure is told there and tried no more; the others are measured.
func TestAFigureThatFailsIsTold(t *testing.T) {
	tries := 0
	k := goroutines()
	k.talks = []talk{{"pigeon", func(context.Context, *stand) (float64, error) {
		tries++
		if tries == 2 {
			return 0, errors.New("it flew away")
		}
		return 1, nil
	}}}
	s := &survey{opts: Options{Open: open, Rounds: 3}, tallies: []*tally{newTally(k)}}
	if err := s.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := s.sum().Kinds[0]
	if want := []Message{{By: "pigeon", NotMeasured: "it flew away"}}; !reflect.DeepEqual(got.Messages, want) || tries != 2 {
		t.Errorf("after %d tries %+v, want %+v", tries, got.Messages, want)
	}
	if got.Start == nil || got.Start.N != 3 {
		t.Errorf("starts: %+v", got.Start)
	}
}

func TestAJobThatTellsNothingIsNoFigure(t *testing.T) {
	s, err := newStand(open)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	fails := runner.Job{Name: "mute", Model: runner.Goroutines, Func: func(context.Context, *runner.Call) error { return errors.New("no voice") }}
	if _, _, err := s.probe(t.Context(), fails); err == nil || !strings.Contains(err.Error(), "no voice") {
		t.Errorf("got %v", err)
	}
	k := goroutines()
	k.wait = fails
	if _, err := s.keep(t.Context(), k); err == nil || !strings.Contains(err.Error(), "no voice") {
		t.Errorf("got %v", err)
	}
}

func TestConclusion(t *testing.T) {
	stat := func(v float64) *Stat { return &Stat{v, v, v, 1} }
	for _, c := range []struct {
		name            string
		thread, process *Stat
		ratio, worth    float64 // < 0: none
		cores           float64
		free            bool
	}{
		{"usual", stat(0.001), stat(0.021), 21, 0.1, 2, false},
		{"a thread that costs more", stat(0.02), stat(0.01), 0.5, 0, 2, false},
		{"no threads", nil, stat(0.01), -1, -1, 2, false},
		{"no processes", stat(0.01), nil, -1, -1, 2, false},
		{"threads that use all cores", stat(0.001), stat(0.021), 21, -1, 2, true},
		{"one core", stat(0.001), stat(0.021), 21, -1, 1, false},
	} {
		got := Costs{Cores: c.cores, NoGIL: c.free, Kinds: []Kind{{Name: Thread, Empty: c.thread}, {Name: Process, Empty: c.process}}}.conclude()
		for _, f := range []struct {
			got  *float64
			want float64
		}{{got.Ratio, c.ratio}, {got.Worth, c.worth}} {
			if f.want < 0 != (f.got == nil) || f.got != nil && (*f.got-f.want > 1e-9 || f.want-*f.got > 1e-9) {
				t.Errorf("%s: got %v, want %v", c.name, f.got, f.want)
			}
		}
	}
}

func TestDisturbed(t *testing.T) {
	busy := func(v float64) *float64 { return &v }
	for _, c := range []struct {
		foreign *float64
		want    bool
	}{{nil, false}, {busy(0), false}, {busy(0.19), false}, {busy(0.21), true}} {
		if got := (Costs{Foreign: c.foreign, Cores: 2}).Disturbed(); got != c.want {
			t.Errorf("%v of 2 cores: %v", c.foreign, got)
		}
	}
}
