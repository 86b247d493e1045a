package report

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"parallax/monitor/verdict"
	"parallax/runner"
	"parallax/ui/draw"
)

// nearlyAll is of which share of a time a part of it must be known to be told of all of it.
const nearlyAll = 0.9

// splitOf is where the time of all jobs went, added up as it was corrected at their ends: what was sampled
// of a run of short jobs is little of it. A wait that is known of some jobs only is taken to be likewise in
// the others if those are few; else it is not known.
func splitOf(s *runner.State) runner.Split {
	sum := runner.Split{WaitCore: -1, WaitGIL: -1}
	var core, coreOf, lock, lockOf time.Duration
	for i := range s.Tasks {
		m := s.Tasks[i].Stats
		if m == nil {
			continue
		}
		sum.Live, sum.OnCore = sum.Live+m.Total.Live, sum.OnCore+m.Total.OnCore
		if m.Total.WaitCore >= 0 {
			core, coreOf = core+m.Total.WaitCore, coreOf+m.Total.Live
		}
		if m.Total.WaitGIL >= 0 {
			lock, lockOf = lock+m.Total.WaitGIL, lockOf+m.Total.Live
		}
	}
	whole := func(wait, of time.Duration) time.Duration {
		if of <= 0 || float64(of) < nearlyAll*float64(sum.Live) {
			return -1
		}
		return time.Duration(float64(wait) * float64(sum.Live) / float64(of))
	}
	sum.WaitCore, sum.WaitGIL = whole(core, coreOf), whole(lock, lockOf)
	return sum
}

// atOnce are bars of how long so many threads were on cores at once, and of how much of the run, which took
// so long, that is known where it is not nearly all.
func atOnce(together []time.Duration, took time.Duration) (bars []bar, partly string) {
	var sum time.Duration
	for _, d := range together {
		sum += d
	}
	if sum <= 0 {
		return nil, ""
	}
	if float64(sum) < nearlyAll*float64(took) {
		partly = fmt.Sprintf("Known of %s of the %s only.", draw.Seconds(sum), draw.Seconds(took))
	}
	for k, d := range together {
		part := float64(d) / float64(sum)
		if k > 16 && part < 0.0005 {
			continue
		}
		value := draw.Seconds(d) + ", " + draw.Percent(part)
		b := newDrawing(18, fmt.Sprintf("%s at once: %s", draw.Plural(k, "thread", "threads"), value))
		b.rect("rest", 0, 100, 3, 12, "")
		b.rect("oncore", 0, 100*part, 3, 12, value)
		bars = append(bars, bar{Name: draw.Count(k), Drawing: b.done(), Value: value})
	}
	return bars, partly
}

// heldOf is for how long the jobs were paused, all together.
func heldOf(s *runner.State) time.Duration {
	var sum time.Duration
	for i := range s.Tasks {
		sum += s.Tasks[i].Held
	}
	return sum
}

// sharesOf says where time went, in words. The parts that are not known are left out.
func sharesOf(split runner.Split, held time.Duration) []share {
	sh := verdict.Shares(split)
	live, paused := 1.0, 0.0
	if whole := split.Live + held; whole > 0 && held > 0 {
		live, paused = float64(split.Live)/float64(whole), float64(held)/float64(whole)
	}
	out := []share{{"oncore", "on a core", draw.Percent(live * sh.OnCore)}}
	if sh.WaitKnown {
		out = append(out, share{"waitcore", "waiting for a core", draw.Percent(live * sh.WaitCore)})
	}
	if sh.GILKnown {
		out = append(out, share{"waitgil", "waiting for the GIL", draw.Percent(live * sh.WaitGIL)})
	}
	out = append(out, share{"blocked", sh.BlockedLabel(), draw.Percent(live * sh.Blocked)})
	if paused > 0 {
		out = append(out, share{"paused", "paused", draw.Percent(paused)})
	}
	return out
}

// timeBar draws where time went, in one bar.
func timeBar(split runner.Split, held time.Duration, height int) template.HTML {
	sh := verdict.Shares(split)
	parts := sharesOf(split, held)
	words := make([]string, len(parts))
	for i, p := range parts {
		words[i] = p.Name + " " + p.Value
	}
	d := newDrawing(height, strings.Join(words, ", "))
	live := 100.0
	if held > 0 {
		live = 100 * float64(split.Live) / float64(split.Live+held)
	}
	at, h := 0.0, float64(height)
	for _, p := range []struct {
		class, name string
		part        float64
	}{
		{"oncore", "on a core", live * sh.OnCore},
		{"waitcore", "waiting for a core", live * sh.WaitCore},
		{"waitgil", "waiting for the GIL", live * sh.WaitGIL},
		{"blocked", sh.BlockedLabel(), live * sh.Blocked},
		{"paused", "paused", 100 - live},
	} {
		d.rect(p.class, at, at+p.part, 0, h, p.name+" "+draw.Percent(p.part/100))
		at += p.part
	}
	return d.done()
}
