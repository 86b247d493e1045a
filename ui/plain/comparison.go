package plain

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"parallax/monitor/comparison"
	"parallax/monitor/verdict/choice"
	"parallax/monitor/verdict/stats"
	"parallax/monitor/verdict/trial"
	"parallax/monitor/verdict/tuning"
	"parallax/runner"
	"parallax/ui/draw"
	"parallax/ui/figures"
)

// Trial says in a line how a trial went: "round 2 of 5: threads 8.12 s".
func Trial(rec *comparison.Record, t *trial.Trial) string {
	when := fmt.Sprintf("round %d of %d", t.Round, rec.Rounds)
	if t.Round == 0 {
		when = "warm-up"
	}
	name := t.Name()
	if rec.Kind == comparison.Tune {
		name = tuning.Name(t.Way)
	}
	line := fmt.Sprintf("%s: %s %s", when, name, draw.Precise(t.Wall))
	if t.Error != "" {
		line += ": does not count: " + t.Error
	}
	return printable(line)
}

// Table prints the table of a comparison: a row for each figure that is known, a column for each way. The best
// value of a row is marked with *. Below it stands what its marks mean.
func Table(w io.Writer, t *choice.Table) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	head := []string{""}
	for i := range t.Columns {
		head = append(head, t.Columns[i].Name())
	}
	fmt.Fprintln(out, strings.Join(head, "\t"))
	rows, marks := figures.Measured(t, choice.Figures()), ""
	for _, f := range rows {
		best, marked := t.Best(f)
		if marked {
			marks = "* best of the models"
		}
		row := []string{f.Name}
		for i := range t.Columns {
			row = append(row, cell(t, f, i, marked && best == i))
		}
		fmt.Fprintln(out, strings.Join(row, "\t"))
	}
	return errors.Join(out.Flush(), explain(w, t, rows, marks))
}

// explain prints what the marks in a table mean, those that occur in it.
func explain(w io.Writer, t *choice.Table, rows []choice.Figure, marks string) error {
	var notes []string
	if marks != "" {
		notes = append(notes, marks)
	}
	if figures.AnyWide(t, rows) {
		notes = append(notes, figures.WideNote)
	}
	for _, note := range notes {
		if _, err := fmt.Fprintln(w, note); err != nil {
			return err
		}
	}
	return nil
}

func cell(t *choice.Table, f choice.Figure, column int, best bool) string {
	c := &t.Columns[column]
	e := f.Of(c)
	text := figures.Value(f.Unit, e, t.Usable())
	if spread := figures.Spread(f.Unit, e); spread != "" {
		text += " " + spread
	}
	if best {
		text += " *"
	}
	return text
}

// Verdict are the lines of a verdict, with the models that are missing in the table.
func Verdict(rec *comparison.Record, v choice.Verdict) []string {
	out := []string{v.Headline}
	for _, s := range v.Reasons {
		out = append(out, "  "+s)
	}
	for _, s := range v.Changes {
		out = append(out, "  "+s)
	}
	for _, s := range v.Doubts {
		out = append(out, "  ! "+s)
	}
	for _, line := range figures.Missing(rec.Cannot) {
		out = append(out, "  "+line)
	}
	for i, line := range out {
		out[i] = printable(line)
	}
	return out
}

// verdictJSON is the last line of what a comparison prints as JSON.
type verdictJSON struct {
	Type     string       `json:"type"`
	ID       string       `json:"id"`
	Model    runner.Model `json:"model"`  // "" where it is inconclusive
	Serial   bool         `json:"serial"` // in that model, and one job after the other
	Bound    choice.Bound `json:"bound"`
	Headline string       `json:"headline"`
	Reason   string       `json:"reason"`
	Reasons  []string     `json:"reasons"`
	Changes  []string     `json:"changes"`
	Doubts   []string     `json:"doubts"`
	Rounds   int          `json:"rounds"`
	Cores    float64      `json:"cores"`
	Jobs     int          `json:"jobs"`
	Workers  int          `json:"workers"`      // at once in the model; 0 where it is inconclusive
	Shared   *int         `json:"interpreters"` // null unless the model is hybrid
	Models   []wayJSON    `json:"models"`
	Cannot   []cannotJSON `json:"cannot"`
}

