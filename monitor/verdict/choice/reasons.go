package choice

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"parallax/monitor/verdict/stats"
	"parallax/runner"
)

// recommend says which way to use, and why.
func (c *contest) recommend(v *Verdict, w *Column, unsure bool) {
	v.Model, v.Serial, v.Workers, v.Interpreters = w.Model, w.Serial, running(w.Way, c.t.Jobs), w.Interpreters
	v.Suggested = unsure || c.loaded || c.rounds() < limits.rounds || !w.Serial && c.lostByStarting(w)
	v.Headline = c.headline(w, v.Suggested)
	v.Reasons = append(v.Reasons, c.nature.sentence(c.t))
	if w.Serial {
		v.Reasons = append(v.Reasons, c.noGain())
	} else {
		for _, other := range c.rivals(w) {
			v.Reasons = append(v.Reasons, c.against(w, other))
		}
		v.Reasons = append(v.Reasons, c.overSerial(w), c.threadsGain(w))
	}
	v.Reasons = append(v.Reasons, c.mostlyStarting(), c.tooLarge(), "To run them so: "+c.flags(w)+".")
	v.Reasons = said(v.Reasons)
	v.Changes = c.changes(w)
	other := c.fastest
	if w == c.fastest {
		other, _ = c.challenger()
	}
	if unsure && c.rounds() >= limits.rounds && other != nil {
		r := ratio(w, other)
		v.Doubts = append(v.Doubts, fmt.Sprintf("That they are as quick as %s is not sure: the 95 %% interval of the ratio %s reaches from %s to %s.",
			who(other.Way, c.t.Jobs), factor(r.Mean), factor(r.Low), factor(r.High)))
	}
}

// flags are what `parallax run` is given to run the jobs as they ran: by itself it runs as many at once as there
// are cores.
func (c *contest) flags(w *Column) string {
	text := fmt.Sprintf("--as %s -j %d", w.Model, running(w.Way, c.t.Jobs))
	if w.Interpreters > 0 {
		text += fmt.Sprintf(" --interpreters %d", w.Interpreters)
	}
	return text
}

// rounds is the least that a way has.
func (c *contest) rounds() int {
	n := math.MaxInt
	for _, w := range c.ways {
		n = min(n, w.Trials)
	}
	return n
}

func (c *contest) headline(w *Column, suggested bool) string {
	use, suggest := "Use "+string(w.Model), string(w.Model)
	switch {
	case w.Serial:
		use, suggest = "Run them one after the other", "running them one after the other"
	case len(c.ways) == 1 && c.t.Serial() != nil:
		use, suggest = "Run them side by side, as "+string(w.Model), "running them side by side, as "+string(w.Model)
	}
	if suggested {
		return "The figures suggest " + suggest + "."
	}
	return use + "."
}

// rivals are the other ways, that which is most asked about first: threads against processes.
func (c *contest) rivals(w *Column) []*Column {
	first := runner.Threads
	if w.Model == runner.Threads {
		first = runner.Processes
	}
	var out []*Column
	for _, other := range c.ways {
		if other == w {
			continue
		}
		if other.Model == first {
			out = append([]*Column{other}, out...)
		} else {
			out = append(out, other)
		}
	}
	return out
}

// against holds the way that was chosen against another.
func (c *contest) against(w, other *Column) string {
	own, theirs := who(w.Way, c.t.Jobs), who(other.Way, c.t.Jobs)
	r := ratio(other, w)
	switch {
	case r.N == 0:
		return ""
	case r.Low > limits.margin:
		text := fmt.Sprintf("%s finished %s sooner than %s (%s against %s, %s)%s", capital(own), times(r.Mean), theirs,
			seconds(w.Wall.Mean), seconds(other.Wall.Mean), basis(Ratio(other, w)), c.memory(w, other))
		if c.byStarting(w, other) && (c.cheaper(other, w) || c.startsMostly(w)) {
			text += c.starts(w, other)
		}
		return text + "."
	case r.Mean < 1:
		return fmt.Sprintf("%s were only %s quicker (%s against %s, %s)%s.", capital(theirs), times(1/r.Mean),
			seconds(other.Wall.Mean), seconds(w.Wall.Mean), basis(Ratio(w, other)), c.memory(other, w))
	}
	return fmt.Sprintf("%s finished no sooner (%s against %s, %s)%s.", capital(theirs),
		seconds(other.Wall.Mean), seconds(w.Wall.Mean), basis(Ratio(w, other)), c.memory(other, w))
}

