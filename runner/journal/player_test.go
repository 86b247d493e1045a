package journal

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"parallax/runner"
)

// recording makes a run with an event every second for ten seconds.
func recording(t testing.TB) *Reader {
	w := create(t, t.TempDir(), Info{Jobs: jobs(1)})
	record(t, w, opening(w.Info())...)
	for s := 1; s <= 10; s++ {
		record(t, w, runner.Advised{At: runner.At(s) * 1e9, Task: -1, Text: "words"})
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := Open(w.Dir())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAReplayKeepsThePace(t *testing.T) {
	r := recording(t)
	for _, speed := range []float64{0.5, 1, 4, maxSpeed} {
		synctest.Test(t, func(t *testing.T) {
			p, err := NewPlayer(r, speed)
			if err != nil {
				t.Fatal(err)
			}
			if p.Clock() != 0 {
				t.Errorf("before it runs the clock is at %v", p.Clock())
			}
			began, ran := time.Now(), make(chan error, 1)
			go func() { ran <- p.Run(t.Context()) }()
			var state runner.State
			for state.Now < 10*time.Second {
				<-p.Ready()
				for _, ev := range p.Take() {
					passed := time.Duration(float64(time.Since(began)) * speed)
					if late := passed - ev.When(); late < 0 || late > time.Duration(10*speed) {
						t.Errorf("speed %v: an event of %v came at %v", speed, ev.When(), passed)
					}
					if c := p.Clock(); c < ev.When() {
						t.Errorf("speed %v: the clock is at %v when an event of %v comes", speed, c, ev.When())
					}
					if err := state.Apply(ev); err != nil {
						t.Error(err)
					}
				}
			}
			if err := <-ran; err != nil {
				t.Error(err)
			}
			time.Sleep(time.Hour)
			if c := p.Clock(); c != 10*time.Second {
				t.Errorf("an hour after the end the clock is at %v", c)
			}
		})
	}
}

func TestTheClockRunsBetweenEvents(t *testing.T) {
	r := recording(t)
	synctest.Test(t, func(t *testing.T) {
		p, err := NewPlayer(r, 2)
		if err != nil {
			t.Fatal(err)
		}
		stop := errors.New("enough")
		ctx, cancel := context.WithCancelCause(t.Context())
		ran := make(chan error, 1)
		go func() { ran <- p.Run(ctx) }()
		time.Sleep(1250 * time.Millisecond)
		if c := p.Clock(); c != 2500*time.Millisecond {
			t.Errorf("after 1.25 s at double speed the clock is at %v", c)
		}
		if n := len(p.Take()); n != 4 {
			t.Errorf("%d events by then, want 4", n)
		}
		cancel(stop)
		if err := <-ran; !errors.Is(err, stop) {
			t.Errorf("it ended with %v", err)
		}
	})
}

func TestAReplayLeavesOutDamage(t *testing.T) {
	r := recording(t)
	setJournal(t, r.Dir(), strings.Replace(journalOf(t, r.Dir()), `"t":5`, `"t":x`, 1))
	p, err := NewPlayer(r, maxSpeed)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(p.Take()); n != 11 || len(p.Warnings()) != 1 {
		t.Errorf("%d events, warnings %v", n, p.Warnings())
	}
}

func TestImpossibleSpeedsAreRefused(t *testing.T) {
	for _, speed := range []float64{0, -1, math.NaN(), math.Inf(1), 2 * maxSpeed} {
		if _, err := NewPlayer(nil, speed); err == nil || !strings.Contains(err.Error(), "--speed") {
			t.Errorf("%v: %v", speed, err)
		}
	}
}
