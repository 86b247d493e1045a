package figures

import (
	"regexp"
	"strings"

	"parallax/monitor/comparison"
)

// noise is what the reason of the first job ends with where others cannot either.
var noise = regexp.MustCompile(` \(and \d+ jobs? more\)$`)

// Missing says which models were not compared and why: a line for each reason, "not compared: threads,
// interpreters: a.sh is not Python".
func Missing(cannot []comparison.Cannot) []string {
	var whys []string
	names := map[string][]string{}
	for _, c := range cannot {
		why := noise.ReplaceAllString(strings.TrimSpace(c.Why), "")
		if names[why] == nil {
			whys = append(whys, why)
		}
		names[why] = append(names[why], string(c.Model))
	}
	out := make([]string, len(whys))
	for i, why := range whys {
		out[i] = "not compared: " + strings.Join(names[why], ", ") + ": " + why
	}
	return out
}
