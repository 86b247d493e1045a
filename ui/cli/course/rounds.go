package course

import (
	"fmt"
	"time"
)

// Rounds says how many rounds a comparison makes.
type Rounds struct {
	Asked int // by the user; 0 leaves it to how long a round takes
	// Sure says that fewer than the least of which something can be said are of no use, however long
	// they take: so many are made.
	Sure bool
}

const (
	// usual is how many rounds are made when they are short. The intervals of three are wide.
	usual = 5
	// fewest is of how many rounds more than a suggestion can be said.
	fewest = 3
	// patience is how long all rounds may take when the user did not say how many.
	patience = 2 * time.Minute
	// single is how long a round takes of which one is enough to wait for.
	single = 5 * time.Minute
)

// number says how many rounds to make when the warm-up took so long, and why, where that is fewer than
// usual and the user did not say.
func (r Rounds) number(warmup time.Duration) (n int, why string) {
	if r.Asked > 0 {
		return r.Asked, ""
	}
	if r.Sure {
		if all := time.Duration(fewest) * warmup; all > patience {
			why = fmt.Sprintf("a round takes %s, %d take %s; --rounds says otherwise", warmup.Round(time.Second), fewest, all.Round(time.Second))
		}
		return fewest, why
	}
	switch fits := int(patience / max(warmup, 1)); {
	case fits >= usual:
		return usual, ""
	case warmup >= single:
		n = 1
	case warmup >= patience/2:
		n = fewest - 1
	default:
		n = max(fits, fewest)
	}
	return n, fmt.Sprintf("a round takes %s: %d instead of %d; --rounds says otherwise", warmup.Round(time.Second), n, usual)
}
