package remote

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"parallax/runner"
)

// Version is that of the messages. It grows when an older side would get one wrong; new fields do not
// change it.
const Version = 1

// The longest lines, in bytes. An answer holds stacks.
const (
	maxRequest = 1 << 20
	maxAnswer  = 16 << 20
)

// Verb is what is to be done.
type Verb string

// The verbs. All but Workers are done to tasks.
const (
	Pause   Verb = "pause"
	Resume  Verb = "resume"
	Cancel  Verb = "cancel" // with the grace of each
	Kill    Verb = "kill"   // without
	Restart Verb = "restart"
	Workers Verb = "workers" // change how many tasks may run at once
	Stack   Verb = "stack"   // tell where running tasks are
)

var verbs = []Verb{Pause, Resume, Cancel, Kill, Restart, Workers, Stack}

// Request is one thing asked of a run.
type Request struct {
	Version int    `json:"version"`
	Run     string `json:"run"` // the id of the run that is meant
	Do      Verb   `json:"do"`
	// Tasks are the tasks it is done to, All means every one. Just one of the two is given, so that
	// what was left out by mistake does not end a whole run.
	Tasks   []int `json:"tasks,omitempty"`
	All     bool  `json:"all,omitempty"`
	Workers int   `json:"workers,omitempty"` // for [Workers]: 1..runner.MaxWorkers
	// Force lets [Kill] end also what outlives being killed, and with it the tasks it shares an
	// interpreter or a process with.
	Force bool `json:"force,omitempty"`
}

// Answer is what came of a request.
type Answer struct {
	Version int    `json:"version"`
	OK      bool   `json:"ok"`
	Error   string `json:"error,omitempty"` // why nothing was done, in words, if not OK
	// Tasks are the tasks that were named or, of all, the first [MaxListed] that it was done to.
	Tasks []Outcome `json:"tasks,omitempty"`
	// Run is, of all, what became of the run itself: [Held] or [Released], or "".
	Run string `json:"run,omitempty"`
	// Counts say how many tasks it was done to, by what they are Now.
	Counts  map[string]int `json:"counts,omitempty"`
	Workers int            `json:"workers,omitempty"` // for [Workers]: as many as may run at once now
}

// MaxListed is the most tasks that are listed when all are meant.
const MaxListed = 100

// Outcome is how it stands with one task once the request was carried out, or after a second.
type Outcome struct {
	Task int `json:"task"` // its number from 0
	// Now is the name of its status or, of a task that was asked and has not done it yet, "pausing" or
	// "ending".
	Now   string `json:"now"`
	Why   string `json:"why,omitempty"`   // why the request did nothing for it, in words; else ""
	Force bool   `json:"force,omitempty"` // a [Kill] with force would end it, and others: Why says which
	Label string `json:"label,omitempty"` // for [Stack]: what it is to the system, "pid 4711"
	Text  string `json:"text,omitempty"`  // for [Stack]: where it is, innermost call last
}

// The words of [Outcome.Now] that are no status.
const (
	Pausing = "pausing"
	Ending  = "ending"
)

// The words of [Answer.Run].
const (
	Held     = "held"     // nothing starts until all are resumed
	Released = "released" // which has just been done
)

// decodeRequest reads a line. It refuses what makes no sense for the run called id with so many tasks.
func decodeRequest(line []byte, id string, tasks int) (Request, error) {
	var req Request
	if err := json.Unmarshal(line, &req); err != nil {
		return req, fmt.Errorf("this is no request: %w", err)
	}
	switch {
	case req.Version != Version:
		return req, fmt.Errorf("a request of version %d: this run is of a parallax that speaks version %d", req.Version, Version)
	case req.Run != id:
		return req, fmt.Errorf("this is run %s, not %q", id, req.Run)
	case !slices.Contains(verbs, req.Do):
		return req, fmt.Errorf("unknown request %q: one of %q", req.Do, verbs)
	case req.Force && req.Do != Kill:
		return req, fmt.Errorf(`"force" means nothing for %q: it is for %q`, req.Do, Kill)
	case req.Do == Workers && (req.Workers < 1 || req.Workers > runner.MaxWorkers):
		return req, fmt.Errorf("%d workers: must be 1 to %d", req.Workers, runner.MaxWorkers)
	case req.Do == Workers:
		return req, nil
	case req.All == (len(req.Tasks) > 0):
		return req, errors.New(`name the tasks, or say "all"`)
	}
	slices.Sort(req.Tasks)
	req.Tasks = slices.Compact(req.Tasks)
	for _, t := range req.Tasks {
		if t < 0 || t >= tasks {
			return req, fmt.Errorf("the run has no task %d: they are 0 to %d", t, tasks-1)
		}
	}
	return req, nil
}

// decodeAnswer reads a line.
func decodeAnswer(line []byte) (Answer, error) {
	var a Answer
	if err := json.Unmarshal(line, &a); err != nil {
		return a, fmt.Errorf("this is no answer: %w", err)
	}
	if a.Version != Version {
		return a, fmt.Errorf("it answers in version %d, this parallax speaks version %d: use the same parallax for both", a.Version, Version)
	}
	if !a.OK && a.Error == "" {
		a.Error = "refused without a reason"
	}
	return a, nil
}

// encode makes a line of a message.
func encode(message any) ([]byte, error) {
	line, err := json.Marshal(message)
	return append(line, '\n'), err
}

var errTooLong = errors.New("the line is too long")

// readLine reads up to a newline, which it leaves out, and at most limit bytes.
func readLine(r *bufio.Reader, limit int) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		if len(line)+len(part) > limit {
			return nil, fmt.Errorf("%w: more than %d bytes", errTooLong, limit)
		}
		line = append(line, part...)
		switch {
		case err == nil:
			return line[:len(line)-1], nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		}
	}
}
