package runner

import (
	"iter"
	"math/bits"
)

// numberSet is a set of numbers below a bound. To change it, and to find the next number in it, cost the
// same for ten members as for 100 000: each bit of a level says whether a word of the level below has any.
type numberSet [][]uint64

func newNumberSet(bound int) numberSet {
	var s numberSet
	for n := bound; ; {
		n = (n + 63) / 64
		s = append(s, make([]uint64, n))
		if n <= 1 {
			return s
		}
	}
}

func (s numberSet) add(n int) {
	for _, level := range s {
		level[n/64] |= 1 << (n % 64)
		n /= 64
	}
}

func (s numberSet) remove(n int) {
	for _, level := range s {
		level[n/64] &^= 1 << (n % 64)
		if level[n/64] != 0 {
			return
		}
		n /= 64
	}
}

// next returns the lowest member that is not below n, or -1.
func (s numberSet) next(n int) int {
	for up := range s {
		if n/64 >= len(s[up]) {
			return -1
		}
		rest := s[up][n/64] >> (n % 64)
		if rest == 0 {
			n = n/64 + 1
			continue
		}
		n += bits.TrailingZeros64(rest)
		for down := up - 1; down >= 0; down-- {
			n = n*64 + bits.TrailingZeros64(s[down][n])
		}
		return n
	}
	return -1
}

// all yields the members, ascending.
func (s numberSet) all() iter.Seq[int] {
	return func(yield func(int) bool) {
		for n := s.next(0); n >= 0 && yield(n); n = s.next(n + 1) {
		}
	}
}
