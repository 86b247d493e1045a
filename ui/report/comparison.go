package report

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"al.essio.dev/pkg/shellescape"

	"parallax/monitor/comparison"
	"parallax/monitor/verdict/choice"
	"parallax/monitor/verdict/stats"
	"parallax/monitor/verdict/trial"
	"parallax/monitor/verdict/tuning"
	"parallax/runner"
	"parallax/ui/draw"
	"parallax/ui/figures"
)

// page is what every report begins and ends with.
type page struct {
	Style   template.CSS
	Title   string
	Kind    string
	Heading string
	Under   []string // in a few words each
	Facts   []fact
	Foot    string
}

// comparisonReport is what the template of a comparison is filled with.
type comparisonReport struct {
	page
	Verdict verdictBox
	Ways    []way
	Span    string
	Keys    []key
	More    int
	Figures []figureRow
	Wide    string    // what an interval means that is too wide to be written, where there is one
	Loads   []loadRow // of a comparison of numbers of workers: the same, a row for each
	Walls   chart
	Speeds  chart
	Curve   template.HTML
	Law     string // the law that was fitted, or ""
	Rounds  []roundRow
	Marked  bool // some round stands apart
	Jobs    []job
	JobsOff int // how many are not listed
	Cannot  []fact
}

type verdictBox struct {
	Tone     string // good, warn
	Icon     string
	Headline string
	Reasons  []string
	Changes  []string
	Doubts   []string
}

// way is a column.
type way struct {
	Name   string
	Shape  string
	Badge  string
	Tone   string
	Chosen bool
	Error  string
	Lanes  lanes
	Stats  []fact
	Run    string // whose lanes these are
}

type figureRow struct {
	Name  string
	Hint  string
	Cells []figureCell
}

// loadRow are the figures of one column of the table.
type loadRow struct {
	way
	Cells []figureCell
}

type figureCell struct {
	Value, Spread, Title string
	Best                 bool
}

type roundRow struct {
	Name  string
	Warm  bool
	Cells []roundCell
}

type roundCell struct {
	Value string
	Why   string // it does not count
	Odd   bool   // it stands apart
}

// job is a job as it was asked for.
type job struct {
	Number  int
	Colour  int
	Name    string
	Command string
}

// mostJobs is how many jobs are listed: a report is for reading.
const mostJobs = 200

func comparisonPage(in *ComparisonInput) *comparisonReport {
	rec, t := &in.Record, &in.Table
	out := &comparisonReport{page: page{
		Style: style(), Kind: string(rec.Kind), Heading: nameOf(rec.Title), Foot: foot(rec.Version, nounOf(rec.Kind), rec.ID, rec.Start),
	}}
	if rec.Name != "" && rec.Name != rec.Title {
		out.Heading = nameOf(rec.Name) + " · " + out.Heading
	}
	out.Under = underComparison(rec, t)
	out.Verdict = boxOf(in)
	out.Title = out.Heading + " · " + out.Verdict.Headline
	out.Ways, out.Span = waysOf(in)
	out.Keys, out.More = legend(rec.Jobs)
	out.Figures = figuresOf(t, in.figures())
	if figures.AnyWide(t, in.figures()) {
		out.Wide = figures.WideNote
	}
	if rec.Kind == comparison.Tune {
		for i, w := range out.Ways {
			r := loadRow{way: w}
			for _, f := range out.Figures {
				r.Cells = append(r.Cells, f.Cells[i])
			}
			out.Loads = append(out.Loads, r)
		}
	}
	out.Walls = wallChart(t, out.Ways)
	out.Speeds = speedChart(t, out.Ways)
	if rec.Kind == comparison.Tune {
		out.Curve, out.Law = curve(t, in.Tuning)
	}
	out.Rounds, out.Marked = roundsOf(rec, t)
	out.Jobs, out.JobsOff = jobsOf(rec.Jobs)
	for _, c := range rec.Cannot {
		out.Cannot = append(out.Cannot, fact{say(string(c.Model)), say(c.Why)})
	}
	out.Facts = comparisonFacts(rec, t)
	return out
}

// foot says in words what a report was made of, and when that was. version is what the program calls
// itself: "v1.2.0", or "devel-0123456789ab" of what has no release.
func foot(version, what, id string, start time.Time) string {
	made := "Made by parallax"
	switch commit, devel := strings.CutPrefix(version, "devel"); {
	case devel && len(commit) > 1:
		made += " (built from commit " + commit[1:] + ")"
	case devel:
		made += " (a build without a version)"
	case version != "":
		made += " " + version
	}
	made += " of the " + what
	if at := when(start); at != "" {
		made += " of " + at
	}
	return say(made + " (" + id + ").")
}

// nounOf is what a comparison is called in a sentence.
func nounOf(k comparison.Kind) string {
	if k == comparison.Tune {
		return "sweep"
	}
	return "comparison"
}

