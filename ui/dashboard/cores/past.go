package cores

import (
	"time"

	"parallax/monitor/verdict"
	"parallax/runner"
)

// The states of a job over time.
const (
	onCore = iota
	waitCore
	waitGIL
	blocked
	paused
	unsaid // it was there, and that is all that is known
	states
)

// moment is how much of a short time a job was in each state, in percent.
type moment [states]uint8

// Bounds of a Past: so many moments of all jobs together, each six bytes.
const (
	maxMoments = 1 << 20
	firstSpan  = 100 * time.Millisecond
)

// lately is what the recent count of threads on cores covers.
const lately = 5 * time.Second

// Past is in which states jobs were over time, and how many of their threads were on cores at once
// lately. It knows both from samples, as finely as those come. When it is full each two neighbouring
// moments become one, so it stays bounded, and an event costs the same however long the run is. The zero
// Past is ready.
type Past struct {
	span   time.Duration // what a moment covers
	tracks map[int]*track
	n      int // moments of all
	counts []counted
	seen   [states]bool // which states occurred
}

// track is the past of one job.
type track struct {
	first   int // which moment since the start its first is
	moments []moment
	since   time.Duration   // from when on it is known
	open    [states]float64 // the last moment, before it is rounded: what is added to it may be little
	until   time.Duration   // up to where it is known
	on      time.Duration   // what its try had of cores, as far as was told
	held    time.Duration   // for how long its try was paused then
}

// counted is for how long 0, 1, 2 … threads were on cores at once in a sample.
type counted struct {
	at    time.Duration
	times []time.Duration
}

// See takes up an event that the state has taken.
func (p *Past) See(ev runner.Event, s *runner.State) {
	now := s.Elapsed(0)
	switch ev := ev.(type) {
	case runner.RunStarted:
		*p = Past{}
	case runner.TaskStarted:
		t := p.track(ev.Task, now)
		t.until, t.on, t.held = now, 0, 0
	case runner.TaskEnded:
		p.close(ev, s, now)
	case runner.Sampled:
		if !ev.Measured() {
			return
		}
		p.count(ev)
		for i := range ev.Tasks {
			if ts := &ev.Tasks[i]; ts.Task >= 0 && ts.Task < len(s.Tasks) && s.Tasks[ts.Task].Status.Active() {
				p.sample(ts, &s.Tasks[ts.Task], ev.Span, now)
			}
		}
	}
}

// count keeps for how long how many were on cores at once, lately.
func (p *Past) count(ev runner.Sampled) {
	if len(ev.Together) > 0 {
		p.counts = append(p.counts, counted{ev.When(), ev.Together})
	}
	old := 0
	for old < len(p.counts) && p.counts[old].at < ev.When()-lately {
		old++
	}
	p.counts = append(p.counts[:0], p.counts[old:]...)
}

// AtOnce is for how long 0, 1, 2 … threads were on cores at once lately; nil where that is not known.
func (p *Past) AtOnce() []time.Duration {
	var out []time.Duration
	for _, c := range p.counts {
		for k, d := range c.times {
			for len(out) <= k {
				out = append(out, 0)
			}
			out[k] += d
		}
	}
	return out
}

func (p *Past) track(task int, now time.Duration) *track {
	if p.tracks == nil {
		p.tracks, p.span = map[int]*track{}, firstSpan
	}
	t := p.tracks[task]
	if t == nil {
		t = &track{first: int(now / p.span), since: now, until: now}
		p.tracks[task] = t
	}
	return t
}

// sample takes up what a job did in the span before now. What it did not live of that it was paused, if
// it was paused at all: else that is the clocks' jitter.
func (p *Past) sample(ts *runner.TaskSample, task *runner.Task, span, now time.Duration) {
	t := p.track(ts.Task, now-span)
	t.on += ts.OnCore
	from := max(t.until, now-span)
	if now <= from {
		return
	}
	live := 1.0
	if task.Status == runner.Paused || task.Held > t.held {
		live = min(float64(ts.Live)/float64(now-from), 1)
	}
	t.held = task.Held
	sh := verdict.Shares(runner.Split{Span: span, Live: ts.Live, OnCore: ts.OnCore, WaitCore: ts.WaitCore, WaitGIL: ts.WaitGIL})
	if ts.Live <= 0 && live > 0 {
		p.put(t, from, now, [states]float64{unsaid: 1})
		return
	}
	p.put(t, from, now, [states]float64{
		onCore: live * sh.OnCore, waitCore: live * sh.WaitCore, waitGIL: live * sh.WaitGIL, blocked: live * sh.Blocked, paused: 1 - live,
	})
}

