package compare

import (
	"bytes"
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"parallax/runner"
	"parallax/ui/dashboard"
	"parallax/ui/dashboard/frame/frametest"
)

func TestNewsAreToldAtOnceAndThenKeepTheirDistance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		evs := ran(threads, 2*second, false)
		feed := &queue{ready: make(chan struct{}, 1)}
		f := Follow(frametest.NewCourse(goingOnAt(status(t, all[1:3], -1), Warming, 0, 0, feed)))
		var told atomic.Int32
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { f.Watch(ctx, func() { told.Add(1) }); close(done) }()
		synctest.Wait()
		if n := told.Load(); n != 1 {
			t.Fatalf("told %d times how things stand at first", n)
		}
		tick(time.Minute)
		if n := told.Load(); n != 1 {
			t.Errorf("told %d times though nothing changed", n)
		}
		for _, ev := range evs {
			feed.put(ev)
			tick(time.Millisecond)
		}
		tick(frameGap)
		if n := int(told.Load()); n < 2 || n > 3 {
			t.Errorf("told %d times of what happened within %d ms", n-1, len(evs))
		}
		_, got := f.inbox.take()
		n := 0
		for _, h := range got {
			n += len(h.events)
		}
		if n != len(evs) {
			t.Errorf("%d events of %d", n, len(evs))
		}
		cancel()
		<-done
	})
}

// tick lets time pass in a test of its own time.
func tick(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// queue is a feed of a test's own time.
type queue struct {
	evs   []runner.Event
	ready chan struct{}
}

func (q *queue) Ready() <-chan struct{} { return q.ready }

func (q *queue) Take() []runner.Event {
	evs := q.evs
	q.evs = nil
	return evs
}

func (q *queue) put(ev runner.Event) {
	q.evs = append(q.evs, ev)
	select {
	case q.ready <- struct{}{}:
	default:
	}
}

func TestRunReturnsWhatIsToBeOpened(t *testing.T) {
	o := options(status(t, all, 5))
	o.In, o.Out = frametest.Typing(t, "ll\r"), &bytes.Buffer{}
	res, err := Run(t.Context(), o)
	if err != nil || res.Open != "interpreters-5" || res.At.Column != 2 {
		t.Errorf("%+v, %v", res, err)
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	feed := runner.NewFeed()
	feed.Put(ran(threads, second, false))
	o := options(goingOnAt(status(t, all, 1), Trying, 2, 2, feed))
	o.In, o.Out = frametest.Typing(t, ""), &bytes.Buffer{}
	cancel()
	res, err := Run(ctx, o)
	if err != nil || res.Open != "" {
		t.Errorf("%+v, %v", res, err)
	}
	if s := res.At.courses[0].states["live"]; s == nil || s.Now != second {
		t.Error("what was taken from the feed last was lost")
	}
}

func TestRunTellsOfAnInterrupt(t *testing.T) {
	o := options(goingOnAt(status(t, all, 1), Trying, 2, 2, runner.NewFeed()))
	o.In, o.Out = frametest.Typing(t, "\x03\x03"), &bytes.Buffer{}
	if _, err := Run(t.Context(), o); !errors.Is(err, dashboard.ErrInterrupted) {
		t.Errorf("%v", err)
	}
}

// broken is a course with a fault: the second question how it stands is too much.
type broken struct {
	Course
	asked *atomic.Int32
}

func (b broken) Status() Status {
	if b.asked.Add(1) > 1 {
		panic("a fault")
	}
	return b.Course.Status()
}

func TestAFaultEndsTheScreenAndIsTold(t *testing.T) {
	o := options(status(t, all, 1))
	o.Acts[0].Course = broken{o.Acts[0].Course, &atomic.Int32{}}
	o.In, o.Out = frametest.Typing(t, ""), &bytes.Buffer{}
	var told atomic.Bool
	o.Broke = func(any, []byte) { told.Store(true) }
	if _, err := Run(t.Context(), o); err == nil || !told.Load() {
		t.Errorf("%v, told %v", err, told.Load())
	}
}
