package dashboard

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"parallax/runner"
)

// pipe is a Feed that a test fills.
type pipe struct {
	mu    sync.Mutex
	evs   []runner.Event
	ready chan struct{}
}

func newPipe() *pipe { return &pipe{ready: make(chan struct{}, 1)} }

func (p *pipe) Ready() <-chan struct{} { return p.ready }

func (p *pipe) Take() []runner.Event {
	p.mu.Lock()
	defer p.mu.Unlock()
	evs := p.evs
	p.evs = nil
	return evs
}

func (p *pipe) put(ev runner.Event) {
	p.mu.Lock()
	p.evs = append(p.evs, ev)
	p.mu.Unlock()
	select {
	case p.ready <- struct{}{}:
	default:
	}
}

// sent is what a bridge sent, and when.
type sent struct {
	frame
	at time.Time
}

func bridged(t *testing.T, dir string, f func(p *pipe, b *bridge, frames func() []sent)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var got []sent
		p := newPipe()
		b := newBridge(1, Act{Feed: p, Dir: dir}, func(msg tea.Msg) {
			mu.Lock()
			defer mu.Unlock()
			got = append(got, sent{msg.(frame), time.Now()})
		})
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { b.run(ctx) })
		time.Sleep(time.Second) // a quiet time
		f(p, b, func() []sent {
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			return got
		})
		cancel()
		wg.Wait()
	})
}

func TestAFrameCarriesAllThatHappenedAndFramesKeepTheirDistance(t *testing.T) {
	bridged(t, t.TempDir(), func(p *pipe, _ *bridge, frames func() []sent) {
		began := time.Now()
		p.put(runner.TaskQueued{Task: 0})
		if got := frames(); len(got) != 1 || got[0].at != began {
			t.Fatalf("the first change made %d frames", len(got))
		}
		for i := range 500 { // half a second of a very busy run
			p.put(runner.TaskQueued{Task: i})
			time.Sleep(time.Millisecond)
		}
		time.Sleep(frameGap)
		got, events := frames(), 0
		for i, f := range got {
			events += len(f.events)
			if i > 0 && f.at.Sub(got[i-1].at) < frameGap {
				t.Errorf("frames %d and %d are %v apart", i-1, i, f.at.Sub(got[i-1].at))
			}
		}
		if events != 501 {
			t.Errorf("%d of 501 events arrived", events)
		}
		if len(got) > 8 {
			t.Errorf("%d frames in half a second", len(got))
		}
	})
}

func TestNothingIsSentWhileNothingChanges(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "log"), []byte("hello\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	bridged(t, dir, func(_ *pipe, b *bridge, frames func() []sent) {
		w := want{tails: []tail{{task: 0, log: "log", limit: -1, lines: 5}}, grow: true}
		b.want(w)
		time.Sleep(time.Hour)
		b.want(w)
		time.Sleep(time.Hour)
		if got := frames(); len(got) != 1 || len(got[0].tails[0]) != 1 {
			t.Errorf("%d frames for one log that never grew", len(got))
		}
	})
}

func TestALogThatGrowsIsSeenWithoutAnEvent(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "log")
	bridged(t, dir, func(_ *pipe, b *bridge, frames func() []sent) {
		b.want(want{tails: []tail{{task: 0, log: "log", limit: -1, lines: 5}}, grow: true})
		for i := range 3 {
			if err := os.WriteFile(path, fmt.Appendf(nil, "%0*d\n", i+1, i), 0o600); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
		}
		got := frames()
		last := got[len(got)-1].tails[0]
		if len(last) != 1 || last[0].Text != "002" {
			t.Errorf("the last tail is %v", last)
		}
	})
}

func TestLogsThatRestAreLookedAtMoreRarely(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "log")
	bridged(t, dir, func(_ *pipe, b *bridge, frames func() []sent) {
		b.want(want{tails: []tail{{task: 0, log: "log", limit: -1, lines: 5}}, grow: true})
		size := 0
		grow := func() time.Duration { // and return how long it took to be seen
			size++
			if err := os.WriteFile(path, make([]byte, size), 0o600); err != nil {
				t.Fatal(err)
			}
			at, before := time.Now(), len(frames())
			time.Sleep(restGap)
			got := frames()
			if len(got) != before+1 {
				t.Fatalf("growth made %d frames within %v", len(got)-before, restGap)
			}
			return got[before].at.Sub(at)
		}
		slowest := time.Duration(0)
		for i := range 7 {
			time.Sleep(time.Minute + time.Duration(i)*restGap/7)
			slowest = max(slowest, grow())
			if again := grow(); again > frameGap {
				t.Errorf("a log that has just grown was looked at after %v", again)
			}
		}
		if slowest <= frameGap {
			t.Errorf("a log that rests was looked at within %v each time", slowest)
		}
	})
}

func TestAReplayShowsNoMoreThanWasThereThen(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "log"), []byte("one\ntwo\nthree\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	bridged(t, dir, func(_ *pipe, b *bridge, frames func() []sent) {
		b.want(want{tails: []tail{{task: 0, log: "log", limit: 8, lines: 5}}})
		got := frames()
		if len(got) != 1 || len(got[0].tails[0]) != 2 {
			t.Fatalf("frames %+v", got)
		}
	})
}
