package cli

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"parallax/monitor/comparison"
	"parallax/monitor/verdict/trial"
	"parallax/monitor/verdict/tuning"
	"parallax/runner"
	"parallax/runner/journal"
	"parallax/ui/dashboard/compare"
	"parallax/ui/draw"
)

// standing is how a comparison stands that was read from its folder, without its runs.
func standing(rec comparison.Record) compare.Status {
	j := rec.Judge()
	return compare.Status{
		Record: rec, Table: j.Table, Verdict: j.Verdict, Tuning: j.Tuning, Doing: compare.Over, Way: -1,
		Newest: make([]compare.Shown, len(rec.Ways)),
	}
}

// headline is what came of a comparison, in a sentence.
func headline(s *compare.Status) string {
	if s.Tuning != nil {
		return tuning.Headline(s.Tuning, s.Table.Columns)
	}
	return s.Verdict.Headline
}

// what says what a comparison is of, also where its title is the name that was given.
func what(rec *comparison.Record) string {
	if rec.Title == rec.Name {
		return titleOf("", "", rec.Jobs)
	}
	return rec.Title
}

// modelsIn are the models that a comparison was made in, each once.
func modelsIn(rec *comparison.Record) []runner.Model {
	var out []runner.Model
	for _, w := range rec.Ways {
		if !w.Serial && !slices.Contains(out, w.Model) {
			out = append(out, w.Model)
		}
	}
	return out
}

// took is how long the rounds of a comparison took, with the warm-up.
func took(rec *comparison.Record) time.Duration {
	sum := 0.0
	for i := range rec.Trials {
		sum += rec.Trials[i].Wall
	}
	return time.Duration(sum * float64(time.Second))
}

// cameOf says how far a comparison came, and what came of it.
func cameOf(rec *comparison.Record) string {
	s := standing(*rec)
	return progressOf(&s) + ": " + headline(&s)
}

// progressOf says how far a comparison came: "5 rounds", "interrupted, 2 of 5 rounds".
func progressOf(s *compare.Status) string {
	rec, rounds := &s.Record, draw.Plural(s.Table.Rounds, "round", "rounds")
	if s.Table.Rounds < rec.Rounds {
		rounds = fmt.Sprintf("%d of %s", s.Table.Rounds, draw.Plural(rec.Rounds, "round", "rounds"))
	}
	switch status := rec.Status(); {
	case status != journal.Ended:
		return string(status) + ", " + rounds
	case rec.Reason != "":
		return "ended early (" + harmless(rec.Reason) + "), " + rounds
	}
	return rounds
}

// pastComparison is a comparison in the list, as JSON.
type pastComparison struct {
	Kind     comparison.Kind `json:"kind"`
	ID       string          `json:"id"`
	Name     string          `json:"name,omitempty"`
	Start    time.Time       `json:"started"`
	Status   journal.Status  `json:"status"`
	Title    string          `json:"title"`
	Jobs     int             `json:"jobs"`
	Models   []runner.Model  `json:"as"`
	Rounds   int             `json:"rounds"` // that count
	Headline string          `json:"headline"`
	Wall     float64         `json:"wall_seconds"` // of all its rounds, with the warm-up
	Reason   string          `json:"reason,omitempty"`
	Dir      string          `json:"folder"`
}

func comparisonJSON(rec *comparison.Record) pastComparison {
	s := standing(*rec)
	return pastComparison{
		rec.Kind, rec.ID, rec.Name, rec.Start, rec.Status(), what(rec), len(rec.Jobs), modelsIn(rec), s.Table.Rounds, headline(&s),
		took(rec).Seconds(), rec.Reason, rec.Dir,
	}
}

// showComparison prints a comparison: what it was of, its table and verdict, and its rounds.
func (a *app) showComparison(dir string, asJSON bool) error {
	rec, err := comparison.Open(dir)
	if err != nil {
		return err
	}
	now, v := standing(rec), courseView{tune: rec.Kind == comparison.Tune, json: asJSON}
	if asJSON {
		return a.printVerdict(&now, v)
	}
	name := ""
	if rec.Name != "" {
		name = " (" + harmless(rec.Name) + ")"
	}
	var w io.Writer = a.std.Out
	fmt.Fprintf(w, "%-8s %s%s: %s\n", rec.Kind, rec.ID, name, harmless(what(&rec)))
	fmt.Fprintf(w, "started  %s in %s\n", rec.Start.Local().Format(time.DateTime), harmless(rec.Cwd))
	fmt.Fprintf(w, "status   %s, %s\n", progressOf(&now), draw.Seconds(took(&rec)))
	fmt.Fprintf(w, "folder   %s\n\n", harmless(dir))
	if err := a.printVerdict(&now, v); err != nil {
		return err
	}
	fmt.Fprintln(w)
	t := a.table("ROUND", "WAY", "TIME", "RUN", "REASON")
	for i := range rec.Trials {
		each := &rec.Trials[i]
		round := strconv.Itoa(each.Round)
		if each.Round == 0 {
			round = "warm-up"
		}
		t.row(round, nameOf(&rec, each.Way), draw.Precise(each.Wall), each.Run, each.Error)
	}
	return t.w.Flush()
}

// nameOf is what a way is called in a comparison.
func nameOf(rec *comparison.Record, w trial.Way) string {
	if rec.Kind == comparison.Tune {
		return tuning.Name(w)
	}
	return w.Name()
}
