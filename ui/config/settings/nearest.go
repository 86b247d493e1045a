package settings

// Nearest returns the candidate that was most likely meant by what was written, or "" when none is
// near enough: at most a third of its letters wrong, and one more.
func Nearest(written string, candidates []string) string {
	best, least := "", len([]rune(written))/3+2
	for _, c := range candidates {
		if d := edits([]rune(written), []rune(c)); d < least {
			best, least = c, d
		}
	}
	return best
}

// edits counts the insertions, deletions, replacements and swaps of neighbours that lead from a to b.
func edits(a, b []rune) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j-1]+cost, rows[i-1][j]+1, rows[i][j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
