package jobfile

import "fmt"

// suggest returns `: did you mean "x"?` for the candidate nearest to what was written, or "" when
// none is near enough to be meant.
func suggest(written string, candidates []string) string {
	best := Nearest(written, candidates)
	if best == "" {
		return ""
	}
	return fmt.Sprintf(": did you mean %q?", best)
}

// Nearest returns the candidate nearest to what was written, or "" when none is near enough to be
// meant.
func Nearest(written string, candidates []string) string {
	best, least := "", len(written)/3+2
	for _, c := range candidates {
		if d := distance([]rune(written), []rune(c), least); d < least {
			best, least = c, d
		}
	}
	return best
}

// distance counts the insertions, deletions, replacements and swaps of neighbours that lead from a
// to b (optimal string alignment). It gives up and returns limit where it must be at least that.
func distance(a, b []rune, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	var before []int // the row before the last
	last := make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