// memory says how much more or less memory a way used than another.
func (c *contest) memory(w, other *Column) string {
	if w.Memory.N == 0 || other.Memory.N == 0 {
		return ""
	}
	switch more := w.Memory.Mean - other.Memory.Mean; {
	case math.Abs(more) < 1<<20:
		return " and used as much memory, " + bytes(w.Memory.Mean)
	case more > 0:
		return " and used " + bytes(more) + " more"
	default:
		return " and used " + bytes(-more) + " less"
	}
}

// overSerial says what running side by side gains.
func (c *contest) overSerial(w *Column) string {
	base := c.t.Serial()
	if base == nil || w.Speedup.N == 0 {
		return ""
	}
	text := fmt.Sprintf("Side by side they took %s, one after the other %s: %s sooner (%s)",
		seconds(w.Wall.Mean), seconds(base.Wall.Mean), times(w.Speedup.Mean), basis(w.Speedup))
	switch spared := c.sparedStarts(w); {
	case spared != "":
		text += spared
	case w.Parallelism.N > 0:
		text += fmt.Sprintf(", with %.2f of %s busy", w.Parallelism.Mean, cores(c.t.Cores))
	}
	return text + "."
}

// threadsGain says of threads what is to be learnt from them: that a GIL lets one run at a time, or
// that nothing does.
func (c *contest) threadsGain(chosen *Column) string {
	w := c.t.Of(runner.Threads)
	if w == nil || w.Speedup.N == 0 || len(c.ways) < 2 {
		return ""
	}
	if w == chosen {
		if w.Parallelism.N == 0 || w.Parallelism.Mean < 1.2 || c.nature.bound == IO {
			return ""
		}
		why := "their work lets go of the GIL"
		if c.t.NoGIL {
			why = "this Python has no GIL"
		}
		return fmt.Sprintf("%s kept %.2f cores busy: %s.", capital(who(w.Way, c.t.Jobs)), w.Parallelism.Mean, why)
	}
	if w.Speedup.Mean >= limits.gains || c.nature.bound != GIL {
		return ""
	}
	text := fmt.Sprintf("Threads gained nothing over running the jobs one after the other (%s): the GIL let one of them run at a time", times(w.Speedup.Mean))
	if w.WaitGIL.N > 0 {
		text += fmt.Sprintf(", and they waited for it %s of their time", percent(w.WaitGIL.Mean))
	}
	return text + "."
}

// noGain says that nothing is faster than one job after the other.
func (c *contest) noGain() string {
	w := c.fastest
	return fmt.Sprintf("Nothing gains by running side by side: at best %s took %s, one after the other took %s (%s, %s) on %s.",
		who(w.Way, c.t.Jobs), seconds(w.Wall.Mean), seconds(c.t.Serial().Wall.Mean), times(w.Speedup.Mean), basis(w.Speedup), cores(c.t.Cores))
}

