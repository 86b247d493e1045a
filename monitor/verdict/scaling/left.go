package scaling

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// sifted is a curve by what can be made of its loads; the cheaper ones first.
type sifted struct {
	loads    []Load // to choose from
	doubtful []Load // measured, and in doubt
	missing  []Load // not measured
}

func sift(curve []Load) sifted {
	var s sifted
	for _, l := range curve {
		switch {
		case l.N < 1 || !positive(l.Walls):
			s.missing = append(s.missing, l)
		case l.Doubt != "":
			s.doubtful = append(s.doubtful, l)
		default:
			s.loads = append(s.loads, l)
		}
	}
	for _, of := range [][]Load{s.loads, s.doubtful, s.missing} {
		slices.SortStableFunc(of, cheaper)
	}
	return s
}

// doubted reports whether half of what was measured or more is in doubt: then the rest says too little.
func (s sifted) doubted() bool { return len(s.doubtful) > 0 && len(s.doubtful) >= len(s.loads) }

// unsure says which loads are in doubt and why, as a clause: "all 4 loads are in doubt: ...".
func (s sifted) unsure() string {
	var doubts []string
	for _, l := range s.doubtful {
		doubts = append(doubts, l.Doubt)
	}
	many, all := len(s.doubtful), len(s.doubtful)+len(s.loads)
	who := fmt.Sprintf("%d of %d loads are", many, all)
	switch {
	case all == 1:
		who = "the only load is"
	case many == all:
		who = fmt.Sprintf("all %d loads are", all)
	}
	return fmt.Sprintf("%s in doubt: %s", who, strings.Join(merged(doubts), "; "))
}

// left are sentences on what is left out: one for each cause, whatever number of loads has it.
func (s sifted) left() []string {
	var out []string
	for rest := s.doubtful; len(rest) > 0; {
		var same, others []Load
		var doubts []string
		for _, l := range rest {
			if _, ok := span(rest[0].Doubt, l.Doubt); ok {
				same, doubts = append(same, l), append(doubts, l.Doubt)
			} else {
				others = append(others, l)
			}
		}
		out = append(out, LeftOut(same, strings.Join(merged(doubts), "; ")))
		rest = others
	}
	return append(out, s.unmeasured()...)
}

func (s sifted) unmeasured() []string {
	if len(s.missing) == 0 {
		return nil
	}
	return []string{LeftOut(s.missing, "no wall time was measured")}
}

// LeftOut is the sentence that some loads are left out, and why.
func LeftOut(loads []Load, why string) string {
	return fmt.Sprintf("%s %s left out: %s.", sentence(names(loads)), be(loads...), strings.TrimSuffix(why, "."))
}

// names are what to call some loads together: "2, 4 and 8 workers", "2x4 and 4x2".
func names(loads []Load) string {
	var all []string
	labels := slices.ContainsFunc(loads, func(l Load) bool { return l.Label != "" })
	for _, l := range loads {
		name := l.Name()
		if !labels && len(loads) > 1 {
			name = strconv.Itoa(l.N)
		}
		all = append(all, name)
	}
	last := len(all) - 1
	text := all[last]
	if last > 0 {
		text = strings.Join(all[:last], ", ") + " and " + text
	}
	if !labels && last > 0 {
		text += " workers"
	}
	return text
}

// be is the verb that goes with the names of some loads.
func be(loads ...Load) string {
	if len(loads) == 1 && (loads[0].Label != "" || loads[0].N == 1) {
		return "is"
	}
	return "are"
}

// merged makes one clause of those that differ in a number only: "other programs kept 0.5 to 1.2 of 2 cores busy".
func merged(clauses []string) []string {
	var out []string
	for len(clauses) > 0 {
		first, others := clauses[0], []string{}
		at, low, high := -1, 0.0, 0.0
		for _, other := range clauses[1:] {
			word, ok := span(first, other)
			switch {
			case !ok || at >= 0 && word >= 0 && word != at:
				others = append(others, other)
			case word >= 0:
				v := number(strings.Fields(other)[word])
				if at < 0 {
					low = number(strings.Fields(first)[word])
					at, high = word, low
				}
				low, high = min(low, v), max(high, v)
			}
		}
		if words := strings.Fields(first); at >= 0 {
			words[at] = fmt.Sprintf("%v to %v", low, high)
			first = strings.Join(words, " ")
		}
		out, clauses = append(out, first), others
	}
	return out
}

// span returns the word in which two clauses differ, -1 if in none, and whether they are otherwise the same
// and that word is a number.
func span(a, b string) (word int, ok bool) {
	as, bs := strings.Fields(a), strings.Fields(b)
	if len(as) != len(bs) {
		return -1, false
	}
	word = -1
	for i := range as {
		if as[i] == bs[i] {
			continue
		}
		_, errA := strconv.ParseFloat(as[i], 64)
		_, errB := strconv.ParseFloat(bs[i], 64)
		if word >= 0 || errA != nil || errB != nil {
			return -1, false
		}
		word = i
	}
	return word, true
}

// number reads a word of which span has said that it is one.
func number(word string) float64 {
	v, _ := strconv.ParseFloat(word, 64)
	return v
}
