package compare

import (
	"context"
	"sync"
	"time"

	"parallax/runner"
)

// frameGap is the least time between two frames that nobody pressed a key for. The first change after a
// quiet time is shown at once.
const frameGap = 100 * time.Millisecond

// news says that there is something in the inbox.
type news struct{}

// inbox is what the watchers found and the model has not taken yet. What is in it stays there however
// the screen ends. The zero inbox is empty.
type inbox struct {
	mu     sync.Mutex
	status map[int]Status // the newest of each act
	events []happened     // in order for each run
}

// happened is what happened in a run.
type happened struct {
	run    string
	events []runner.Event
}

func (b *inbox) put(act int, s Status, evs []happened) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.status == nil {
		b.status = map[int]Status{}
	}
	b.status[act] = s
	b.events = append(b.events, evs...)
}

func (b *inbox) take() (map[int]Status, []happened) {
	b.mu.Lock()
	defer b.mu.Unlock()
	status, events := b.status, b.events
	b.status, b.events = nil, nil
	return status, events
}

// watcher waits for news of one course and of the run that it makes. It is the only one that takes from
// the feeds of the course.
type watcher struct {
	act    int
	course Course
	inbox  *inbox
	tell   func() // the screen, that there are news; it may block until the screen has ended
	gap    time.Duration
}

func newWatcher(act int, c Course, b *inbox, tell func()) *watcher {
	return &watcher{act: act, course: c, inbox: b, tell: tell, gap: frameGap}
}

// run puts news into the inbox until ctx is done.
func (w *watcher) run(ctx context.Context) {
	var last time.Time
	for {
		s := w.course.Status()
		w.inbox.put(w.act, s, taken(&s))
		w.tell()
		last = time.Now()
		select {
		case <-ctx.Done():
			return
		case <-w.course.Ready():
		case <-goingOn(&s):
		}
		if !pause(ctx, w.gap-time.Since(last)) {
			return
		}
	}
}

// taken takes the events of all runs that are not over.
func taken(s *Status) []happened {
	var out []happened
	for i := range s.Newest {
		r := &s.Newest[i]
		if r.Feed == nil || r.State != nil {
			continue
		}
		if evs := r.Feed.Take(); len(evs) > 0 {
			out = append(out, happened{r.ID, evs})
		}
	}
	return out
}

// goingOn receives when something happened in the run that goes on. Without one it never does.
func goingOn(s *Status) <-chan struct{} {
	if s.Way < 0 || s.Way >= len(s.Newest) || s.Newest[s.Way].Feed == nil || s.Newest[s.Way].State != nil {
		return nil
	}
	return s.Newest[s.Way].Feed.Ready()
}

// pause waits for d, which may be negative, and reports whether ctx still holds.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
