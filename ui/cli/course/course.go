// Package course makes a comparison: it runs the same jobs in one way after the other, round by round,
// keeps what was measured, and tells how things stand to whoever shows it.
package course

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"parallax/monitor/comparison"
	"parallax/monitor/verdict/stats"
	"parallax/monitor/verdict/trial"
	"parallax/runner"
	"parallax/ui/cli/session"
	"parallax/ui/dashboard/compare"
)

// Way is one way to run the jobs.
type Way struct {
	trial.Way
	Title string       // what its runs are called; "" for the name of the way
	Plan  session.Plan // with its jobs; what belongs to the comparison is filled in
}

// Plan is a comparison to be made.
type Plan struct {
	Info   comparison.Info // Ways is filled in
	Ways   []Way           // in the order in which they take turns
	Rounds Rounds
	// Startup measures what as many empty jobs cost in a way; nil leaves it unknown.
	Startup func(ctx context.Context, w Way) (stats.Estimate, error)
	// Shown says that somebody takes the events of the runs.
	Shown bool
}

// Course is a comparison while it is made. Its exported methods may be called from any goroutine.
type Course struct {
	stage *session.Stage
	plan  Plan
	dir   string
	rec   *comparison.Writer // of the goroutine that makes it
	ready chan struct{}
	more  chan int

	mu  sync.Mutex
	now compare.Status
	out map[trial.Way]bool // of no use to try again: a job failed
}

// New makes the folder of a comparison below root. It starts nothing.
func New(stage *session.Stage, root string, plan Plan) (*Course, error) {
	plan.Info.Ways = nil
	for _, w := range plan.Ways {
		plan.Info.Ways = append(plan.Info.Ways, w.Way)
	}
	rec, err := comparison.Create(root, plan.Info)
	if err != nil {
		return nil, err
	}
	c := &Course{
		stage: stage, plan: plan, dir: rec.Dir(), rec: rec,
		ready: make(chan struct{}, 1), more: make(chan int, 1), out: map[trial.Way]bool{},
	}
	c.now = compare.Status{Way: -1, Newest: make([]compare.Shown, len(plan.Ways))}
	c.judge()
	return c, nil
}

// Ready implements [compare.Course].
func (c *Course) Ready() <-chan struct{} { return c.ready }

