package plain

import (
	"encoding/json"
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

// Table prints the table of a comparison: a row for each figure, a column for each way. The best value of a
// row is marked with *.
func Table(w io.Writer, t *choice.Table) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	head := []string{""}
	for i := range t.Columns {
		head = append(head, t.Columns[i].Name())
	}
	fmt.Fprintln(out, strings.Join(head, "\t"))
	for _, f := range choice.Figures() {
		best, marked := t.Best(f)
		row := []string{f.Name}
		for i := range t.Columns {
			row = append(row, cell(t, f, i, marked && best == i))
		}
		fmt.Fprintln(out, strings.Join(row, "\t"))
	}
	return out.Flush()
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

// Verdict are the lines of a verdict.
func Verdict(t *choice.Table, v choice.Verdict) []string {
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
	for i := range t.Columns {
		if c := &t.Columns[i]; c.Failed {
			out = append(out, fmt.Sprintf("  %s: out of the ranking: %s", c.Name(), c.Error))
		}
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
	Model    runner.Model `json:"model"` // "" where it is inconclusive
	Bound    choice.Bound `json:"bound"`
	Headline string       `json:"headline"`
	Reason   string       `json:"reason"`
	Reasons  []string     `json:"reasons"`
	Changes  []string     `json:"changes"`
	Doubts   []string     `json:"doubts"`
	Rounds   int          `json:"rounds"`
	Cores    float64      `json:"cores"`
	Jobs     int          `json:"jobs"`
	Models   []wayJSON    `json:"models"`
	Cannot   []cannotJSON `json:"cannot"`
}

// wayJSON is a column. What was not measured is null.
type wayJSON struct {
	Model       string          `json:"model"` // "serial" for the baseline
	Rounds      int             `json:"rounds"`
	Workers     int             `json:"workers"`
	Wall        *stats.Estimate `json:"wall_s"`
	Speedup     *stats.Estimate `json:"speedup"`
	Parallelism *stats.Estimate `json:"parallelism"`
	CPU         *stats.Estimate `json:"cpu_s"`
	Inflation   *stats.Estimate `json:"cpu_inflation"`
	GILWait     *stats.Estimate `json:"gil_wait"`
	PeakPSS     *stats.Estimate `json:"peak_pss_bytes"`
	Startup     *stats.Estimate `json:"startup_s"`
	Switches    *stats.Estimate `json:"switches_per_s"`
	SerialPart  *stats.Estimate `json:"serial_part"`
	Error       *string         `json:"error"`
}

type cannotJSON struct {
	Model runner.Model `json:"model"`
	Why   string       `json:"why"`
}

// VerdictJSON writes the verdict of a comparison as one line of JSON.
func VerdictJSON(w io.Writer, rec *comparison.Record, t *choice.Table, v choice.Verdict) error {
	out := verdictJSON{
		Type: "verdict", ID: rec.ID, Model: v.Model, Bound: v.Bound, Headline: v.Headline, Reason: strings.Join(v.Reasons, " "),
		Reasons: list(v.Reasons), Changes: list(v.Changes), Doubts: list(v.Doubts),
		Rounds: t.Rounds, Cores: t.Cores, Jobs: t.Jobs, Models: []wayJSON{}, Cannot: []cannotJSON{},
	}
	for i := range t.Columns {
		c := &t.Columns[i]
		way := wayJSON{
			Model: c.Name(), Rounds: c.Trials, Workers: c.Workers,
			Wall: measured(c.Wall), Speedup: measured(c.Speedup), Parallelism: measured(c.Parallelism), CPU: measured(c.CPU),
			Inflation: measured(c.Inflation), GILWait: measured(c.WaitGIL), PeakPSS: measured(c.Memory), Startup: measured(c.Startup),
			Switches: measured(c.Switches), SerialPart: measured(c.SerialPart),
		}
		if c.Error != "" {
			way.Error = &c.Error
		}
		out.Models = append(out.Models, way)
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

// list makes an empty list of none: JSON readers expect one.
func list(of []string) []string {
	if of == nil {
		return []string{}
	}
	return of
}
