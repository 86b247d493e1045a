package wire

import (
	"os"
	"sync"
)

// letter is one message, and the descriptors that travel beside it, which it owns.
type letter struct {
	line  []byte
	files []*os.File
}

func (l letter) close() {
	for _, f := range l.files {
		f.Close()
	}
}

// outbox is what is still to be written. It has no limit, as no mailbox here has: it holds no more
// than what people and tries have asked for since the other end last read.
type outbox struct {
	ready chan struct{} // receives when there may be something to take; has room for one

	mu      sync.Mutex
	letters []letter
	closed  bool
}

// put adds a letter and reports whether that was possible. If not, the letter stays the caller's.
func (o *outbox) put(l letter) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return false
	}
	o.letters = append(o.letters, l)
	o.ring()
	return true
}

// ring wakes the writer. The lock is held.
func (o *outbox) ring() {
	select {
	case o.ready <- struct{}{}:
	default:
	}
}

// take returns all there is, which is the caller's to close, and whether there may be more some time.
func (o *outbox) take() (letters []letter, open bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	letters, o.letters = o.letters, nil
	return letters, !o.closed
}

// close drops what was not taken and makes the writer end.
func (o *outbox) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	for _, l := range o.letters {
		l.close()
	}
	o.letters = nil
	o.ring()
}
