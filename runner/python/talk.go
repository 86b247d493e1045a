package python

import "os"

// send gives one command to the writer, with copies of the files to go beside it. It does not wait:
// that it succeeds does not mean that the interpreter will ever read it.
func (h *Host) send(c command, files ...*os.File) error { return h.conn.Send(c, files...) }

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
