package costs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"parallax/runner"
)

// Startup measures what it costs to start jobs that do nothing, such as those that [Empty] makes: the
// wall time of each round, in seconds, from asking for all of them at once until the last is over. Each has
// launchers of its own, which open makes and Startup closes, so what jobs share, such as an
// interpreter, is started in each, as in each run. Before the rounds goes one that does not count, for
// what only the first start of a machine has to read.
//
// Each job runs in its Model; Auto is refused. Give it as many as would run at once. When ctx is
// done, or a job fails, every job is ended before Startup returns, with the rounds that were whole.
func Startup(ctx context.Context, open func() map[runner.Model]runner.Launcher, jobs []runner.Job, rounds int) (walls []float64, err error) {
	for round := range rounds + 1 {
		wall, err := once(ctx, open, jobs)
		if err != nil {
			return walls, err
		}
		if round > 0 {
			walls = append(walls, wall.Seconds())
		}
	}
	return walls, nil
}

// once starts all jobs, awaits them, and returns how long that took.
func once(ctx context.Context, open func() map[runner.Model]runner.Launcher, jobs []runner.Job) (wall time.Duration, err error) {
	began := time.Now()
	s, err := newStand(open)
	if err != nil {
		return 0, err
	}
	defer func() {
		if fault := s.close(); err == nil {
			err = fault
		}
	}()
	var all sync.WaitGroup
	faults := make([]error, len(jobs))
	for i := range jobs {
		all.Go(func() {
			t, err := s.launch(ctx, jobs[i], s.null, s.null)
			if err == nil {
				err = t.succeeds(ctx)
			}
			faults[i] = err
		})
	}
	all.Wait()
	wall = time.Since(began)
	for _, fault := range faults {
		if fault != nil {
			return 0, fault
		}
	}
	return wall, nil
}

// stand is where jobs are started to be measured: launchers, and where output goes that nobody reads.
// Its methods may be called from several goroutines, close when all tries are over.
type stand struct {
	by   map[runner.Model]runner.Launcher
	null *os.File
	run  string

	mu   sync.Mutex
	last int
}

func newStand(open func() map[runner.Model]runner.Launcher) (*stand, error) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return nil, fmt.Errorf("measure start-up: %w", err)
	}
	// A name that no run has, for what jobs leave behind is looked for by it.
	run := fmt.Sprintf("costs-%d-%d", os.Getpid(), time.Now().UnixNano())
	return &stand{by: open(), null: null, run: run}, nil
}

func (s *stand) close() error {
	var faults []error
	for _, l := range s.by {
		if c, ok := l.(runner.Closer); ok {
			faults = append(faults, c.Close())
		}
	}
	s.null.Close() // nothing that is written there can be lost
	return errors.Join(faults...)
}

// launch starts a job. Its output goes to out and errs.
func (s *stand) launch(ctx context.Context, job runner.Job, out, errs *os.File) (*try, error) {
	l := s.by[job.Model]
	if l == nil {
		return nil, fmt.Errorf("job %q: the model %q cannot be had here", job.Name, job.Model)
	}
	s.mu.Lock()
	number := s.last
	s.last++
	s.mu.Unlock()
	h, err := l.Launch(ctx, runner.Spec{
		Run: s.run, Task: number, Try: 1, Slot: number + 1, Job: job, Stdout: out, Stderr: errs,
	})
	if err != nil {
		return nil, fmt.Errorf("job %q: %w", job.Name, err)
	}
	t := &try{Handle: h, name: job.Name, done: make(chan struct{})}
	go func() {
		t.exit = h.Wait()
		t.over = time.Now()
		close(t.done)
	}()
	return t, nil
}

// try is a job that was launched. Its methods belong to one goroutine.
type try struct {
	runner.Handle
	name string
	done chan struct{}
	exit runner.Exit // with over, once done is closed
	over time.Time
}

// succeeds waits for the end, and returns why it is no success. When ctx is done it ends the job.
func (t *try) succeeds(ctx context.Context) error {
	select {
	case <-t.done:
	case <-ctx.Done():
		t.end(runner.Kill)
		return context.Cause(ctx)
	}
	return t.fault()
}

// fault is why a job that is over was no success, or nil.
func (t *try) fault() error {
	if t.exit.Code == 0 && t.exit.Signal == "" && t.exit.Reason == "" {
		return nil
	}
	why := t.exit.Reason
	if why == "" {
		why = fmt.Sprintf("exit status %d %s", t.exit.Code, t.exit.Signal)
	}
	return fmt.Errorf("job %q did not succeed although it does next to nothing: %s", t.name, why)
}

// insist is after what time one that was told to end is killed, and killed again: what resists that
// then ends with its interpreter. giveUp is when nobody waits for it any more, for what is stuck in
// the kernel may never end.
const (
	insist = 3 * time.Second
	giveUp = 20 * time.Second
)

// end ends the job and waits until it is over.
func (t *try) end(how runner.Stop) {
	last := time.NewTimer(giveUp)
	defer last.Stop()
	again := time.NewTicker(insist)
	defer again.Stop()
	for {
		_ = t.Stop(how) // what it says is of no use where the end is waited for anyway
		select {
		case <-t.done:
			return
		case <-last.C:
			return
		case <-again.C:
			how = runner.Kill
		}
	}
}