func underComparison(rec *comparison.Record, t *choice.Table) []string {
	return notEmpty(
		draw.Plural(len(rec.Jobs), "job", "jobs"), cores(rec.Host.Quota), say(rec.Python),
		draw.Plural(t.Rounds, "round that counts", "rounds that count"), when(rec.Start),
	)
}

func notEmpty(words ...string) []string {
	return slices.DeleteFunc(words, func(s string) bool { return s == "" })
}

// figures are the rows of the table.
func (in *ComparisonInput) figures() []choice.Figure {
	if in.Tuning != nil {
		return tuning.Figures()
	}
	return choice.Figures()
}

// chosen reports whether a column is what the verdict says to use. sure: it does not only suggest it.
func (in *ComparisonInput) chosen(c *choice.Column) (is, sure bool) {
	if in.Tuning != nil {
		return c.Counts() && tuning.Chosen(in.Tuning, c.Way), in.Tuning.Found
	}
	v := &in.Verdict
	return v.Conclusive() && c.Counts() && c.Serial == v.Serial && c.Model == v.Model, !v.Suggested
}

func boxOf(in *ComparisonInput) verdictBox {
	if rec := in.Tuning; rec != nil {
		b := verdictBox{Tone: "warn", Icon: "?", Headline: say(tuning.Headline(rec, in.Table.Columns)), Reasons: all(rec.Reasons)}
		if rec.Found {
			b.Tone, b.Icon = "good", "✓"
		}
		return b
	}
	v := &in.Verdict
	b := verdictBox{
		Tone: "warn", Icon: "?", Headline: say(v.Headline),
		Reasons: all(v.Reasons), Changes: all(v.Changes), Doubts: all(v.Doubts),
	}
	if v.Conclusive() && !v.Suggested {
		b.Tone, b.Icon = "good", "✓"
	}
	return b
}

// waysOf makes the columns, with lanes over the same time axis.
func waysOf(in *ComparisonInput) (ways []way, axis string) {
	span := time.Duration(0)
	for _, s := range in.Runs {
		if s != nil {
			span = max(span, s.Elapsed(s.Now))
		}
	}
	for i := range in.Table.Columns {
		c := &in.Table.Columns[i]
		w := way{Name: wayName(&in.Record, c.Way), Shape: c.Shape(max(len(in.Record.Jobs), in.Table.Jobs)), Error: say(c.Error)}
		chosen, sure := in.chosen(c)
		switch {
		case chosen && !sure:
			w.Badge, w.Tone, w.Chosen = "? suggested", "warn", true
		case chosen:
			w.Badge, w.Tone, w.Chosen = "✓ recommended", "good", true
		case c.Error != "":
			w.Badge, w.Tone = "✗ out of the ranking", "bad"
		case isBase(&in.Table, c):
			w.Badge = "baseline"
		}
		if i < len(in.Runs) && in.Runs[i] != nil {
			w.Lanes, w.Run = lanesOf(in.Runs[i], span, 2, 22), say(in.Runs[i].ID)
		} else {
			w.Lanes.Empty = "No run of it counts, so none is drawn."
		}
		w.Stats = told([]fact{
			{"wall time", known(choice.Seconds, c.Wall, &in.Table)},
			{"speed-up", known(choice.Times, c.Speedup, &in.Table)},
			{"cores busy", busy(c.Parallelism, &in.Table)},
		})
		ways = append(ways, w)
	}
	return ways, draw.Seconds(span)
}

// isBase reports whether speed-ups are over a column.
func isBase(t *choice.Table, c *choice.Column) bool {
	if t.Base != nil {
		return c.Way == *t.Base
	}
	return c.Serial
}

// busy is how many cores were kept busy, without the spread, for which there is no room.
func busy(e stats.Estimate, t *choice.Table) string {
	if e.N == 0 {
		return ""
	}
	return figures.Value(choice.Cores, e, t.Usable())
}

// known is figure, or "" for what was not measured.
func known(u choice.Unit, e stats.Estimate, t *choice.Table) string {
	if e.N == 0 {
		return ""
	}
	return figure(u, e, t)
}

// wayName is what a column is called: by its model or, where numbers of workers are compared, by those.
func wayName(rec *comparison.Record, w trial.Way) string {
	if rec.Kind != comparison.Tune || w.Serial {
		return say(w.Name())
	}
	return say(tuning.Name(w))
}

// hints say what a figure is, for who does not know it.
var hints = map[string]string{
	"wall_s":         "from the start to the end of the last job",
	"speedup":        "over the baseline, paired by rounds",
	"parallelism":    "cores kept busy on average, of those usable",
	"cpu_s":          "time on cores, of all jobs",
	"cpu_inflation":  "CPU time over that of the baseline",
	"gil_wait":       "share of the jobs' time",
	"peak_pss_bytes": "PSS of all jobs together",
	"startup_s":      "of as many empty jobs",
	"switches_per_s": "of context",
	"efficiency":     "speed-up for each worker",
	"serial_part":    "Karp-Flatt metric of the speed-up",
}

