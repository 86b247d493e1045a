package cli

import (
	"errors"
	"fmt"
	"path/filepath"

	"parallax/runner"
	"parallax/runner/jobfile"
	"parallax/runner/python/zygote"
)

const canPreload = "only a .py script that runs as a process of CPython 3.8 or later can have something preloaded"

// preloads gives the modules that are to be preloaded for all jobs to those that can have them: those of
// the flag to all of them, else those of the job file, else those of the environment, to all that say
// nothing themselves. It returns a note on the jobs that are left out, or "". That nobody can have them
// is a fault, unless they were asked for no more closely than by the environment, or by a file of which
// the model was changed on the command line.
func (l limits) preloads(r *reader, file jobfile.File, by *pythons) (note string) {
	modules, from := l.modules, l.preload
	if !from.flag && file.Preload != nil {
		modules, from = file.Preload, setting{from: file.Path + ": preload"}
	}
	if len(modules) == 0 {
		return ""
	}
	out, first, given := 0, "", 0
	for i := range file.Jobs {
		j := &file.Jobs[i]
		switch {
		case !from.flag && j.Preload != nil: // it says so itself
			given += min(len(j.Preload), 1)
		case by.preloads(*j):
			j.Preload = modules
			given++
		default:
			if out++; out == 1 {
				first = j.Name
			}
		}
	}
	wanted := from.flag || file.Preload != nil
	switch {
	case out == 0 || !wanted:
		return ""
	case given == 0 && (from.flag || !l.as.flag):
		r.fault(from, errors.New("nothing can be preloaded: "+canPreload))
		return ""
	}
	who := fmt.Sprintf("%q starts", first)
	if out > 1 {
		who = fmt.Sprintf("%q and %d more start", first, out-1)
	}
	return fmt.Sprintf("preload: %s without it: %s", who, canPreload)
}

// preloads reports whether a job can have modules preloaded, as far as its kind and its Python tell. A
// Python that cannot be had counts as one that can: that it cannot is said by the check of the job.
func (p *pythons) preloads(j runner.Job) bool {
	if filepath.Ext(j.Script) != ".py" || runner.Resolve(j) != runner.Processes {
		return false
	}
	found, err := p.of(j)
	return err != nil || zygote.Fit(found) == nil
}
