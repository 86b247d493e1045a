package costs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"parallax/monitor"
	"parallax/runner"
)

// signs is where jobs tell by a byte that they have begun.
type signs struct {
	in, out *os.File
	seen    chan time.Time // when each byte came; closed at the end
}

// newSigns makes room for so many bytes.
func newSigns(n int) (*signs, error) {
	out, in, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("measure start-up: %w", err)
	}
	s := &signs{in: in, out: out, seen: make(chan time.Time, n)}
	go func() {
		defer close(s.seen)
		var b [1]byte
		for range n {
			if _, err := out.Read(b[:]); err != nil {
				return
			}
			s.seen <- time.Now()
		}
	}()
	return s, nil
}

// overdue is how long after its end a job's byte may take to be read.
const overdue = 10 * time.Second

// close ends the reading. All jobs that had it must be over, or be given up.
func (s *signs) close() {
	s.in.Close()
	_ = s.out.SetReadDeadline(time.Now()) // where there are none, it is at its end anyway
	for range s.seen {                    // what nobody asked for
	}
	s.out.Close()
}

// next waits for the next byte, or until a job that was to write it is over without, and a while.
func (s *signs) next(ctx context.Context, t *try) (time.Time, error) {
	var late <-chan time.Time
	done := t.done
	for {
		select {
		case at, ok := <-s.seen:
			if !ok {
				return time.Time{}, fmt.Errorf("job %q: what it wrote could not be read", t.name)
			}
			return at, nil
		case <-ctx.Done():
			return time.Time{}, context.Cause(ctx)
		case <-done:
			done, late = nil, time.After(overdue)
			if t.exit.Code != 0 {
				late = time.After(0)
			}
		case <-late:
			return time.Time{}, errors.Join(t.fault(), fmt.Errorf("job %q ended without having told that it began", t.name))
		}
	}
}

// probe starts a job that tells that it has begun, and returns the seconds until that, and from then
// until its end was known.
func (s *stand) probe(ctx context.Context, job runner.Job) (start, end float64, err error) {
	told, err := newSigns(1)
	if err != nil {
		return 0, 0, err
	}
	defer told.close()
	began := time.Now()
	t, err := s.launch(ctx, job, told.in, s.null)
	if err != nil {
		return 0, 0, err
	}
	if err := t.succeeds(ctx); err != nil {
		return 0, 0, err
	}
	at, err := told.next(ctx, t)
	if err != nil {
		return 0, 0, err
	}
	return at.Sub(began).Seconds(), max(t.over.Sub(at), 0).Seconds(), nil
}

// empty starts a job that does nothing, and returns the seconds until its end was known.
func (s *stand) empty(ctx context.Context, job runner.Job) (float64, error) {
	began := time.Now()
	t, err := s.launch(ctx, job, s.null, s.null)
	if err != nil {
		return 0, err
	}
	if err := t.succeeds(ctx); err != nil {
		return 0, err
	}
	return t.over.Sub(began).Seconds(), nil
}

// keep returns by how many bytes memory grows with one job more that waits: the slope over one, half of
// those that a kind has more, and all. The memory is that of all processes that jobs are in.
func (s *stand) keep(ctx context.Context, k kind) (bytes float64, err error) {
	if k.model == runner.Goroutines {
		debug.FreeOSMemory() // else they would be given what those before them have left
	}
	told, err := newSigns(1 + k.more)
	if err != nil {
		return 0, err
	}
	defer told.close()
	var waiting []*try
	defer func() { endAll(waiting) }()
	var counts, sizes []float64
	for n := 1; n <= 1+k.more; n++ {
		t, err := s.launch(ctx, k.wait, told.in, s.null)
		if err != nil {
			return 0, err
		}
		waiting = append(waiting, t)
		if _, err := told.next(ctx, t); err != nil {
			return 0, err
		}
		if n != 1 && n != 1+k.more/2 && n != 1+k.more {
			continue
		}
		size, err := memory(waiting)
		if err != nil {
			return 0, err
		}
		counts, sizes = append(counts, float64(n)), append(sizes, float64(size))
	}
	return max(slope(counts, sizes), 0), nil
}

// endAll ends jobs that wait, all at once.
func endAll(waiting []*try) {
	var all sync.WaitGroup
	for _, t := range waiting {
		all.Go(func() { t.end(runner.Ask) })
	}
	all.Wait()
}

// memory is that of the processes that jobs are in, shared pages divided among those who share them.
func memory(jobs []*try) (bytes int64, err error) {
	seen := map[int]bool{}
	for _, t := range jobs {
		pid := t.Identity().PID
		if seen[pid] {
			continue
		}
		seen[pid] = true
		one, err := monitor.PSS(pid)
		if err != nil {
			return 0, err
		}
		bytes += one
	}
	return bytes, nil
}