// mostlyStarting says of processes that they spend their time on starting. Empty jobs are measured a wave at a
// time, as many as run at once, so the jobs cost as many waves as they come in.
func (c *contest) mostlyStarting() string {
	w := c.t.Of(runner.Processes)
	if w == nil || w.Startup.N == 0 || w.Wall.Mean <= 0 || c.t.Jobs <= 0 {
		return ""
	}
	n := running(w.Way, c.t.Jobs)
	waves := (c.t.Jobs + n - 1) / n
	whole := w.Startup.Mean * float64(waves)
	switch {
	case whole < limits.starting*w.Wall.Mean:
		return ""
	case whole >= w.Wall.Mean: // by noise, or because waves overlap: a share of it would be false
		return fmt.Sprintf("The jobs are short: most of the time of %s, %s, goes into starting.", count(c.t.Jobs, "process"), seconds(w.Wall.Mean))
	}
	text := fmt.Sprintf("The jobs are short: starting and ending %s with nothing to do takes %s", count(n, "process"), seconds(w.Startup.Mean))
	if waves > 1 {
		text += fmt.Sprintf(", and %s come in %s of that: %s", count(c.t.Jobs, "job"), count(waves, "wave"), seconds(whole))
	}
	return text + fmt.Sprintf(", %s of the %s that they took.", percent(whole/w.Wall.Mean), seconds(w.Wall.Mean))
}

// tooLarge names the ways that hold too much memory.
func (c *contest) tooLarge() string {
	var all []string
	for _, w := range c.large {
		all = append(all, fmt.Sprintf("%s held %s", who(w.Way, c.t.Jobs), bytes(w.Memory.Mean)))
	}
	if len(all) == 0 {
		return ""
	}
	return capital(fmt.Sprintf("%s, of %s that were free: too much to be recommended.", list(all), bytes(float64(c.t.Memory))))
}

// between says that two ways cannot be told apart, and what would help.
func (c *contest) between(v *Verdict, cheap, dear *Column) {
	own, theirs := who(cheap.Way, c.t.Jobs), who(dear.Way, c.t.Jobs)
	v.Headline = fmt.Sprintf("Inconclusive between %s and %s.", cheap.Model, dear.Model)
	if cheap.Serial {
		own = "the jobs one after the other"
		v.Headline = "Inconclusive whether running side by side gains anything."
	}
	against := dear
	r := Ratio(cheap, dear)
	if dear != c.fastest && cheap != c.fastest && Ratio(cheap, c.fastest).N > 0 {
		against, r = c.fastest, Ratio(cheap, c.fastest)
		theirs = who(c.fastest.Way, c.t.Jobs)
	}
	if r.N == 0 {
		v.Reasons = append(v.Reasons, fmt.Sprintf("%s and %s have 0 rounds in common.", capital(own), theirs))
		return
	}
	text := fmt.Sprintf("%s took %s, %s as long as %s with %s (%s)", capital(own), seconds(cheap.Wall.Mean), times(r.Mean), theirs,
		seconds(against.Wall.Mean), basis(r))
	v.Reasons = said([]string{text + "; " + c.why(cheap, r), c.nature.sentence(c.t), c.mostlyStarting(), c.tooLarge()})
	if c.loaded || r.Low > c.margin(cheap) {
		v.Changes = append(v.Changes, fmt.Sprintf("Once other programs keep less than %s of %s busy, the same comparison can say more.",
			amount(limits.foreign*c.t.Cores), cores(c.t.Cores)))
		return
	}
	if r.N < limits.rounds {
		return
	}
	switch more := furtherRounds(r, c.margin(cheap)); {
	case more > limits.nextStep:
		v.Changes = append(v.Changes, fmt.Sprintf("About %d more rounds would tell them apart, if they spread as these do: --rounds %d, or + on the screen, which adds %d.",
			more, r.N+more, limits.nextStep))
	case more > 0:
		v.Changes = append(v.Changes, fmt.Sprintf("%d more rounds should tell them apart: --rounds %d, or + on the screen.", limits.nextStep, r.N+limits.nextStep))
	default:
		v.Changes = append(v.Changes, fmt.Sprintf("Even %d more rounds would hardly tell them apart: a quieter machine or longer jobs would.", limits.patience))
	}
}

