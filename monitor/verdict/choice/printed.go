package choice

import (
	"fmt"

	"parallax/monitor/verdict/trial"
)

// printsOther returns the newest run of a way, if the jobs print the same in each trial one after the other, of
// which there are two at least, and in none of the way's. Jobs whose output is never the same, for they print
// the time or their process's number, show nothing.
func printsOther(w trial.Way, trials []trial.Trial) string {
	usual, times := "", 0
	for i := range trials {
		t := &trials[i]
		if !t.Serial || t.Error != "" {
			continue
		}
		if t.Printed == "" || times > 0 && t.Printed != usual {
			return ""
		}
		usual, times = t.Printed, times+1
	}
	newest := ""
	for i := range trials {
		t := &trials[i]
		if t.Way != w || t.Error != "" {
			continue
		}
		if t.Printed == "" || t.Printed == usual {
			return ""
		}
		newest = t.Run
	}
	if times < 2 {
		return ""
	}
	return newest
}

// printed says in which ways the jobs did something else.
func (c *contest) printed() []string {
	var out []string
	for i := range c.t.Columns {
		if w := &c.t.Columns[i]; w.Other != "" {
			out = append(out, fmt.Sprintf("As %s the jobs printed something else than one after the other: look at it before you choose (parallax logs %s).",
				w.Model, w.Other))
		}
	}
	return out
}
