package report

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"parallax/monitor/verdict"
	"parallax/runner"
	"parallax/runner/journal"
	"parallax/themes"
	"parallax/ui/draw"
)

// runReport is what the template of a run is filled with.
type runReport struct {
	page
	Outcome outcome
	Lanes   lanes
	Keys    []key
	More    int
	AtOnce  []bar
	Partly  string        // of how much of the run that is known, where it is not all
	Times   template.HTML // of all jobs together, or ""
	TimesOf []share
	Memory  []fact
	GILs    []gil
	Table   jobTable
}

// outcome is how a run went.
type outcome struct {
	Tone, Icon string
	Headline   string
	Lines      []string // what follows from the figures
	Advice     []advice
}

type advice struct {
	Tone, Icon string
	Of         string // the job, or "" for the run
	Text       string
}

// share is one part of where time went.
type share struct {
	Class, Name, Value string
}

// gil is what was seen of a global interpreter lock.
type gil struct {
	Name    string
	Drawing template.HTML
	Words   string
}

func runPage(rec *journal.Recording) *runReport {
	s := &rec.State
	out := &runReport{page: page{
		Style: style(), Kind: "run", Heading: nameOf(cmp.Or(rec.Info.Name, runTitle(s.Jobs))), Foot: foot(rec.Info.Version, "run", rec.Info.ID, rec.Info.Start),
	}}
	out.Under = notEmpty(
		draw.Plural(len(s.Jobs), "job", "jobs"), models(s), draw.Plural(s.Workers, "worker", "workers"),
		coresOf(s.Cores, s.Quota), when(rec.Info.Start),
	)
	out.Outcome = outcomeOf(rec)
	out.Title = out.Heading + " · " + out.Outcome.Headline
	out.Lanes = lanesOf(s, max(s.Elapsed(s.Now), time.Millisecond), 1, 30)
	out.Keys, out.More = legend(s.Jobs)
	out.AtOnce, out.Partly = atOnce(s.Together, s.Elapsed(s.Now))
	if split := splitOf(s); split.Live > 0 {
		held := heldOf(s)
		out.Times = timeBar(split, held, 22)
		out.TimesOf = sharesOf(split, held)
	}
	out.Memory = memoryOf(s)
	out.GILs = gilsOf(s)
	out.Table = tableOf(rec)
	out.Facts = runFacts(rec)
	return out
}

