package plain

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"parallax/monitor/comparison"
	"parallax/monitor/verdict/choice"
	"parallax/monitor/verdict/scaling"
	"parallax/monitor/verdict/stats"
	"parallax/monitor/verdict/tuning"
	"parallax/runner"
	"parallax/ui/figures"
)

// Loads prints the table of a sweep: a row for each number of workers. The recommended one is marked
// with *. What is known of no number has no column. Below it stands what its marks mean.
func Loads(w io.Writer, t *choice.Table, rec *scaling.Recommendation) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	head := []string{"workers"}
	fields, marks := figures.Measured(t, tuning.Figures()), ""
	for _, f := range fields {
		head = append(head, f.Name)
	}
	fmt.Fprintln(out, strings.Join(head, "\t"))
	for i := range t.Columns {
		c := &t.Columns[i]
		name := tuning.Short(c.Way)
		if tuning.Chosen(rec, c.Way) {
			name += " *"
			marks = "* recommended"
			if !rec.Found {
				marks = "* the best guess"
			}
		}
		row := []string{name}
		if c.Failed {
			row = append(row, printable("failed: "+c.Error))
		} else {
			for _, f := range fields {
				e := f.Of(c)
				row = append(row, strings.TrimSpace(figures.Value(f.Unit, e, t.Usable())+" "+figures.Spread(f.Unit, e)))
			}
		}
		fmt.Fprintln(out, strings.Join(row, "\t"))
	}
	return errors.Join(out.Flush(), explain(w, t, fields, marks))
}

// Recommendation are the lines of what a sweep recommends.
func Recommendation(t *choice.Table, rec *scaling.Recommendation) []string {
	out := []string{tuning.Headline(rec, t.Columns)}
	for _, s := range rec.Reasons {
		out = append(out, "  "+s)
	}
	for i, line := range out {
		out[i] = printable(line)
	}
	return out
}

// tuningJSON is the last line of what a sweep prints as JSON.
type tuningJSON struct {
	Type         string          `json:"type"`
	ID           string          `json:"id"`
	Model        runner.Model    `json:"model"`
	Target       scaling.Target  `json:"target"`
	Found        bool            `json:"found"`
	Workers      int             `json:"workers"`      // the best guess where none was found; 0 for none
	Interpreters *int            `json:"interpreters"` // null unless the model is hybrid
	Headline     string          `json:"headline"`
	Speedup      *stats.Estimate `json:"speedup"`
	Fastest      int             `json:"fastest"`
	Stops        int             `json:"stops"`
	Slower       int             `json:"slower"`
	Open         bool            `json:"open"`
	USL          *scaling.USL    `json:"usl"`
	Reasons      []string        `json:"reasons"`
	Rounds       int             `json:"rounds"`
	Cores        float64         `json:"cores"`
	Jobs         int             `json:"jobs"`
	Loads        []loadJSON      `json:"loads"`
}

// loadJSON is a row.
type loadJSON struct {
	wayJSON
	Interpreters *int     `json:"interpreters"` // null unless the model is hybrid
	Efficiency   *float64 `json:"efficiency"`
	Doubt        *string  `json:"doubt"`
}

// TuningJSON writes what a sweep recommends as one line of JSON.
func TuningJSON(w io.Writer, rec *comparison.Record, t *choice.Table, found *scaling.Recommendation) error {
	out := tuningJSON{
		Type: "tuning", ID: rec.ID, Target: found.Target, Found: found.Found, Workers: found.N,
		Headline: tuning.Headline(found, t.Columns), Speedup: measured(found.Speedup), Fastest: found.Fastest, Stops: found.Stops,
		Slower: found.Slower, Open: found.Open, USL: found.Law, Reasons: list(found.Reasons),
		Rounds: t.Rounds, Cores: t.Cores, Jobs: t.Jobs, Loads: []loadJSON{},
	}
	for i := range t.Columns {
		c := &t.Columns[i]
		out.Model = c.Model
		efficiency := tuning.Efficiency(c)
		l := loadJSON{wayJSON: wayOf(c), Interpreters: known(c.Interpreters), Efficiency: mean(efficiency)}
		if efficiency.N > 0 {
			l.Intervals["efficiency"] = efficiency
		}
		if doubt := t.Doubt(c); doubt != "" {
			l.Doubt = &doubt
		}
		if tuning.Chosen(found, c.Way) {
			out.Interpreters = l.Interpreters
		}
		out.Loads = append(out.Loads, l)
	}
	return encode(w, out)
}

// known is nil for 0, which no number of interpreters is.
func known(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}
