package runner

import "sync"

// mailbox is an unbounded queue between goroutines. put never blocks, so neither the runner nor
// the sampler ever waits for who reads; the reader waits on ready and takes all there is.
//
// A bounded channel was rejected: whoever fills it stops, and here that would be the jobs.
type mailbox[T any] struct {
	mu    sync.Mutex
	items []T
	ready chan struct{}
}

func newMailbox[T any]() *mailbox[T] { return &mailbox[T]{ready: make(chan struct{}, 1)} }

func (m *mailbox[T]) put(items ...T) {
	m.mu.Lock()
	m.items = append(m.items, items...)
	m.mu.Unlock()
	m.ring()
}

func (m *mailbox[T]) ring() {
	select {
	case m.ready <- struct{}{}:
	default:
	}
}

func (m *mailbox[T]) take() []T {
	m.mu.Lock()
	defer m.mu.Unlock()
	items := m.items
	m.items = nil
	return items
}

// Feed is one reader's end of the stream of events. All methods are safe for concurrent use.
type Feed struct{ box *mailbox[Event] }

// Ready receives when there may be something to take.
func (f *Feed) Ready() <-chan struct{} { return f.box.ready }

// Take returns all events since the last call, in order, without waiting. Samples that met in the
// queue are merged.
func (f *Feed) Take() []Event { return f.box.take() }

// NewFeed returns a feed of events that come from elsewhere than a [Run]: from a recording, or from
// another process.
func NewFeed() *Feed { return &Feed{box: newMailbox[Event]()} }

// Put adds events in order, without waiting for who reads.
func (f *Feed) Put(evs []Event) { f.put(evs) }

func (f *Feed) put(evs []Event) {
	f.box.mu.Lock()
	for _, ev := range evs {
		s, ok := ev.(Sampled)
		if n := len(f.box.items); ok && n > 0 {
			if last, ok := f.box.items[n-1].(Sampled); ok {
				f.box.items[n-1] = last.Merge(s)
				continue
			}
		}
		f.box.items = append(f.box.items, ev)
	}
	f.box.mu.Unlock()
	f.box.ring()
}
