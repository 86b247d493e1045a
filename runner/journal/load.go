package journal

import (
	"errors"
	"os"
	"path/filepath"
	"time"

	"parallax/runner"
)

// Status says how a run stands.
type Status string

// How a run can stand.
const (
	Running     Status = "running"
	Ended       Status = "ended"
	Interrupted Status = "interrupted" // its writer is gone and it was not closed
	Damaged     Status = "damaged"     // its folder cannot be read
)

// maxWarnings bounds how many are kept of one folder: a file of garbage can give millions.
const maxWarnings = 100

// Recording is a run as read back from its folder.
type Recording struct {
	Info     Info
	State    runner.State
	Status   Status
	Warnings []error // what was left out, the first 100
	LeftOut  int     // how many there were
}

// Load folds all that is in a run's folder.
func Load(dir string) (Recording, error) {
	r, err := Open(dir)
	if err != nil {
		return Recording{}, err
	}
	return r.Load()
}

// Load folds all that is in the run's folder now.
func (r *Reader) Load() (Recording, error) {
	rec := Recording{Info: r.info}
	var fatal error
	r.read(nil, func(n int, ev runner.Event, err error) bool {
		var w *Warning
		switch {
		case errors.As(err, &w):
			rec.warn(err)
		case err != nil:
			fatal = err
		default:
			rec.apply(n, ev)
		}
		return true
	})
	if fatal != nil {
		return Recording{}, fatal
	}
	if rec.State.ID == "" { // nothing happened yet
		rec.apply(0, r.info.started())
	}
	rec.Status = r.info.status(r.dir, rec.State.Ended)
	return rec, nil
}

func (rec *Recording) apply(line int, ev runner.Event) {
	if err := rec.State.Apply(ev); err != nil {
		rec.warn(&Warning{line, err})
	}
}

func (rec *Recording) warn(err error) {
	rec.LeftOut++
	if len(rec.Warnings) < maxWarnings {
		rec.Warnings = append(rec.Warnings, err)
	}
}

// started is the event that opens the run, from what was asked.
func (i *Info) started() runner.RunStarted {
	return runner.RunStarted{
		ID: i.ID, Name: i.Name, Time: i.Start, Jobs: i.Jobs,
		Workers: i.Settings.Workers, Cores: i.Host.Cores, Quota: i.Host.Quota,
	}
}

func (i *Info) status(dir string, ended bool) Status {
	switch {
	case ended:
		return Ended
	case i.running(dir):
		return Running
	}
	return Interrupted
}

// foreignGap is how long a run of another machine may be silent before it counts as interrupted.
const foreignGap = time.Minute

// running reports whether the run's writer still runs. That of another machine, which shares this
// folder over the network, cannot be asked: there it is taken for running while it writes.
func (i *Info) running(dir string) bool {
	if i.Host.Name == hostName() {
		return i.Writer.Alive()
	}
	info, err := os.Stat(filepath.Join(dir, eventsFile))
	return err == nil && time.Since(info.ModTime()) < foreignGap
}
