package journal

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"parallax/runner"
)

// maxSpeed is the fastest replay: a day in less than a tenth of a second.
const maxSpeed = 1_000_000

// Player replays a recording: its events come out of the [runner.Feed] in it at the times at which
// they happened, on a clock that runs at another speed. All methods are safe for concurrent use.
type Player struct {
	*runner.Feed
	from  *Reader
	speed float64

	mu       sync.Mutex
	began    time.Time     // when Run was called; zero before
	due      time.Duration // the clock does not pass this: the next event, or the last one of all
	warnings []error
}

// NewPlayer prepares a replay at speed times the pace of the recording. It starts nothing.
func NewPlayer(from *Reader, speed float64) (*Player, error) {
	if !(speed > 0 && speed <= maxSpeed) {
		return nil, fmt.Errorf("--speed %v: must be above 0 and at most %d", speed, maxSpeed)
	}
	return &Player{Feed: runner.NewFeed(), from: from, speed: speed}, nil
}

// Clock is the time in the recording now, since its run began. It stands at 0 before Run and, after
// the last event, at the time of that.
func (p *Player) Clock() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.clock()
}

func (p *Player) clock() time.Duration {
	if p.began.IsZero() {
		return 0
	}
	passed := float64(time.Since(p.began)) * p.speed
	if passed >= float64(p.due) {
		return p.due
	}
	return time.Duration(passed)
}

// Warnings is what was left out of the recording so far, the first 100.
func (p *Player) Warnings() []error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]error(nil), p.warnings...)
}

// Run replays and returns when the last event has come out, or ctx is done, with its cause. It is
// called once. The feed and the clock stay as they are at the end.
func (p *Player) Run(ctx context.Context) error {
	p.mu.Lock()
	p.began = time.Now()
	p.mu.Unlock()
	var ready []runner.Event // due and not handed over yet
	defer func() { p.Put(ready) }()
	for ev, err := range p.from.Events() {
		var w *Warning
		switch {
		case errors.As(err, &w):
			p.warn(err)
			continue
		case err != nil:
			return err
		}
		for wait := p.await(ev.When()); wait > 0 && ctx.Err() == nil; wait = p.await(ev.When()) {
			p.Put(ready)
			ready = nil
			select {
			case <-time.After(wait):
			case <-ctx.Done():
			}
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if ready = append(ready, ev); len(ready) >= maxBatch {
			p.Put(ready)
			ready = nil
		}
	}
	return nil
}

// maxBatch bounds how many events that are due at once wait for each other.
const maxBatch = 1000

// maxWait bounds one wait; after it the rest is worked out anew.
const maxWait = time.Hour

// await lets the clock run up to the time at and returns how long to wait for that, at most maxWait.
func (p *Player) await(at time.Duration) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.due = max(p.due, at)
	left := float64(at)/p.speed - float64(time.Since(p.began))
	if left <= 0 {
		return 0
	}
	return time.Duration(min(left, float64(maxWait))) + 1 // rounded up, so that it is due then
}

func (p *Player) warn(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.warnings) < maxWarnings {
		p.warnings = append(p.warnings, err)
	}
}
