package goroutine

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// errCancelled is what a checkpoint returns once the job was told to stop.
var errCancelled = errors.New("cancelled")

// gate is what a running job and those who steer it share. The job passes it at its checkpoints;
// pause, resume, cancel and look may be called from any goroutine and never wait for the job.
type gate struct {
	asked atomic.Bool // there may be something to do at the next checkpoint

	mu      sync.Mutex
	changed chan struct{} // closed and replaced at every change
	began   time.Time
	since   time.Time     // when it was last paused
	held    time.Duration // how long it was paused before that
	paused  bool
	cause   error // why it has to end, or nil
	over    bool
	looks   []chan string // who wants to know where it is
}

func newGate() *gate { return &gate{changed: make(chan struct{}), began: time.Now()} }

// pass lets the job through at once while nothing is asked of it, holds it while it is paused and
// returns the reason once it has to end. where describes the place it has come to; it is called on
// the job's own goroutine, and only when somebody asked.
func (g *gate) pass(where func() string) error {
	if !g.asked.Load() {
		return nil
	}
	for {
		g.mu.Lock()
		looks, cause, paused, changed := g.looks, g.cause, g.paused, g.changed
		g.looks = nil
		g.asked.Store(paused || cause != nil)
		g.mu.Unlock()
		if len(looks) > 0 {
			place := where()
			for _, c := range looks {
				c <- place // has room for one
			}
		}
		if cause != nil || !paused {
			return cause
		}
		<-changed
	}
}

// sleep waits for d, without the time it is paused, or returns the reason to end.
func (g *gate) sleep(d time.Duration, where func() string) error {
	for {
		if err := g.pass(where); err != nil || d <= 0 {
			return err
		}
		g.mu.Lock()
		changed, again := g.changed, g.asked.Load()
		g.mu.Unlock()
		if again {
			continue
		}
		begin := time.Now()
		timer := time.NewTimer(d)
		select {
		case <-timer.C:
		case <-changed:
			timer.Stop()
		}
		d -= time.Since(begin)
	}
}

// begin starts the clock of elapsed.
func (g *gate) begin() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.began = time.Now()
	if g.paused {
		g.since = g.began
	}
}

// elapsed is how long the job has run, without the time it was paused.
func (g *gate) elapsed() time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	d := time.Since(g.began) - g.held
	if g.paused {
		d -= time.Since(g.since)
	}
	return d
}

func (g *gate) change(f func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.over {
		return
	}
	f()
	g.asked.Store(true)
	close(g.changed)
	g.changed = make(chan struct{})
}

func (g *gate) pause() {
	g.change(func() {
		if !g.paused {
			g.paused, g.since = true, time.Now()
		}
	})
}

func (g *gate) resume() {
	g.change(func() {
		if g.paused {
			g.paused = false
			g.held += time.Since(g.since)
		}
	})
}

func (g *gate) cancel() { g.change(func() { g.cause = errCancelled }) }

// look asks where the job is: c, which needs room for one, gets the answer at the next checkpoint,
// or never if the job ends first.
func (g *gate) look(c chan string) { g.change(func() { g.looks = append(g.looks, c) }) }

// forget takes back a question that nobody waits for any more.
func (g *gate) forget(c chan string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.looks = slices.DeleteFunc(g.looks, func(l chan string) bool { return l == c })
}

// stopped returns the reason to end, or nil.
func (g *gate) stopped() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.cause
}

// finish makes everything asked from now on a no-op.
func (g *gate) finish() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.over = true
}
