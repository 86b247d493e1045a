package stall

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// mostPlaces bounds how many threads a sentence names.
const mostPlaces = 4

// Sentence says of a task that it has stalled for a time: what it waits for and where, as far as that
// is known.
func Sentence(quiet time.Duration, cause Wait, at []Place) string {
	where := ""
	if len(at) > 0 {
		where = " at " + at[0].Where
	}
	return fmt.Sprintf("stalled: for %s it has used no core and printed nothing. It waits %s%s", round(quiet), cause, where)
}

// Deadlock says where the threads of a task stand that wait for each other.
func Deadlock(at []Place) string {
	if len(at) == 1 {
		return "deadlock: it waits at " + at[0].Where + " for a lock that no thread can release"
	}
	var takers, others []string
	at = slices.SortedFunc(slices.Values(at), func(a, b Place) int { // a shorter number of a line is a smaller one
		return cmp.Or(cmp.Compare(len(a.Where), len(b.Where)), cmp.Compare(a.Where, b.Where))
	})
	for _, p := range at {
		text := p.Thread + " at " + p.Where
		if p.Takes {
			takers = append(takers, text)
		} else {
			others = append(others, text)
		}
	}
	s := "deadlock: each waits for a lock and none can go on: " + list(takers)
	if len(others) > 0 {
		s += "; also waiting: " + list(others)
	}
	return s
}

// Resumed says that a task goes on which had made no sign of life for a time.
func Resumed(quiet time.Duration) string {
	return fmt.Sprintf("goes on, after %s without a sign of life", round(quiet))
}

func list(all []string) string {
	if more := len(all) - mostPlaces; more > 0 {
		all = append(all[:mostPlaces:mostPlaces], fmt.Sprintf("%d more", more))
	}
	return strings.Join(all, ", ")
}

// round leaves out what does not matter.
func round(d time.Duration) time.Duration { return max(d.Round(time.Second), time.Second) }