// why says why a ratio over the fastest decides nothing about a way.
func (c *contest) why(w *Column, r stats.Estimate) string {
	margin := c.margin(w)
	switch {
	case r.N < limits.rounds && r.Known() && r.High > r.Mean*limits.few:
		return fmt.Sprintf("%s that lie so far apart tell nothing.", rounds(r.N))
	case r.N < limits.rounds:
		return fmt.Sprintf("%s can be off by %s.", rounds(r.N), times(limits.few))
	case r.Low > margin && !c.explained(w) && (!c.loaded || r.Low > limits.loaded):
		text := fmt.Sprintf("but they lacked %s of the cores that they could have used", percent(lost(c.t, w)))
		if w.WaitGIL.N > 0 {
			text += fmt.Sprintf(" and waited for the GIL only %s of their time", percent(w.WaitGIL.Mean))
		}
		return text + ", so it may be that others left them fewer."
	case c.loaded && r.Low > margin:
		return fmt.Sprintf("while others hold the cores, less than %s tells nothing.", times(limits.loaded))
	}
	return fmt.Sprintf("that does not say whether it is more than %s.", times(margin))
}

// alone says what a single job can show.
func (c *contest) alone(v *Verdict) {
	v.Headline = "Inconclusive: 1 job shows what a model costs, not what runs side by side."
	v.Reasons = append(v.Reasons, c.nature.sentence(c.t))
	base := c.t.Serial()
	for _, w := range c.ways {
		text := fmt.Sprintf("As %s it took %s", who(w.Way, 1), seconds(w.Wall.Mean))
		if base != nil && w.Inflation.N > 0 {
			text += fmt.Sprintf(" and %s the CPU time of a process by itself", times(w.Inflation.Mean))
		}
		if w.Startup.N > 0 {
			text += fmt.Sprintf("; starting and ending it costs %s", seconds(w.Startup.Mean))
		}
		v.Reasons = append(v.Reasons, text+".")
	}
	v.Reasons = said(v.Reasons)
	v.Changes = append(v.Changes, "2 jobs or more would show which of them to use.")
}

// nobody says why there is nothing to choose among.
func (c *contest) nobody(v *Verdict) {
	if !slices.ContainsFunc(c.t.Columns, func(w Column) bool { return w.Failed && !w.Serial }) {
		v.Headline = "Inconclusive: no round is whole yet."
		why := ""
		for i := range c.t.Columns {
			why = cmp.Or(why, c.t.Columns[i].broken())
		}
		if why != "" {
			v.Headline = "Inconclusive: no round counts."
		}
		v.Reasons = append(v.Reasons, fmt.Sprintf("0 rounds count%s; a recommendation needs %d.", why, limits.rounds))
		return
	}
	v.Headline = "Inconclusive: no model ran all jobs to their end." // outs says why
}

// broken says in brackets why rounds of a way do not count, if the user or what the user asked for has seen to
// that, or "".
func (c *Column) broken() string {
	if c.Broken == "" {
		return ""
	}
	return " (" + strings.TrimSuffix(c.Broken, ".") + ")"
}

// outs names the ways that are out of the ranking, with why: each failure once, with all that it hit.
func (c *contest) outs() []string {
	var failures, none []string
	hit := map[string][]string{}
	baseline := map[string]bool{}
	for i := range c.t.Columns {
		switch w := &c.t.Columns[i]; {
		case w.Failed:
			why := strings.TrimSuffix(w.Error, ".")
			if len(hit[why]) == 0 {
				failures = append(failures, why)
			}
			hit[why] = append(hit[why], w.Name())
			baseline[why] = baseline[why] || w.Serial
		case w.Trials == 0 && !w.Serial && len(c.ways) > 0:
			none = append(none, fmt.Sprintf("%s have 0 rounds that count%s.", capital(string(w.Model)), w.broken()))
		}
	}
	for i, why := range failures {
		text := fmt.Sprintf("%s (%s)", why, list(hit[why]))
		switch {
		case len(c.ways) == 0:
		case !baseline[why]:
			text += ", so out of the ranking"
		case len(hit[why]) == 1:
			text += ", so there is no speed-up"
		default:
			text += ", so out of the ranking and there is no speed-up"
		}
		failures[i] = text + "."
	}
	return append(failures, none...)
}

// said leaves out what there was nothing to say of.
func said(sentences []string) []string {
	return slices.DeleteFunc(sentences, func(s string) bool { return s == "" })
}
