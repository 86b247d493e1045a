package scaling

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"parallax/monitor/verdict/stats"
)

// reasons are the sentences of a recommendation, the most important first.
func (rec *Recommendation) reasons(c comparison, chosen Load) []string {
	var out []string
	if !rec.Found {
		out = append(out, rec.undecided(c))
	}
	out = append(out, rec.gain(c, chosen))
	if rec.Found {
		out = append(out, against(c, chosen)...)
	}
	if rec.Stops > 0 && rec.Target != Time && rec.Stops != rec.N {
		out = append(out, fmt.Sprintf("For time alone, more than %s would not pay.", Load{N: rec.Stops}.Name()))
	}
	if rec.Slower > 0 {
		out = append(out, fmt.Sprintf("From %s on it is clearly slower again.", Load{N: rec.Slower}.Name()))
	}
	if rec.Open {
		out = append(out, fmt.Sprintf("%s %s the most that was measured: more may pay.", sentence(chosen.Name()), be(chosen)))
	}
	if rec.Law != nil {
		out = append(out, rec.Law.words(c.loads[len(c.loads)-1].N))
	}
	return out
}

// gain says what the chosen load takes, and how much faster it is than the smallest.
func (rec *Recommendation) gain(c comparison, chosen Load) string {
	text := fmt.Sprintf("%s: %s", sentence(chosen.Name()), seconds(stats.Mean(chosen.Walls)))
	if first := c.loads[0]; first.Name() != chosen.Name() {
		text += fmt.Sprintf(", %s times as fast as %s", times(rec.Speedup), first.Name())
	}
	switch rec.Target {
	case Cost:
		text += fmt.Sprintf(", for %.3g s of CPU time", mean(chosen.CPU))
	case Memory:
		text += fmt.Sprintf(", with a peak of %.4g MiB", mean(chosen.Peak)/(1<<20))
	}
	return text + "."
}

// against says why none of the loads beside the chosen one was taken: the one that is best by its mean,
// the next larger and the next smaller one.
func against(c comparison, chosen Load) []string {
	var out []string
	at := c.index(chosen)
	ratio := c.ratios[at]
	switch {
	case c.best.Name() == chosen.Name():
		if at+1 < len(c.loads) {
			next := c.loads[at+1]
			out = append(out, fmt.Sprintf("With %s the %s is %s times that, which gains nothing.",
				next.Name(), what(c.target), times(c.ratios[at+1])))
		}
	case c.target == Memory:
		out = append(out, fmt.Sprintf("Its wall time is %s times that of %s, the fastest, whose peak is %.4g MiB.",
			times(ratio), c.best.Name(), mean(c.best.Peak)/(1<<20)))
	default:
		out = append(out, fmt.Sprintf("The %s is %s times that of %s, the least of all: not clearly above %.2f, so the cheaper wins.",
			what(c.target), times(ratio), c.best.Name(), c.limit))
	}
	for i := at - 1; i >= 0; i-- {
		if i == 0 && c.target != Cost {
			break // said by gain
		}
		if c.ratios[i].Low > c.limit {
			return append(out, fmt.Sprintf("With %s the %s is %s times the least.", c.loads[i].Name(), what(c.target), times(c.ratios[i])))
		}
	}
	return out
}

// undecided says between which loads it is not known.
func (rec *Recommendation) undecided(c comparison) string {
	open := c.pick(c.within(func(e stats.Estimate) bool { return e.Low <= c.limit }))
	return fmt.Sprintf("Inconclusive: the %s of %s is %s times that of %s, so it may be as good or much worse; more rounds or a quieter machine would tell.",
		what(c.target), open.Name(), times(c.ratios[c.index(open)]), c.best.Name())
}

func what(target Target) string {
	if target == Cost {
		return "CPU time x wall time"
	}
	return "wall time"
}

// beyond is up to how many times the most workers that were measured a curve is believed.
const beyond = 2

// words says what the law means, and where it is not to be trusted.
func (u USL) words(most int) string {
	text := fmt.Sprintf("The curve fits a contention of %.2g and a coherency of %.2g (R² %.2f): ", u.Sigma, u.Kappa, u.R2)
	switch {
	case u.Best == 0 && u.Sigma*beyond*float64(most) < 1:
		return text + "nothing limits the gain in the range that was measured."
	case u.Best == 0:
		return text + fmt.Sprintf("however many workers, never more than %.1f times one.", 1/u.Sigma)
	case u.Best > beyond*float64(most):
		return text + "its top lies far beyond what was measured."
	}
	return text + fmt.Sprintf("its top is near %s.", Load{N: int(u.Best + 0.5)}.Name())
}

// times is a ratio with its interval.
func times(e stats.Estimate) string {
	return fmt.Sprintf("%.2f (%.2f-%.2f)", e.Mean, e.Low, e.High)
}

// seconds is a time with its interval, in seconds or milliseconds.
func seconds(e stats.Estimate) string {
	unit, scale, digits := "s", 1.0, 2
	switch {
	case e.Mean < 1:
		unit, scale, digits = "ms", 1e3, 0
	case e.Mean >= 100:
		digits = 0
	}
	return fmt.Sprintf("%.*f %s (%.*f-%.*f)", digits, scale*e.Mean, unit, digits, scale*e.Low, digits, scale*e.High)
}

func rounds(n int) string {
	if n == 1 {
		return "1 round"
	}
	return fmt.Sprintf("%d rounds", n)
}

// sentence is text with a capital at its start.
func sentence(text string) string {
	r, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(r)) + strings.TrimPrefix(text, text[:size])
}
