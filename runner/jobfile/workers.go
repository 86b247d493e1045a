package jobfile

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"parallax/runner"
)

var workersForm = regexp.MustCompile(`^\d+(\.\d+)?%$|^\d+$`)

// ParseWorkers reads how many jobs may run at once: a number such as "4", or a share of the usable
// cores such as "50%" (rounded down, at least 1). usable is the number of cores that this machine
// lets us use and may be a fraction under a quota. The result is 1..runner.MaxWorkers.
func ParseWorkers(s string, usable float64) (int, error) {
	text := strings.TrimSpace(s)
	if !workersForm.MatchString(text) {
		return 0, fmt.Errorf("workers %q: needs a number such as 4, or a share of the cores such as 50%%", s)
	}
	share, percent := strings.CutSuffix(text, "%")
	n, err := strconv.ParseFloat(share, 64)
	if n == 0 {
		return 0, fmt.Errorf("workers %q: nothing could run; the least is 1", s)
	}
	if percent && err == nil {
		// The tiny addend keeps 70% of 10 at 7 where floating point gives 6.999….
		n = max(1, math.Floor(n/100*usable+1e-9))
	}
	if err != nil || n > runner.MaxWorkers {
		return 0, fmt.Errorf("workers %q: the most is %d", s, runner.MaxWorkers)
	}
	return int(n), nil
}