// close takes up the end of a job: what it did since its last sample, as far as its accounts tell.
func (p *Past) close(ev runner.TaskEnded, s *runner.State, now time.Duration) {
	t := p.tracks[ev.Task]
	if t == nil || now <= t.until || !s.Tasks[ev.Task].Ran() {
		return
	}
	on := 0.0
	if ev.Exit.Usage.Known {
		on = min(max(float64(ev.Exit.Usage.CPU()-t.on)/float64(now-t.until), 0), 1)
	}
	p.put(t, t.until, now, [states]float64{onCore: on, unsaid: 1 - on})
}

// put adds a time of a job, of which it was in each state for a share.
func (p *Past) put(t *track, from, to time.Duration, shares [states]float64) {
	for i := int(from / p.span); time.Duration(i)*p.span < to; i++ {
		begin := time.Duration(i) * p.span
		for t.first+len(t.moments) <= i {
			t.moments, t.open = append(t.moments, moment{}), [states]float64{}
			p.n++
		}
		if i < t.first+len(t.moments)-1 {
			continue
		}
		part := float64(min(to, begin+p.span)-max(from, begin)) / float64(p.span)
		for k, share := range shares {
			t.open[k] += 100 * part * share
		}
		t.round()
	}
	for k, share := range shares {
		p.seen[k] = p.seen[k] || share > 0.01
	}
	t.until = to
	for p.n > max(maxMoments, 4*len(p.tracks)) {
		p.coarsen()
	}
}

// round has the last moment be what is known of it.
func (t *track) round() {
	m := &t.moments[len(t.moments)-1]
	for k, v := range t.open {
		m[k] = uint8(min(v+0.5, 100))
	}
}

// coarsen makes each two neighbouring moments one.
func (p *Past) coarsen() {
	p.span, p.n = 2*p.span, 0
	for _, t := range p.tracks {
		t.coarsen()
		p.n += len(t.moments)
	}
}

func (t *track) coarsen() {
	if len(t.moments) == 0 {
		t.first /= 2
		return
	}
	half := make([]moment, 0, len(t.moments)/2+1)
	var before moment // the first of two
	last := len(t.moments) - 1
	for i, m := range t.moments {
		second := (t.first+i)%2 == 1
		for k := range m {
			if i == last {
				t.open[k] = (t.open[k] + float64(before[k])) / 2
			}
			m[k] = uint8((int(m[k]) + int(before[k]) + 1) / 2)
		}
		switch before = (moment{}); {
		case second || i == last:
			half = append(half, m)
		default:
			before = t.moments[i]
		}
	}
	t.first, t.moments = t.first/2, half
	t.round()
}

// between is how much of a time a job was in each state, in percent of the time. What is shorter than is
// known is taken to be like the moments that it lies in.
func (p *Past) between(task int, from, to time.Duration) (out [states]float64) {
	t := p.tracks[task]
	if t == nil || to <= from {
		return out
	}
	last := int((to + p.span - 1) / p.span)
	for i := max(int(from/p.span), t.first); i < min(last, t.first+len(t.moments)); i++ {
		// At its ends the job was there for a part of a moment only, and that is where its shares are.
		begin, end := max(time.Duration(i)*p.span, t.since), min(time.Duration(i+1)*p.span, t.until)
		part := float64(min(to, end)-max(from, begin)) / float64(to-from)
		if part <= 0 {
			continue
		}
		part *= float64(p.span) / float64(max(end-begin, p.span/100))
		for k, v := range t.moments[i-t.first] {
			out[k] = min(out[k]+part*float64(v), 100)
		}
	}
	return out
}
