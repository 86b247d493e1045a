package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"parallax/monitor/comparison"
	"parallax/runner"
	"parallax/runner/journal"
	"parallax/ui/cli/course"
	"parallax/ui/dashboard/compare"
)

// tellCourses prints what stays on the terminal of comparisons that were drawn, for their screen is gone: what
// came of each, and how to look at it again.
func (a *app) tellCourses(made []*course.Course, v courseView) {
	if v.lines || v.quiet {
		return
	}
	for i, c := range made {
		now := c.Status()
		came := headline(&now)
		if len(now.Record.Trials) == 0 {
			came = "nothing was measured"
		} else if now.Table.Rounds < now.Record.Rounds || now.Record.Rounds == 0 {
			came += " (" + progressOf(&now) + ")"
		}
		if i < len(v.titles) {
			came = v.titles[i] + ": " + came
		}
		fmt.Fprintln(a.std.Err, "parallax: "+harmless(came))
		fmt.Fprintf(a.std.Err, "  parallax show %s    its figures and why\n", now.Record.ID)
		fmt.Fprintf(a.std.Err, "  parallax report %s  one file to send to others\n", now.Record.ID)
		_ = tellFailed(a.std.Err, &now) // there is no other place to complain
	}
}

// tellFailed says what was written by jobs that took ways out of the ranking: the end of it, once for each
// error, and how to read all.
func tellFailed(w io.Writer, s *compare.Status) error {
	told := map[string]bool{}
	for i := range s.Table.Columns {
		c := &s.Table.Columns[i]
		if !c.Failed || told[c.Error] {
			continue
		}
		told[c.Error] = true
		for j := range s.Record.Trials {
			if t := &s.Record.Trials[j]; t.Way == c.Way && t.Error == c.Error && t.Run != "" {
				if err := tellRound(w, &s.Record, t.Run, c.Error); err != nil {
					return err
				}
				break
			}
		}
	}
	return nil
}

// tellRound says what the job wrote that failed in a round. A round whose folder is gone has nothing to tell.
func tellRound(w io.Writer, rec *comparison.Record, run, why string) error {
	r, err := journal.Open(filepath.Join(rec.Runs(), run))
	if err != nil {
		return nil //nolint:nilerr // without it the figures are all that there is
	}
	lines := []string{fmt.Sprintf("\n%s; see: parallax logs %s", harmless(why), run)}
	for _, l := range lastWords(r) {
		lines = append(lines, "  | "+l)
	}
	_, err = fmt.Fprintln(w, strings.Join(lines, "\n"))
	return err
}

// fewWords is how many lines of a job that failed are shown, and mostWords in how many bytes at its end they
// are looked for.
const (
	fewWords  = 3
	mostWords = 4 << 10
)

// lastWords are the last lines of the first job that failed in a run; none where they cannot be read.
func lastWords(r *journal.Reader) []string {
	starts := map[int]runner.TaskStarted{}
	for ev, err := range r.Events() {
		var w *journal.Warning
		if err != nil && !errors.As(err, &w) {
			return nil
		}
		switch ev := ev.(type) {
		case runner.TaskStarted:
			starts[ev.Task] = ev
		case runner.TaskEnded:
			if ev.Status == runner.Failed {
				from := starts[ev.Task]
				for _, log := range []string{from.Err, from.Log} { // an error stands in standard error, where that is apart
					if lines := endOf(filepath.Join(r.Dir(), cmp.Or(log, from.Log))); len(lines) > 0 {
						return lines
					}
				}
				return nil
			}
		}
	}
	return nil
}

// endOf are the last lines of a file that are not blank, made harmless; none where it cannot be read.
func endOf(path string) []string {
	file, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer file.Close() // only read
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	from := max(info.Size()-mostWords, 0)
	end, err := io.ReadAll(io.NewSectionReader(file, from, mostWords))
	if err != nil {
		return nil
	}
	all := strings.Split(string(end), "\n")
	if from > 0 && len(all) > 1 {
		all = all[1:] // it begins before what was read
	}
	var out []string
	for _, l := range all {
		if l = strings.TrimRight(harmless(strings.TrimSuffix(l, "\r")), " "); l != "" {
			out = append(out, l)
		}
	}
	return out[max(len(out)-fewWords, 0):]
}
