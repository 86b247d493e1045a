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

func TestRoundsAreAddedWhereThereIsTime(t *testing.T) {
	for _, c := range []struct {
		rounds Rounds
		made   int
		took   time.Duration
		want   int
	}{
		{Rounds{Few: true}, 3, 20 * time.Second, 2},
		{Rounds{Few: true}, 3, 80 * time.Second, 2},
		{Rounds{Few: true}, 3, 81 * time.Second, 0},
		{Rounds{Few: true}, 5, time.Second, 0},
		{Rounds{Few: true, Asked: 3}, 3, time.Second, 0},
		{Rounds{}, 3, time.Second, 0},
	} {
		if got := c.rounds.further(c.made, c.took); got != c.want {
			t.Errorf("%+v after %d rounds in %v: %d more, want %d", c.rounds, c.made, c.took, got, c.want)
		}
	}
}
