package choice

import (
	"fmt"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"parallax/monitor/verdict/stats"
	"parallax/monitor/verdict/trial"
	"parallax/runner"
)

// who names what ran in a way, in the middle of a sentence: "four threads".
func who(w trial.Way, jobs int) string {
	n := running(w, jobs)
	switch {
	case w.Serial:
		return "one after the other"
	case w.Model == runner.Interpreters:
		return count(n, "subinterpreter")
	case w.Model == runner.Hybrid:
		p := max(min(w.Interpreters, n), 1)
		return fmt.Sprintf("%s of up to %s", count(p, "interpreter"), count((n+p-1)/p, "thread"))
	}
	return count(n, singular[w.Model])
}

var singular = map[runner.Model]string{runner.Goroutines: "goroutine", runner.Threads: "thread", runner.Processes: "process"}

// running is how many jobs a way has at once.
func running(w trial.Way, jobs int) int { return max(min(w.Workers, jobs), 1) }

// count writes a number with its noun, as a sentence has it: up to ten in letters.
func count(n int, noun string) string {
	words := [...]string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}
	number := fmt.Sprint(n)
	if n >= 0 && n < len(words) {
		number = words[n]
	}
	switch {
	case n == 1:
		return number + " " + noun
	case strings.HasSuffix(noun, "ss"):
		return number + " " + noun + "es"
	}
	return number + " " + noun + "s"
}

// capital begins a sentence.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// seconds writes a time to three digits or so: 4.5 ms, 46 ms, 2.19 s, 58.3 s, 4 min 10 s.
func seconds(s float64) string {
	switch {
	case s < 0.00995:
		return fmt.Sprintf("%.1f ms", 1000*s)
	case s < 0.0995:
		return fmt.Sprintf("%.0f ms", 1000*s)
	case s < 9.995:
		return fmt.Sprintf("%.2f s", s)
	case s < 99.95:
		return fmt.Sprintf("%.1f s", s)
	}
	whole := int(math.Round(s))
	return fmt.Sprintf("%d min %d s", whole/60, whole%60)
}

// times writes a factor: 0.99×, 3.71×, 12.3×.
func times(f float64) string { return factor(f) + "×" }

func factor(f float64) string {
	if math.Abs(f) < 9.995 {
		return fmt.Sprintf("%.2f", f)
	}
	return fmt.Sprintf("%.1f", f)
}

// amount writes a number of cores: one decimal, none where it says nothing.
func amount(n float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", n), ".0") }

func cores(n float64) string {
	if text := amount(n); text != "1" {
		return text + " cores"
	}
	return "1 core"
}

// percent writes a share: with a decimal where it is small, for 2.9 % is not 3.4 %.
func percent(f float64) string {
	if math.Abs(f) < 0.0995 && math.Abs(f) >= 0.0005 {
		return fmt.Sprintf("%.1f %%", 100*f)
	}
	return fmt.Sprintf("%.0f %%", 100*f)
}

func bytes(n float64) string {
	const mib, gib = 1 << 20, 1 << 30
	switch {
	case n < 9.95*mib:
		return fmt.Sprintf("%.1f MiB", n/mib)
	case n < gib:
		return fmt.Sprintf("%.0f MiB", n/mib)
	}
	return fmt.Sprintf("%.1f GiB", n/gib)
}

func rounds(n int) string {
	if n == 1 {
		return "1 round"
	}
	return fmt.Sprintf("%d rounds", n)
}

// basis says what a ratio rests on: "95 % interval 3.60–3.83, 5 rounds".
func basis(r stats.Estimate) string {
	if !r.Known() {
		return rounds(r.N)
	}
	return fmt.Sprintf("95 %% interval %s–%s, %s", factor(r.Low), factor(r.High), rounds(r.N))
}

// list joins names: "a, b and c".
func list(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
