package python

import (
	"testing"
	"testing/synctest"
)

func TestClosingWaitsForADyingInterpreterWhoseScriptsStillLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &Host{engine: &engine{}, done: make(chan struct{})}
		h.ending.Store(true)
		ready := make(chan struct{})
		close(ready)
		p := &pool{limit: 1, rooms: []*room{{ready: ready, host: h, seats: map[int]bool{1: true}}}}
		s := &seat{p, p.rooms[0], 1}
		closed := make(chan struct{})
		go func() {
			p.close()
			close(closed)
		}()
		synctest.Wait() // it waits for the host
		if p.mu.TryLock() {
			p.mu.Unlock()
			s.leave()
		} else {
			t.Error("the pool is locked while it waits for an interpreter whose scripts have yet to leave")
		}
		close(h.done)
		<-closed
	})
}
