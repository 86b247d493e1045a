package dashboard

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"parallax/runner"
	"parallax/ui/logs"
)

// frameGap is the least time between two frames that nobody pressed a key for. The first change
// after a quiet time is shown at once.
const frameGap = 125 * time.Millisecond

// Logs that may grow are looked at every frameGap, and once none has grown for restAfter, every
// restGap: waking up is most of what the program costs while nothing changes.
const (
	restAfter = 2 * time.Second
	restGap   = 300 * time.Millisecond
)

// frame is everything that happened since the last one: the only message of the run to the screen.
// bubbletea renders after each message, so what comes often must come together.
type frame struct {
	gen    int // of the bridge that made it
	events []runner.Event
	tails  map[int][]logs.Line // those that changed
}

// want is what of the logs is on the screen.
type want struct {
	tails []tail
	grow  bool // logs may grow without an event: look at them now and then
}

// tail asks for the last lines of a task's log.
type tail struct {
	task  int
	log   string
	limit int64 // bytes that exist for the reader; -1 for all there are
	lines int
}

// bridge turns the stream of events and the growth of logs into frames. It is the one goroutine
// beside bubbletea's own: neither the runner nor the sampler ever waits for the screen, and nothing
// ticks while nothing changes.
type bridge struct {
	gen  int
	act  Act
	send func(tea.Msg)
	gap  time.Duration

	mu      sync.Mutex
	wanted  want
	changed chan struct{}

	seen map[int]seenTail // of what was sent; owned by run
}

type seenTail struct {
	tail
	size int64
}

func newBridge(gen int, act Act, send func(tea.Msg)) *bridge {
	return &bridge{gen: gen, act: act, send: send, gap: frameGap, changed: make(chan struct{}, 1), seen: map[int]seenTail{}}
}

// want says what is on the screen now. It never blocks.
func (b *bridge) want(w want) {
	b.mu.Lock()
	same := slices.Equal(b.wanted.tails, w.tails) && b.wanted.grow == w.grow
	b.wanted = w
	b.mu.Unlock()
	if same {
		return
	}
	select {
	case b.changed <- struct{}{}:
	default:
	}
}

// run makes frames until ctx is done.
func (b *bridge) run(ctx context.Context) {
	look := time.NewTimer(0) // at logs that may have grown
	defer look.Stop()
	var last time.Time
	grown := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-b.changed:
		case <-look.C:
			if !pause(ctx, 0) {
				return
			}
		case <-b.act.Feed.Ready():
			if !pause(ctx, b.gap-time.Since(last)) {
				return
			}
		}
		w := b.current()
		f := frame{gen: b.gen, events: b.act.Feed.Take(), tails: b.tails(w)}
		if len(f.events) > 0 || len(f.tails) > 0 {
			b.send(f)
			last = time.Now()
		}
		if len(f.tails) > 0 {
			grown = time.Now()
		}
		switch {
		case !w.grow:
			look.Stop()
		case time.Since(grown) < restAfter:
			look.Reset(b.gap)
		default:
			look.Reset(restGap)
		}
	}
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

func (b *bridge) current() want {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.wanted
}

// tails reads the wanted tails that changed since they were last sent.
func (b *bridge) tails(w want) map[int][]logs.Line {
	var out map[int][]logs.Line
	for _, t := range w.tails {
		path := filepath.Join(b.act.Dir, t.log)
		size := t.limit
		if info, err := os.Stat(path); err == nil && (size < 0 || info.Size() < size) {
			size = info.Size()
		}
		now := seenTail{t, size}
		if b.seen[t.task] == now {
			continue
		}
		b.seen[t.task] = now
		got, err := logs.Tail(path, t.limit, t.lines)
		if err != nil {
			got.Lines = []logs.Line{{Text: "cannot read the log: " + err.Error()}}
		}
		if out == nil {
			out = map[int][]logs.Line{}
		}
		out[t.task] = got.Lines
	}
	if len(b.seen) > 4*len(w.tails)+256 { // a long scroll through a large table
		b.seen = map[int]seenTail{}
	}
	return out
}
