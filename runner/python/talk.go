package python

import (
	"encoding/json"
	"os"
)

// send writes one command, with descriptors beside it.
func (h *Host) send(c command, files ...*os.File) error {
	line, err := json.Marshal(c)
	if err != nil {
		return err
	}
	h.writing.Lock()
	defer h.writing.Unlock()
	if err := writeWith(h.conn, append(line, '\n'), files); err != nil {
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