func figuresOf(t *choice.Table, rows []choice.Figure) []figureRow {
	var out []figureRow
	for _, f := range figures.Measured(t, rows) {
		r := figureRow{Name: f.Name, Hint: hints[f.Key]}
		best, marked := t.Best(f)
		for i := range t.Columns {
			e := f.Of(&t.Columns[i])
			c := figureCell{Value: figures.Value(f.Unit, e, t.Usable()), Spread: figures.Spread(f.Unit, e), Best: marked && best == i}
			c.Title = interval(f.Unit, e, t.Usable())
			r.Cells = append(r.Cells, c)
		}
		out = append(out, r)
	}
	return out
}

// roundsOf lists every trial. Where a way has several of a round, the last is told.
func roundsOf(rec *comparison.Record, t *choice.Table) (rows []roundRow, marked bool) {
	odd := make([]map[int]bool, len(t.Columns)) // by round
	for i := range t.Columns {
		odd[i] = map[int]bool{}
		var walls []float64
		for _, l := range t.Columns[i].Laps {
			walls = append(walls, l.Wall)
		}
		for _, k := range stats.Outliers(walls) {
			odd[i][t.Columns[i].Laps[k].Round], marked = true, true
		}
	}
	last := 0
	for i := range rec.Trials {
		last = max(last, rec.Trials[i].Round)
	}
	for n := range last + 1 {
		r := roundRow{Name: fmt.Sprintf("round %d", n), Warm: n == 0, Cells: make([]roundCell, len(t.Columns))}
		if n == 0 {
			r.Name = "warm-up"
		}
		for i := range r.Cells {
			r.Cells[i].Value = "–"
			for k := range rec.Trials {
				if tr := &rec.Trials[k]; tr.Round == n && tr.Way == t.Columns[i].Way {
					r.Cells[i] = roundCell{draw.Precise(tr.Wall), say(tr.Error), odd[i][n]}
				}
			}
		}
		rows = append(rows, r)
	}
	return rows, marked
}

func jobsOf(jobs []runner.Job) (out []job, off int) {
	for i := range jobs[:min(len(jobs), mostJobs)] {
		out = append(out, job{i + 1, i % colours, nameOf(jobs[i].Name), say(jobs[i].Command())})
	}
	return out, len(jobs) - len(out)
}

func comparisonFacts(rec *comparison.Record, t *choice.Table) []fact {
	ended := ""
	switch {
	case rec.Reason != "":
		ended = "ended early: " + rec.Reason
	case !rec.Ended:
		ended = "it was not over: this is as far as it came"
	}
	rounds := fmt.Sprintf("%d that count, after a warm-up that does not", t.Rounds)
	if rec.Why != "" {
		rounds += "; so many because " + rec.Why
	}
	memory := ""
	if rec.Memory > 0 {
		memory = draw.Bytes(rec.Memory)
	}
	return asked(rec.Argv, []fact{
		{"Processor", rec.CPU},
		{"Cores", coresOf(rec.Host.Cores, rec.Host.Quota)},
		{"Memory", memory},
		{"System", rec.Host.OS},
		{"Python", rec.Python},
		{"Rounds", rounds},
		{"Order", "in each round every way took its turn, so that what disturbs the machine disturbs all alike"},
		{"Intervals", "95 %, of Student's t; ratios are of the rounds that both sides have"},
		{"Lanes", rec.Tier},
		{"Start", when(rec.Start)},
		{"End", ended},
		{"Comparison", rec.ID},
	})
}

// coresOf says which cores a run could use.
func coresOf(ids []int, quota float64) string {
	s := draw.Plural(len(ids), "core", "cores")
	if quota > 0 && quota < float64(len(ids)) {
		s += fmt.Sprintf(", of which a quota allows the time of %s", short(quota, 2))
	}
	return s
}

// commandRunes is more than phrases may take: a command that is cut cannot be pasted.
const commandRunes = 8000

// asked are the facts of which something is known, with the command last.
func asked(argv []string, facts []fact) []fact {
	facts = told(facts)
	if command := cut(line(commandLine(argv)), commandRunes); command != "" {
		facts = append(facts, fact{"Command", command})
	}
	return facts
}

// commandLine is how parallax was called, without the folder that it lay in: quoted, so that it can be pasted
// into a shell and does the same.
func commandLine(argv []string) string {
	if len(argv) == 0 {
		return ""
	}
	own := argv[0]
	own = own[strings.LastIndexAny(own, `/\`)+1:]
	return shellescape.QuoteCommand(append([]string{own}, argv[1:]...))
}
