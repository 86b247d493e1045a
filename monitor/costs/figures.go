package costs

import "parallax/runner"

// Costs is what [Measure] found. It is a plain value. A figure that is nil was not measured, and
// NotMeasured of its kind or its message says why, if there was anything to measure.
type Costs struct {
	Kinds  []Kind `json:"kinds"`
	Python string `json:"python,omitempty"` // the interpreter that all but goroutines and commands were measured with
	// Rounds are those that went to their end; the first, which does not count, is left out.
	Rounds int  `json:"rounds"`
	Cut    bool `json:"cut_short,omitempty"` // it was ended before it was done
	// Foreign is how many cores other programs kept busy while nothing was measured; nil unknown. More
	// than Noisy of the cores makes all figures longer than they are.
	Foreign *float64 `json:"foreign_cores"`
	Cores   float64  `json:"cores"` // that may be used here
	// Ratio is how many times as long an empty job takes as a process of Python as it does as a thread.
	Ratio *float64 `json:"process_to_thread"`
	// NoGIL says that threads of that Python use all cores.
	NoGIL bool `json:"no_gil,omitempty"`
	// Worth is how long a job must run to be worth a process of its own, in seconds: [Worthwhile] times
	// what an empty one takes longer as a process than as a thread. It is nil where a process has no core that
	// a thread has not: without a GIL, and on one core.
	Worth *float64 `json:"shortest_job_worth_a_process_s"`
}

// Kind is what one kind of job costs: to start one and to see its end, to keep one more, and to send
// messages. Times are seconds.
type Kind struct {
	Name  string       `json:"name"` // such as [Thread]
	Model runner.Model `json:"as"`
	// First is Start for the first of a model whose jobs share an interpreter: with that interpreter.
	First *Stat `json:"first_start_s,omitempty"`
	// Start is from asking for a job until its own first instruction has run.
	Start *Stat `json:"start_s"`
	// End is from its last instruction until it is known to be over.
	End *Stat `json:"end_s"`
	// Empty is from asking for a job that does nothing until it is known to be over.
	Empty *Stat `json:"empty_job_s"`
	// Keep is by how much PSS grows, in bytes, with one more that waits.
	Keep     *Stat     `json:"keep_bytes"`
	Messages []Message `json:"messages"`
	// NotMeasured says why, by the name that a figure has in JSON.
	NotMeasured map[string]string `json:"not_measured,omitempty"`
}

// Message is what it costs to send a few bytes to another job and to get them back.
type Message struct {
	By          string `json:"by"` // what carries it
	RoundTrip   *Stat  `json:"round_trip_s"`
	NotMeasured string `json:"not_measured,omitempty"`
}

// The names of kinds, in the order in which they are measured and shown.
const (
	Goroutine   = "goroutine"
	Thread      = "Python thread"
	Interpreter = "subinterpreter"
	Process     = "Python process"
	Command     = "command"
)

// Worthwhile is how many times as long as its start-up a job should run: with less, starting takes more
// than a sixth of the time.
const Worthwhile = 5

// Noisy is the share of the cores from which on the load of other programs is worth a word.
const Noisy = 0.1

// Disturbed reports whether other programs kept so much of the cores busy that all figures are longer
// than they are without.
func (c Costs) Disturbed() bool { return c.Foreign != nil && *c.Foreign > Noisy*c.Cores }

// Kind returns the figures of a kind by its name, zero if there are none.
func (c Costs) Kind(name string) Kind {
	for _, k := range c.Kinds {
		if k.Name == name {
			return k
		}
	}
	return Kind{}
}

// conclude returns it with what follows from the figures.
func (c Costs) conclude() Costs {
	thread, process := c.Kind(Thread).Empty, c.Kind(Process).Empty
	if thread == nil || process == nil || thread.Median <= 0 {
		return c
	}
	ratio := process.Median / thread.Median
	worth := max(Worthwhile*(process.Median-thread.Median), 0)
	c.Ratio, c.Worth = &ratio, &worth
	if c.NoGIL || c.Cores <= 1 { // a process has no core that a thread has not
		c.Worth = nil
	}
	return c
}
