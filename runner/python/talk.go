package python

import "os"

// send gives one command to the writer, with copies of the files to go beside it. It does not wait:
// that it succeeds does not mean that the interpreter will ever read it.
func (h *Host) send(c command, files ...*os.File) error { return h.conn.Send(c, files...) }

// ask sends a command and returns where its answer will come. The channel is closed without one when
// the interpreter ends. forget must be called by who waits no longer.
func (h *Host) ask(c command, files ...*os.File) (answer <-chan event, forget func(), err error) {
	answer, id, err := h.question(c, files...)
	if err != nil {
		return nil, nil, err
	}
	return answer, func() { h.forgetAnswer(id) }, nil
}

// question is ask for who keeps the number of the request, to call forgetAnswer with.
func (h *Host) question(c command, files ...*os.File) (answer <-chan event, id int, err error) {
	ch := make(chan event, 1)
	h.mu.Lock()
	if h.over {
		h.mu.Unlock()
		return nil, 0, errHostOver
	}
	h.last++
	c.ID = h.last
	h.answers[c.ID] = ch
	h.mu.Unlock()
	if err := h.send(c, files...); err != nil {
		h.forgetAnswer(c.ID)
		return nil, 0, err
	}
	return ch, c.ID, nil
}

// forgetAnswer gives up the answer to a request.
func (h *Host) forgetAnswer(id int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.answers, id)
}