// runTitle names a run that has no name by its jobs.
func runTitle(jobs []runner.Job) string {
	switch {
	case len(jobs) == 0:
		return "a run without jobs"
	case len(jobs) <= 3:
		names := make([]string, len(jobs))
		for i := range jobs {
			names[i] = cut(line(jobs[i].Name), 40)
		}
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", cut(line(jobs[0].Name), 40), len(jobs)-1)
}

func models(s *runner.State) string {
	names := make([]string, len(s.Models))
	for i, m := range s.Models {
		names[i] = string(m)
	}
	return say(strings.Join(names, ", "))
}

// outcomeOf says how a run went, in a sentence and with what was advised.
func outcomeOf(rec *journal.Recording) outcome {
	s := &rec.State
	n, ok, failed, cancelled := len(s.Tasks), s.Count(runner.Succeeded), s.Count(runner.Failed), s.Count(runner.Cancelled)
	took := draw.Precise(s.Elapsed(s.Now).Seconds())
	if rec.Status == journal.Interrupted && !s.Over() { // it is known until the last event only
		took = "at least " + took
	}
	out := outcome{Tone: "good", Icon: themes.UnicodeIcons.Succeeded}
	switch {
	case ok == n && n == 1:
		out.Headline = "The job succeeded, in " + took + "."
	case ok == n:
		out.Headline = fmt.Sprintf("All %s jobs succeeded, in %s.", draw.Count(n), took)
	default:
		out.Headline = fmt.Sprintf("%s of %s succeeded, in %s.", draw.Count(ok), draw.Plural(n, "job", "jobs"), took)
		out.Tone, out.Icon = "bad", themes.UnicodeIcons.Failed
		var parts []string
		for _, p := range []struct {
			n    int
			what string
		}{{failed, "failed"}, {cancelled, "was cancelled"}, {n - ok - failed - cancelled, "was not over"}} {
			if p.n > 1 {
				p.what = strings.Replace(p.what, "was", "were", 1)
			}
			if p.n > 0 {
				parts = append(parts, draw.Count(p.n)+" "+p.what)
			}
		}
		out.Lines = append(out.Lines, strings.Join(parts, ", ")+failures(s))
	}
	switch {
	case rec.Status == journal.Running && s.Over():
		out.Lines = append(out.Lines, "Its screen was still open when this was written.")
	case rec.Status == journal.Running:
		out.Tone, out.Icon = "warn", themes.UnicodeIcons.Running
		out.Lines = append(out.Lines, "It still ran when this was written: this is what it had done so far.")
	case rec.Status == journal.Interrupted:
		out.Tone, out.Icon = "bad", themes.UnicodeIcons.Failed
		out.Lines = append(out.Lines, "It was interrupted: this is what it did until then.")
	case s.Reason != "":
		out.Lines = append(out.Lines, "It was ended early: "+say(s.Reason)+".")
	}
	if split := s.Times.Total; split.Span > 0 && split.Live > 0 {
		_, of := verdict.Parallelism(s)
		out.Lines = append(out.Lines, fmt.Sprintf("It kept %s of %s busy on average.", short(split.Cores(), 2), cores(max(of, 1))))
	}
	out.Advice = adviceOf(s)
	return out
}

// failures names the first jobs that failed, with why.
func failures(s *runner.State) string {
	const most = 3
	var words []string
	for i := range s.Tasks {
		if t := &s.Tasks[i]; t.Status == runner.Failed && len(words) < most {
			words = append(words, cut(nameOf(s.Jobs[i].Name), 60)+" ("+cmp.Or(cut(line(t.Reason), 80), "for a reason that is not known")+")")
		}
	}
	if more := s.Count(runner.Failed) - len(words); more > 0 {
		words = append(words, draw.Plural(more, "other", "others"))
	}
	if len(words) == 0 {
		return "."
	}
	return ": " + strings.Join(words, ", ") + "."
}

// mostAdvice is how many sentences on single jobs there are.
const mostAdvice = 12

// adviceOf is what was last said of the run and of its jobs.
func adviceOf(s *runner.State) []advice {
	var out []advice
	add := func(a runner.Advised, of string) {
		tone, icon := "good", "✓"
		switch a.Level {
		case runner.Note:
			tone, icon = "note", "i"
		case runner.Warning:
			tone, icon = "warn", "!"
		}
		out = append(out, advice{tone, icon, of, say(a.Text)})
	}
	if s.Advice.Text != "" {
		add(s.Advice, "")
	}
	tasks := make([]int, 0, len(s.Notices))
	for i := range s.Notices {
		tasks = append(tasks, i)
	}
	slices.Sort(tasks)
	for _, i := range tasks[:min(len(tasks), mostAdvice)] {
		add(s.Notices[i], nameOf(s.Jobs[i].Name))
	}
	if more := len(tasks) - mostAdvice; more > 0 {
		out = append(out, advice{"note", "i", "", "Something was said of " + draw.Plural(more, "more job", "more jobs") + "."})
	}
	return out
}

func memoryOf(s *runner.State) []fact {
	var out []fact
	if s.PeakPSS >= 0 {
		out = append(out, fact{"most at once (PSS of all jobs)", draw.Bytes(s.PeakPSS)})
	}
	most, at := int64(0), -1
	for i := range s.Tasks {
		if p := peak(&s.Tasks[i]); p > most {
			most, at = p, i
		}
	}
	if at >= 0 {
		out = append(out, fact{"largest job (RSS)", nameOf(s.Jobs[at].Name) + ", " + draw.Bytes(most)})
	}
	if s.Host.MemTotal > 0 {
		out = append(out, fact{"memory there was", draw.Bytes(s.Host.MemTotal)})
	}
	return out
}

// peak is the most memory that a job of its own process took; 0 unknown, as it is of what shares an
// interpreter.
func peak(t *runner.Task) int64 {
	if t.Stats == nil || t.Host.ID != 0 {
		return max(t.Exit.Usage.MaxRSS, 0)
	}
	return max(t.Exit.Usage.MaxRSS, t.Stats.PeakRSS, 0)
}

// mostGILs is how many locks are drawn.
const mostGILs = 16

// leastWaiting is how many threads wait for a lock on average where they are said to: less is written as 0.0.
const leastWaiting = 0.05

// gilsOf are the locks of the run's Pythons, those that held back most first. One for which no thread waited is
// left out: a process with one thread has a lock, too, and there is nothing to say of it.
func gilsOf(s *runner.State) []gil {
	locks := slices.DeleteFunc(slices.Clone(s.Locks), func(l runner.Lock) bool {
		m := &l.Mean
		unknown := m.Waiting < 0 && m.Task < 0 // of an interpreter that jobs share
		return !m.Free && !unknown && m.Waiting < leastWaiting
	})
	slices.SortStableFunc(locks, func(a, b runner.Lock) int { return cmp.Compare(b.Mean.Waiting, a.Mean.Waiting) })
	var out []gil
	for i := range locks[:min(len(locks), mostGILs)] {
		m := &locks[i].Mean
		g := gil{Name: pythonName(m.Python)}
		switch {
		case m.Task >= 0 && m.Task < len(s.Jobs):
			g.Name += ", " + nameOf(s.Jobs[m.Task].Name)
		case m.Interpreter > 0:
			g.Name += fmt.Sprintf(", interpreter %d", m.Interpreter)
		case m.Host > 1:
			g.Name += fmt.Sprintf(" #%d", m.Host)
		}
		switch {
		case m.Free:
			g.Words = "no GIL: its threads can use all cores"
		case m.Why != "":
			g.Words = "not measured: " + say(m.Why)
		default:
			g.Words = gilWords(m)
			d := newDrawing(14, "GIL held "+draw.Percent(max(m.Held, 0)))
			d.rect("rest", 0, 100, 1, 12, "")
			d.rect("waitgil", 0, 100*min(max(m.Held, 0), 1), 1, 12, "held "+draw.Percent(max(m.Held, 0)))
			g.Drawing = d.done()
		}
		out = append(out, g)
	}
	return out
}

func gilWords(m *runner.GIL) string {
	var words []string
	if m.Held >= 0 {
		words = append(words, "held "+draw.Percent(m.Held))
	}
	if m.Waiting >= 0 {
		words = append(words, fmt.Sprintf("%.1f threads waiting", m.Waiting))
	}
	if m.Handoffs >= 0 {
		words = append(words, fmt.Sprintf("%.0f hand-offs a second", m.Handoffs))
	}
	return strings.Join(words, " · ")
}

// taken says what the machine took from a run, as far as that is known.
func taken(s runner.Spoilt) string {
	var words []string
	if share := s.Stolen.Share(); share >= 0 {
		words = append(words, fmt.Sprintf("the hypervisor took %s of the cores' time", draw.Percent(share)))
	}
	if share := s.Throttled.Share(); share >= 0 {
		words = append(words, fmt.Sprintf("a quota was used up in %s of its periods", draw.Percent(share)))
	}
	return strings.Join(words, ", ")
}

func runFacts(rec *journal.Recording) []fact {
	s := &rec.State
	memory, others := "", ""
	if s.Host.MemTotal > 0 {
		memory = draw.Bytes(s.Host.MemTotal)
	}
	if f := othersOf(s); f >= 0 {
		others = fmt.Sprintf("kept %s busy meanwhile, on average", cores(f))
	}
	tier := s.Lanes.Tier
	if s.Lanes.Why != "" {
		tier += ": " + s.Lanes.Why
	}
	left := ""
	if rec.LeftOut > 0 {
		left = draw.Plural(rec.LeftOut, "part of the recording", "parts of the recording") + " could not be read"
	}
	return asked(rec.Info.Argv, []fact{
		{"Cores", coresOf(s.Cores, s.Quota)},
		{"Memory", memory},
		{"System", rec.Info.Host.OS},
		{"Python", pythons(s)},
		{"Workers", draw.Plural(s.Workers, "job at once", "jobs at once")},
		{"Lanes", tier},
		{"Other programs", others},
		{"Taken away", taken(s.Spoilt)},
		{"Left out", left},
		{"Start", when(rec.Info.Start)},
		{"Run", rec.Info.ID},
	})
}

// othersOf is how many cores other programs had on average; -1 unknown.
func othersOf(s *runner.State) float64 {
	if len(s.Lanes.Rows) == 0 || len(s.Lanes.Rows[0]) == 0 {
		return -1
	}
	var sum float64
	for _, row := range s.Lanes.Rows {
		c := runner.MergeCells(row)
		sum += float64(c.Load-c.Ours) / 100
	}
	return sum
}

// pythonName is what to call an interpreter: some are told as "python 3.13.0", some as "3.13.0".
func pythonName(name string) string {
	version := strings.TrimSpace(strings.TrimPrefix(line(name), "python"))
	return strings.TrimSpace("Python " + version)
}

// pythons are the interpreters that were met.
func pythons(s *runner.State) string {
	var names []string
	add := func(name string) {
		if name != "" && !slices.Contains(names, pythonName(name)) {
			names = append(names, pythonName(name))
		}
	}
	for i := range s.Tasks {
		add(s.Tasks[i].Host.Name)
	}
	for i := range s.Locks {
		add(s.Locks[i].Mean.Python)
	}
	return strings.Join(names, ", ")
}
