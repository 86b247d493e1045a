package course

import (
	"testing"
	"time"
)

func TestLongRoundsAreFewerAndThatIsSaid(t *testing.T) {
	for _, c := range []struct {
		asked  int
		warmup time.Duration
		want   int
		said   bool
	}{
		{0, 0, 5, false},
		{0, 2 * time.Second, 5, false},
		{0, 24 * time.Second, 5, false},
		{0, 30 * time.Second, 4, true},
		{0, 45 * time.Second, 3, true},
		{0, time.Minute, 3, true},
		{0, 6 * time.Minute, 3, true},
		{10, 6 * time.Minute, 10, false},
		{1, time.Second, 1, false},
	} {
		got, why := Rounds{Asked: c.asked}.number(c.warmup)
		if got != c.want || (why != "") != c.said {
			t.Errorf("asked %d, a warm-up of %v: %d (%q), want %d", c.asked, c.warmup, got, why, c.want)
		}
	}
}

func TestWhereFewerRoundsAreOfNoUseThereAreEnough(t *testing.T) {
	for _, c := range []struct {
		asked  int
		warmup time.Duration
		want   int
		said   bool
	}{
		{0, time.Second, 3, false},
		{0, 40 * time.Second, 3, false},
		{0, 10 * time.Minute, 3, true},
		{1, 10 * time.Minute, 1, false},
		{9, time.Second, 9, false},
	} {
		got, why := Rounds{Asked: c.asked, Few: true}.number(c.warmup)
		if got != c.want || (why != "") != c.said {
			t.Errorf("asked %d, a warm-up of %v: %d (%q), want %d", c.asked, c.warmup, got, why, c.want)
		}
	}
}
