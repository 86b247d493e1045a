package python

import (
	"context"
	"fmt"
	"time"

	"parallax/runner/python/wire"
)

// parting is how long the process of a subinterpreter whose connection has ended may take to be gone
// too. It is, unless only the connection has ended.
const parting = 2 * time.Second

// sub is what a host is that runs in a subinterpreter: one script's, in a process that it shares with
// others.
type sub struct {
	gone <-chan event // says how it went; closed without if the process ended
}

// open starts a subinterpreter in the process of a host.
func (h *Host) open(ctx context.Context, n *numbers, patience time.Duration) (*Host, error) {
	conn, theirs, err := wire.Pair("subinterpreter")
	if err != nil {
		return nil, fmt.Errorf("start a subinterpreter: %w", err)
	}
	gone, forget, err := h.ask(command{Type: "sub", Boot: bootstrap()}, theirs)
	theirs.Close()
	if err != nil {
		_ = conn.Close()
		return nil, errNotBegun{err.Error()}
	}
	s := newHost(h.engine, conn)
	s.sub = &sub{gone: gone}
	lines, err := s.handshake(ctx)
	if err != nil {
		defer forget()
		_ = conn.Close() // it ends with that
		return nil, s.sub.failed(h, err)
	}
	if s.facts.GIL {
		s.lock = n.next()
	}
	h.add(s)
	go s.serve(lines, patience)
	return s, nil
}

// failed says why a subinterpreter did not start.
func (s *sub) failed(h *Host, fault error) error {
	timer := time.NewTimer(parting)
	defer timer.Stop()
	select {
	case ev, there := <-s.gone:
		switch {
		case !there:
			<-h.dead
			return errNotBegun{h.fate.how()}
		case ev.Why != "":
			return fmt.Errorf("start a subinterpreter: %w: %s", fault, ev.Why)
		}
		// It went in peace when its connection did: the start was called off.
		return fmt.Errorf("start a subinterpreter: %w", fault)
	case <-timer.C:
		return fmt.Errorf("start a subinterpreter: %w", fault)
	}
}

// end sees to it that a subinterpreter whose connection has ended is gone, and says how its script,
// if one lives in it, has ended by that. What cannot be taken down ends with the process.
func (s *sub) end(h *Host, fault error) crash {
	living := h.busy()
	timer := time.NewTimer(parting)
	defer timer.Stop()
	why := "a subinterpreter lost its connection"
	if fault != nil {
		why = fault.Error()
	}
	select {
	case <-h.dead:
		return h.fate
	case ev, there := <-s.gone:
		switch {
		case !there:
			<-h.dead
			return h.fate
		case ev.Why == "" || !living:
			return crash{blame: why, culprit: h.only()}
		}
	case <-timer.C:
	}
	if living {
		_ = h.kill(why)
		<-h.dead
	}
	return h.fate
}

// only returns the script of a subinterpreter, or nil when it is over.
func (h *Host) only() (t *Task) {
	h.each(func(its *Task) bool {
		t = its
		return false
	})
	return t
}
