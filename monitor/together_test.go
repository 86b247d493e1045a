package monitor

import (
	"slices"
	"testing"
	"time"
)

func TestHowManyAreOnCoresAtOnce(t *testing.T) {
	ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
	var at together
	check := func(until int, want ...int) {
		t.Helper()
		got := at.take(ms(until), 2)
		if !slices.EqualFunc(got, want, func(d time.Duration, n int) bool { return d == ms(n) }) {
			t.Errorf("up to %d ms: %v, want %v ms", until, got, want)
		}
	}
	at.add(ms(10), ms(30))
	at.add(ms(20), ms(50))
	check(40, 10, 20, 10) // idle 0-10, one 10-20 and 30-40, two 20-30
	at.add(ms(45), ms(60))
	at.add(ms(5), ms(15)) // too late
	check(100, 40, 15, 5)
	at.add(ms(100), ms(110))
	at.add(ms(110), ms(120)) // one after another are not two
	at.add(ms(90), ms(130))  // cut at 100
	check(130, 0, 10, 20)
	check(130, 0, 0, 0)
	at.add(ms(140), ms(150))
	at.add(ms(140), ms(150))
	at.add(ms(140), ms(150)) // more than there are cores
	check(150, 10, 0, 10)
	if len(at.edges) != 0 || at.on != 0 {
		t.Errorf("%d edges are left, %d on", len(at.edges), at.on)
	}
}
