package journal

import (
	"sync"
	"time"
)

// syncGap is the least time between two forced writes to the disk: more would wear it for nothing.
const syncGap = 100 * time.Millisecond

// syncer forces what was written to the disk, in a goroutine of its own, so that nobody who writes
// waits for the disk. However many asked while one was under way, one more does for all of them.
type syncer struct {
	force func() error
	asked chan struct{} // holds one
	stop  chan struct{}
	done  chan struct{}

	mu  sync.Mutex
	err error
}

// startSyncer starts the goroutine; close ends it.
func startSyncer(force func() error) *syncer {
	s := &syncer{
		force: force,
		asked: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{}),
	}
	go s.run()
	return s
}

func (s *syncer) run() {
	defer close(s.done)
	for {
		select {
		case <-s.asked:
		case <-s.stop:
			return
		}
		if err := s.force(); err != nil {
			s.mu.Lock()
			s.err = err
			s.mu.Unlock()
		}
		select {
		case <-time.After(syncGap):
		case <-s.stop:
			return
		}
	}
}

// ask has what was written so far forced to the disk soon. It never waits.
func (s *syncer) ask() {
	select {
	case s.asked <- struct{}{}:
	default:
	}
}

// takeErr returns what went wrong since it was last asked.
func (s *syncer) takeErr() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.err
	s.err = nil
	return err
}

// close ends the goroutine, forces everything to the disk once more and waits for that.
func (s *syncer) close() error {
	close(s.stop)
	<-s.done
	return s.force()
}