// Status implements [compare.Course].
func (c *Course) Status() compare.Status {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// More implements [compare.Course].
func (c *Course) More(rounds int) {
	for {
		select {
		case c.more <- rounds:
			return
		case asked := <-c.more: // before they were begun
			rounds += asked
		}
	}
}

// Dir is the comparison's folder.
func (c *Course) Dir() string { return c.dir }

// Make makes the rounds that were planned, until ctx is done or the stage's runs are cancelled; what was
// measured until then counts. An error says what kept it from going on, or from being recorded. It is
// called once, before Stay.
func (c *Course) Make(ctx context.Context) error {
	if err := c.startups(ctx); err != nil {
		return c.end(err)
	}
	began := time.Now()
	if err := c.round(ctx, 0); err != nil {
		return c.end(err)
	}
	n, why := c.plan.Rounds.number(time.Since(began))
	if err := c.rec.Rounds(n, why); err != nil {
		return c.end(err)
	}
	err := c.rounds(ctx)
	if more := c.plan.Rounds.further(n, time.Since(began)); err == nil && more > 0 && c.undecided() {
		err = c.rec.Rounds(n+more, fmt.Sprintf("the first %d were inconclusive", n))
		if err == nil {
			err = c.rounds(ctx)
		}
	}
	return c.end(err)
}

// undecided is whether a sweep has found nothing to recommend yet.
func (c *Course) undecided() bool {
	t := c.Status().Tuning
	return t != nil && !t.Found && len(c.left()) > 1
}

// Stay makes the rounds that are asked for until ctx is done. It holds turn while it does: of several
// comparisons on one machine one goes on at a time.
func (c *Course) Stay(ctx context.Context, turn sync.Locker) error {
	for {
		select {
		case n := <-c.more:
			turn.Lock()
			r := c.rec.Record()
			err := errors.Join(c.rec.Rounds(r.Rounds+n, ""), c.end(c.rounds(ctx)))
			turn.Unlock()
			if err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// Close closes the record. Nothing may be done with the course after it but to ask how it stands.
func (c *Course) Close() error { return c.rec.Close() }

// errStopped says that the user has ended the comparison.
var errStopped = errors.New("interrupted")

func isStop(err error) bool { return errors.Is(err, errStopped) || errors.Is(err, context.Canceled) }

// rounds makes what is left of the rounds.
func (c *Course) rounds(ctx context.Context) error {
	for r := c.rec.Record(); ; r = c.rec.Record() {
		next := 1
		for i := range r.Trials {
			next = max(next, r.Trials[i].Round+1)
		}
		if next > r.Rounds || len(c.left()) == 0 {
			return nil
		}
		if err := c.round(ctx, next); err != nil {
			return err
		}
	}
}

// left are the ways that are still tried.
func (c *Course) left() []int {
	var ways []int
	for i, w := range c.plan.Ways {
		if !c.out[w.Way] {
			ways = append(ways, i)
		}
	}
	return ways
}

// end keeps why nothing more is done for now, and passes it on, unless it is that the user ended it.
func (c *Course) end(err error) error {
	reason := ""
	if err != nil {
		reason = err.Error()
	}
	if isStop(err) {
		err = nil
	}
	err = errors.Join(err, c.rec.End(reason))
	c.judge() // before it is over, for then the verdict is taken
	c.update(func(s *compare.Status) { s.Doing, s.Way, s.Err = compare.Over, -1, err })
	return err
}

// startups measures what each way costs to start. A way that cannot be started is left unknown: its
// trials say why.
func (c *Course) startups(ctx context.Context) error {
	if c.plan.Startup == nil {
		return nil
	}
	ctx, leave := context.WithCancel(ctx) // which lasts no longer than the stage: its empty jobs are none of the stage's
	defer leave()
	defer context.AfterFunc(c.stage.Going(), leave)()
	for i, w := range c.plan.Ways {
		c.update(func(s *compare.Status) { s.Doing, s.Way = compare.Starting, i })
		took, err := c.plan.Startup(ctx, w)
		if ctx.Err() != nil {
			return errStopped
		}
		if err != nil {
			continue
		}
		if err := c.rec.Startup(comparison.Startup{Way: w.Way, Took: took}); err != nil {
			return err
		}
		c.judge()
	}
	return nil
}

// round tries each way that is left once. Round 0 is the warm-up.
func (c *Course) round(ctx context.Context, n int) error {
	for _, i := range c.left() {
		if err := c.try(ctx, i, n); err != nil {
			return err
		}
		c.judge()
	}
	return nil
}

// try runs the jobs in one way to their end, and keeps how that went.
func (c *Course) try(ctx context.Context, way, round int) error {
	w := c.plan.Ways[way]
	plan := w.Plan
	plan.Root, plan.Unheard, plan.Live, plan.Short, plan.Hold = c.rec.Runs(), !c.plan.Shown, c.plan.Shown, true, false
	plan.Halt = runner.HaltFail // for then the way is out, however the others end
	plan.Jobs, plan.RestartLost = onceEach(plan.Jobs), false
	name := cmp.Or(w.Title, w.Name())
	plan.Name = fmt.Sprintf("%s, round %d", name, round)
	if round == 0 {
		plan.Name = name + ", warm-up"
	}
	if ctx.Err() != nil || c.stage.Stopped() {
		return errStopped
	}
	paid := descendants()
	s, err := c.stage.Start(plan)
	if err != nil {
		if c.stage.Stopped() {
			return errStopped
		}
		return fmt.Errorf("run the jobs as %s: %w", name, err)
	}
	c.update(func(st *compare.Status) {
		st.Doing, st.Way, st.Round = compare.Trying, way, round
		if round == 0 {
			st.Doing = compare.Warming
		}
		run := compare.Shown{ID: s.ID()}
		if s.Feed != nil {
			run.Feed = s.Feed
		}
		st.Newest = replaced(st.Newest, way, run)
	})
	state, err := c.wait(ctx, s)
	if err != nil {
		return fmt.Errorf("run the jobs as %s: %w", name, err)
	}
	t := trial.Of(&state, w.Way, round)
	t.Paid, t.Printed = max(descendants()-paid, 0).Seconds(), printed(s.Dir(), &state)
	if t.Error != "" && !t.Broken {
		c.out[w.Way] = true
	}
	c.update(func(st *compare.Status) {
		run := st.Newest[way]
		run.State = &state
		st.Newest = replaced(st.Newest, way, run)
	})
	if err := c.rec.Trial(t); err != nil {
		return err
	}
	if ctx.Err() != nil || c.stage.Stopped() {
		return errStopped
	}
	return nil
}

// onceEach returns jobs that are tried once: a failure takes a way out, and what a further try hides would leave
// only the rounds that went well.
func onceEach(jobs []runner.Job) []runner.Job {
	jobs = slices.Clone(jobs)
	for i := range jobs {
		jobs[i].Retries = 0
	}
	return jobs
}

// wait waits for a run, of which the stage keeps nothing. When ctx is done its jobs are cancelled, with
// their grace.
func (c *Course) wait(ctx context.Context, s *session.Session) (runner.State, error) {
	defer context.AfterFunc(ctx, func() { s.Do(runner.Cancel{}) })()
	return c.stage.Release(s)
}

// replaced returns a copy with another run: statuses that were given away do not change.
func replaced(runs []compare.Shown, at int, run compare.Shown) []compare.Shown {
	runs = slices.Clone(runs)
	runs[at] = run
	return runs
}

// judge makes the table and the verdict anew.
func (c *Course) judge() {
	rec := c.rec.Record()
	j := rec.Judge()
	c.update(func(s *compare.Status) { s.Table, s.Verdict, s.Tuning = j.Table, j.Verdict, j.Tuning })
}

// update changes the status and tells whoever shows it.
func (c *Course) update(change func(*compare.Status)) {
	c.mu.Lock()
	c.now.Record = c.rec.Record()
	change(&c.now)
	c.mu.Unlock()
	select {
	case c.ready <- struct{}{}:
	default:
	}
}
