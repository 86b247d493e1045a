package course

import (
	"fmt"
	"time"
)

// Rounds says how many rounds a comparison makes.
type Rounds struct {
	Asked int  // by the user; 0 leaves it to how long a round takes
	Few   bool // the fewest are usual, and the others are made only if those tell nothing
}

const (
	// usual is how many rounds are made when they are short. The intervals of three are wide.
	usual = 5
	// fewest is of how many rounds more than a suggestion can be said. With less, however long they take, all
	// the time would be for nothing.
	fewest = 3
	// patience is how long all rounds may take when the user did not say how many.
	patience = 2 * time.Minute
)

// number says how many rounds to make when the warm-up took so long, and why, where that is fewer than
// usual or takes long, and the user did not say.
func (r Rounds) number(warmup time.Duration) (n int, why string) {
	if r.Asked > 0 {
		return r.Asked, ""
	}
	want := usual
	if r.Few {
		want = fewest
	}
	n = max(min(int(patience/max(warmup, 1)), want), fewest)
	switch all := time.Duration(n) * warmup; {
	case all > patience:
		return n, fmt.Sprintf("a round takes %s, %d take %s; --rounds says otherwise", warmup.Round(time.Second), n, all.Round(time.Second))
	case n < want:
		return n, fmt.Sprintf("a round takes %s: %d instead of %d; --rounds says otherwise", warmup.Round(time.Second), n, want)
	}
	return n, ""
}

// further is how many rounds to add to those that were made in a time, if nothing can be said of them.
func (r Rounds) further(made int, took time.Duration) int {
	more := usual - made
	each := took / time.Duration(made+1) // with the warm-up
	if r.Asked > 0 || !r.Few || more <= 0 || took+time.Duration(more)*each > patience {
		return 0
	}
	return more
}
