package python

import (
	"encoding/json"
	"os"
	"sync"
)

// letter is one message to the host, and the descriptors that travel beside it, which it owns.
type letter struct {
	line  []byte
	files []*os.File
}

func (l letter) close() {
	for _, f := range l.files {
		f.Close()
	}
}

// outbox is what is still to be written to a host. put never waits: while C code holds the GIL nobody
// reads at the other end, and who pauses or ends a script must not wait for that.
type outbox struct {
	ready chan struct{} // receives when there may be something to take

	mu      sync.Mutex
	letters []letter
	closed  bool
}

func newOutbox() *outbox { return &outbox{ready: make(chan struct{}, 1)} }

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

// write sends what is in the outbox until that is closed or the connection ends.
func (h *Host) write() {
	defer h.outbox.close()
	for range h.outbox.ready {
		letters, open := h.outbox.take()
		var err error
		for _, l := range letters {
			if err == nil {
				err = writeWith(h.conn, l.line, l.files)
			}
			l.close()
		}
		if !open || err != nil { // why comes with the end of the tasks
			return
		}
	}
}

// send gives one command to the writer, with copies of the files to go beside it. It does not wait:
// that it succeeds does not mean that the interpreter will ever read it.
func (h *Host) send(c command, files ...*os.File) error {
	line, err := json.Marshal(c)
	if err != nil {
		return err
	}
	l := letter{line: append(line, '\n'), files: make([]*os.File, 0, len(files))}
	for _, f := range files {
		own, err := duplicate(f)
		if err != nil {
			l.close()
			return err
		}
		l.files = append(l.files, own)
	}
	if !h.outbox.put(l) {
		l.close()
		return errHostOver // its reason comes with the end of its tasks
	}
	return nil
}

// ask sends a command and returns where its answer will come. The channel is closed without one when
// the interpreter ends. forget must be called by who waits no longer.
func (h *Host) ask(c command, files ...*os.File) (answer <-chan event, forget func(), err error) {
	ch := make(chan event, 1)
	h.mu.Lock()
	if h.over {
		h.mu.Unlock()
		return nil, nil, errHostOver
	}
	h.last++
	c.ID = h.last
	h.answers[c.ID] = ch
	h.mu.Unlock()
	forget = func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.answers, c.ID)
	}
	if err := h.send(c, files...); err != nil {
		forget()
		return nil, nil, err
	}
	return ch, forget, nil
}