// wayJSON is a column of a comparison, or a row of a sweep. What was not measured is null. Wall time and speed-up
// come with their intervals, of all else it is the mean; the intervals are in Intervals, by the same names.
type wayJSON struct {
	Model       string                    `json:"model"` // "serial" for the baseline
	Rounds      int                       `json:"rounds"`
	Workers     int                       `json:"workers"`
	Wall        *stats.Estimate           `json:"wall_s"`
	Speedup     *stats.Estimate           `json:"speedup"`
	Parallelism *float64                  `json:"parallelism"`
	CPU         *float64                  `json:"cpu_s"`
	Inflation   *float64                  `json:"cpu_inflation"`
	GILWait     *float64                  `json:"gil_wait"`
	PeakPSS     *float64                  `json:"peak_pss_bytes"`
	Startup     *float64                  `json:"startup_s"`
	Switches    *float64                  `json:"switches_per_s"`
	SerialPart  *float64                  `json:"serial_part"`
	Intervals   map[string]stats.Estimate `json:"intervals"`
	Error       *string                   `json:"error"`
}

func wayOf(c *choice.Column) wayJSON {
	w := wayJSON{
		Model: c.Name(), Rounds: c.Trials, Workers: c.Workers, Wall: measured(c.Wall), Speedup: measured(c.Speedup),
		Parallelism: mean(c.Parallelism), CPU: mean(c.CPU), Inflation: mean(c.Inflation), GILWait: mean(c.WaitGIL), PeakPSS: mean(c.Memory),
		Startup: mean(c.Startup), Switches: mean(c.Switches), SerialPart: mean(c.SerialPart), Intervals: map[string]stats.Estimate{},
	}
	for _, f := range choice.Figures() {
		if e := f.Of(c); e.N > 0 {
			w.Intervals[f.Key] = e
		}
	}
	if c.Error != "" {
		w.Error = &c.Error
	}
	return w
}

type cannotJSON struct {
	Model runner.Model `json:"model"`
	Why   string       `json:"why"`
}

// VerdictJSON writes the verdict of a comparison as one line of JSON.
func VerdictJSON(w io.Writer, rec *comparison.Record, t *choice.Table, v choice.Verdict) error {
	out := verdictJSON{
		Type: "verdict", ID: rec.ID, Model: v.Model, Serial: v.Serial, Bound: v.Bound, Headline: v.Headline, Reason: strings.Join(v.Reasons, " "),
		Reasons: list(v.Reasons), Changes: list(v.Changes), Doubts: list(v.Doubts),
		Rounds: t.Rounds, Cores: t.Cores, Jobs: t.Jobs, Workers: v.Workers, Shared: known(v.Interpreters), Models: []wayJSON{}, Cannot: []cannotJSON{},
	}
	for i := range t.Columns {
		out.Models = append(out.Models, wayOf(&t.Columns[i]))
	}
	for _, c := range rec.Cannot {
		out.Cannot = append(out.Cannot, cannotJSON{c.Model, c.Why})
	}
	return encode(w, out)
}

// TrialJSON writes a trial as one line of JSON.
func TrialJSON(w io.Writer, t *trial.Trial) error {
	return encode(w, struct {
		Type string `json:"type"`
		*trial.Trial
	}{"trial", t})
}

func encode(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

func measured(e stats.Estimate) *stats.Estimate {
	if e.N == 0 {
		return nil
	}
	return &e
}

func mean(e stats.Estimate) *float64 {
	if e.N == 0 {
		return nil
	}
	return &e.Mean
}

// list makes an empty list of none: JSON readers expect one.
func list(of []string) []string {
	if of == nil {
		return []string{}
	}
	return of
}
