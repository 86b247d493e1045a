package runner

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestNumberSetsHaveTheirMembersInOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, bound := range []int{0, 1, 63, 64, 65, 4095, 4096, 4097, 300_000} {
		s, want := newNumberSet(bound), map[int]bool{}
		for range min(3*bound, 3000) {
			n := random.IntN(bound)
			if random.IntN(3) == 0 {
				s.remove(n)
				delete(want, n)
			} else {
				s.add(n)
				want[n] = true
			}
		}
		if bound > 0 {
			s.add(bound - 1)
			want[bound-1] = true
		}
		if got := slices.Collect(s.all()); !slices.Equal(got, slices.Sorted(maps.Keys(want))) {
			t.Errorf("below %d: %d members, want %d", bound, len(got), len(want))
		}
		for n := range want {
			s.remove(n)
		}
		if got := s.next(0); got != -1 {
			t.Errorf("below %d: %d is left", bound, got)
		}
	}
}

func TestAStateKnowsWhatIsQueued(t *testing.T) {
	var s State
	events := []Event{
		RunStarted{Jobs: make([]Job, 3), Workers: 1},
		TaskQueued{Task: 0, Try: 1},
		TaskQueued{Task: 1, Try: 1},
		TaskQueued{Task: 2, Try: 1},
		TaskStarted{Task: 1, Try: 1},
		TaskEnded{Task: 1, Try: 1, Status: Failed},
		TaskEnded{Task: 0, Status: Cancelled},
		TaskQueued{Task: 1, Try: 2},
	}
	for _, ev := range events {
		if err := s.Apply(ev); err != nil {
			t.Fatal(err)
		}
	}
	if got := slices.Collect(s.Queued()); !slices.Equal(got, []int{1, 2}) {
		t.Errorf("queued: %v", got)
	}
}
