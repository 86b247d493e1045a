package python

import (
	"context"
	"sync"
	"sync/atomic"

	"parallax/runner"
)

// numbers names interpreters: each gets one that no other of the run has.
type numbers struct{ last atomic.Int32 }

func (n *numbers) next() int { return int(n.last.Add(1)) }

// pool keeps the processes of one interpreter and says in which of them a script runs: in the one
// with the fewest, so that all are in use before one has a second. None is started before it has a
// script to run, and one that has died is replaced when it is missed.
type pool struct {
	limit int // how many processes there may be
	start func(context.Context, runner.Spec) (*Host, error)

	mu    sync.Mutex
	rooms []*room
	old   []*Host // that have died, or are about to
}

// room is the place of one process in a pool.
type room struct {
	ready chan struct{} // closed when what follows is set
	host  *Host
	err   error
	off   bool // the start was called off by who began it: that says nothing about the next

	seats map[int]bool // numbers of the places that are taken; the pool's lock guards it
}

// seat is a script's place in a process.
type seat struct {
	pool   *pool
	room   *room
	number int // from 1: no other script in the process has it now
}

// take returns a place in a living process, starting one if that is due. The place must be left when
// the script is over.
func (p *pool) take(ctx context.Context, spec runner.Spec) (*seat, error) {
	for {
		s, first := p.sit()
		if first {
			s.room.host, s.room.err = p.start(ctx, spec)
			s.room.off = s.room.err != nil && ctx.Err() != nil
			close(s.room.ready)
		}
		select {
		case <-s.room.ready:
		case <-ctx.Done():
			s.leave()
			return nil, context.Cause(ctx)
		}
		switch err := s.room.err; {
		case err == nil && s.room.host.alive():
			return s, nil
		case err != nil && (first || !s.room.off):
			s.leave()
			return nil, err
		}
		s.leave()
	}
}

// sit takes the place that is due. first: the caller is to start the process.
func (p *pool) sit() (s *seat, first bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tidy()
	var at *room
	for _, r := range p.rooms {
		if at == nil || len(r.seats) < len(at.seats) {
			at = r
		}
	}
	if at == nil || len(at.seats) > 0 && len(p.rooms) < p.limit {
		at, first = &room{ready: make(chan struct{}), seats: map[int]bool{}}, true
		p.rooms = append(p.rooms, at)
	}
	n := 1
	for at.seats[n] {
		n++
	}
	at.seats[n] = true
	return &seat{p, at, n}, first
}

// tidy leaves out processes that have died or were never started. The lock is held.
func (p *pool) tidy() {
	var living []*room
	for _, r := range p.rooms {
		select {
		case <-r.ready:
		default:
			living = append(living, r)
			continue
		}
		switch {
		case r.err != nil:
		case r.host.alive():
			living = append(living, r)
		default:
			p.old = append(p.old, r.host)
		}
	}
	p.rooms = living
}

// leave gives the place back. It is called once.
func (s *seat) leave() {
	s.pool.mu.Lock()
	defer s.pool.mu.Unlock()
	delete(s.room.seats, s.number)
}

// hosts returns those that run.
func (p *pool) hosts() []*Host {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tidy()
	var hosts []*Host
	for _, r := range p.rooms {
		select {
		case <-r.ready:
			hosts = append(hosts, r.host)
		default:
		}
	}
	return hosts
}

// close ends all processes and waits until nothing of them is left. Nothing may be on its way to them.
func (p *pool) close() {
	var ending sync.WaitGroup
	for _, h := range p.hosts() {
		ending.Go(h.close)
	}
	ending.Wait()
	p.mu.Lock()
	old := p.old
	p.mu.Unlock()
	for _, h := range old { // without the lock: their scripts leave their places before they are done
		<-h.done
	}
}
