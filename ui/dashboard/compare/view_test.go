package compare

import (
	"fmt"
	"testing"

	"parallax/monitor/verdict/trial"
	"parallax/runner"
)

func TestScreens(t *testing.T) {
	three := []trial.Way{threads, interpreters, processes}
	live := func(d Doing, rounds, way, round int, w trial.Way) Status {
		feed := runner.NewFeed()
		feed.Put(ran(w, 1200*milli, false))
		return goingOnAt(status(t, three, rounds), d, way, round, feed)
	}
	begun := status(t, three, -1)
	begun.Doing, begun.Way = Starting, 1
	waiting := status(t, three, -1)
	waiting.Doing = Waiting
	undecided := status(t, three, 5)
	undecided.Verdict.Model, undecided.Verdict.Headline = "", "Inconclusive between interpreters and processes."
	for _, c := range []struct {
		name string
		of   []Status
		w, h int
	}{
		{"over", []Status{status(t, three, 5)}, 140, 42},
		{"over", []Status{status(t, three, 5)}, 80, 24},
		{"over", []Status{status(t, three, 5)}, 60, 16},
		{"six", []Status{status(t, all, 5)}, 140, 42},
		{"six", []Status{status(t, all, 5)}, 80, 24},
		{"six", []Status{status(t, all, 5)}, 200, 60},
		{"six", []Status{status(t, all, 5)}, 60, 16},
		{"one", []Status{status(t, all[3:4], 5)}, 140, 42},
		{"acts", []Status{status(t, three, 5), waiting}, 140, 42},
		{"acts", []Status{status(t, three, 5), waiting}, 60, 16},
		{"starting", []Status{begun}, 140, 42},
		{"warm-up", []Status{live(Warming, -1, 0, 0, threads)}, 140, 42},
		{"mid", []Status{live(Trying, 2, 2, 3, processes)}, 140, 42},
		{"mid", []Status{live(Trying, 2, 2, 3, processes)}, 80, 24},
		{"failed", []Status{failing(status(t, three, 5), 1, "primes.2 failed: ImportError: module _ctypes does not support loading in subinterpreters")}, 140, 42},
		{"failed", []Status{failing(status(t, three, 5), 1, "primes.2 failed: ImportError: module _ctypes does not support loading in subinterpreters")}, 80, 24},
		{"inconclusive", []Status{undecided}, 140, 42},
	} {
		name := fmt.Sprintf("%s-%dx%d", c.name, c.w, c.h)
		t.Run(name, func(t *testing.T) {
			o := options(c.of...)
			s := shown(o, c.w, c.h)
			s.hears(c.of[0])
			s.Golden(t, name)
		})
	}
}
