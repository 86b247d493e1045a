package verdict

import (
	"fmt"
	"strings"
	"time"
)

func fraction(f facts) string {
	return fmt.Sprintf("%s of %s", amount(min(f.busy, f.capacity)), cores(f.capacity))
}

// amount prints a number of cores: one decimal, none where it says nothing.
func amount(n float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", n), ".0") }

func cores(n float64) string {
	if text := amount(n); text != "1" {
		return text + " cores"
	}
	return "1 core"
}

func jobs(n int) string {
	if n == 1 {
		return "1 job"
	}
	return fmt.Sprintf("%d jobs", n)
}

func verb(n int, word string) string {
	if n == 1 {
		return word + "s"
	}
	return word
}

func workers(n int) string {
	if n == 1 {
		return "1 worker"
	}
	return fmt.Sprintf("%d workers", n)
}

func is(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

func keep(n int) string {
	if n == 1 {
		return "it keeps"
	}
	return "they keep"
}

func percent(f float64) string { return fmt.Sprintf("%.0f %%", 100*f) }

func bytes(n int64) string {
	const mib = 1 << 20
	if n < 1<<30 {
		return fmt.Sprintf("%d MiB", n/mib)
	}
	return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
}

// String says what is foretold: "about 1.9 cores (1.8-2.0)".
func (g Gain) String() string {
	low, high := fmt.Sprintf("%.1f", g.Low), fmt.Sprintf("%.1f", g.High)
	if low == high {
		return "about " + low + " cores"
	}
	return fmt.Sprintf("about %.1f cores (%s-%s)", g.About, low, high)
}

// span prints a time that is known roughly.
func span(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%.0f ms", 1000*d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return fmt.Sprintf("%.0f min", d.Minutes())
}
