package monitor

import (
	"fmt"
	"time"

	"parallax/monitor/switches"
	"parallax/runner"
)

// settled is how far behind the present the lanes are while context switches are recorded: that a
// task has started is known a little after its first of them.
const settled = 100 * time.Millisecond

// tracer records context switches; *switches.Tracer does.
type tracer interface {
	Now() time.Duration
	Read(each func(switches.Record)) (n int, until time.Duration)
	Fill() float64
	Record(on bool) error
	Close() // may be called twice
}

// exact knows which task had which core, from each context switch.
type exact struct {
	trace  tracer
	book   *switches.Ledger
	origin time.Duration         // the start of the run, on the clock of the records
	on     map[int]time.Duration // what each task had of cores, of those that are watched
	at     together
	flow   flow
	begun  bool
	last   time.Duration // when records were last taken up
	span   time.Duration // between that and the time before
	gaps   bool          // some switches were not told: threads may have been made that nobody knows
	broken error         // why it records no more, for good
}

// newExact takes up a tracer. Shares of the cores are handed to lanes while [exact.read] is called.
func newExact(t tracer, lanes func(slice)) *exact {
	e := &exact{trace: t, on: map[int]time.Duration{}}
	e.book = switches.NewLedger(func(s switches.Share) {
		from, to := s.From-e.origin, s.To-e.origin
		if _, watched := e.on[s.Task]; watched {
			e.on[s.Task] += to - from
		}
		e.at.add(from, to)
		lanes(slice{task: s.Task, core: s.Core, from: from, to: to, on: to - from})
	})
	return e
}

// watch says what a task is to the system.
func (e *exact) watch(task int, id runner.Identity) {
	e.on[task] = 0
	if root := rootOf(id); root > 0 {
		e.book.Root(root, task)
	}
}

// rootOf returns the thread that all of a task comes from.
func rootOf(id runner.Identity) int {
	if !id.Tree && id.TID != 0 {
		return id.TID
	}
	return id.PID
}

// belong says which threads a task has in a process that it shares.
func (e *exact) belong(task int, tids []int) {
	for _, tid := range tids {
		e.book.Root(tid, task)
	}
}

// adopt says which threads a task is seen to have, whose making may not have been told.
func (e *exact) adopt(task int, tids []int) {
	now := e.trace.Now()
	for _, tid := range tids {
		e.book.Adopt(tid, task, now)
	}
}

// forget ends watching a task that was over at a time, since the start of the run.
func (e *exact) forget(task int, at time.Duration) {
	delete(e.on, task)
	e.book.End(task, at+e.origin)
}

// records is whether lanes come from here now.
func (e *exact) records() bool { return e.broken == nil && !e.flow.off }

// begin says what time it is since the start of the run. What was recorded before that is of no task.
func (e *exact) begin(now time.Duration) {
	if !e.begun {
		e.begun, e.origin = true, e.trace.Now()-now
	}
}

// read takes up what was recorded until now, the time since the start of the run.
func (e *exact) read(now time.Duration) {
	if e.broken != nil {
		return
	}
	e.begin(now)
	e.last, e.span = now, now-e.last
	was := e.records()
	lost := e.book.Lost()
	n, until := e.trace.Read(e.book.Take)
	if missing := e.book.Lost() - lost; missing > 0 { // they were made all the same
		e.gaps, n = true, n+int(missing)
	}
	if was {
		e.book.Settle(until)
	}
	if on := e.flow.count(now, n); on != was {
		if err := e.trace.Record(on); err != nil {
			e.broken = err
			e.trace.Close()
		}
		e.book.Forget()
		e.gaps = true
		e.at = together{from: now}
	}
}

// room is how soon the fullest ring will be half full, if as much is recorded as lately.
func (e *exact) room() time.Duration {
	const often = 5 * time.Millisecond
	fill := e.trace.Fill()
	if fill <= 0 || e.span <= 0 {
		return slowest
	}
	return min(max(time.Duration(float64(e.span)/fill/2), often), slowest)
}

// together returns for how long how many threads of ours were on so many cores at once since it was
// last asked, up to a moment; nil if switches are not recorded.
func (e *exact) together(until time.Duration, cores int) []time.Duration {
	if !e.records() || until <= e.at.from {
		return nil
	}
	return e.at.take(until, cores)
}

// tier says how the lanes are measured, for Lanes.Tier, where they are measured here.
func (e *exact) tier() string {
	if n := e.book.Lost(); n > 0 {
		return fmt.Sprintf("exact, %d switches lost", n)
	}
	return "exact"
}

// why says why lanes are not exact now, or "".
func (e *exact) why() string {
	switch {
	case e.broken != nil:
		return e.broken.Error()
	case e.flow.off:
		return fmt.Sprintf("more than %d records of switches a second on each core", maxRecords)
	}
	return ""
}
