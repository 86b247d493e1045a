package scene

import (
	"fmt"
	"testing"
	"time"

	"parallax/runner"
)

func TestJobsInSubinterpretersCostNoMoreTheMoreThereAre(t *testing.T) {
	const jobs, atOnce, patience = 150_000, 4, 15 * time.Second // many times what it takes, far less than all with all
	var k Known
	s := &Scene{Known: &k, State: &runner.State{}}
	begun := time.Now()
	for i := range jobs {
		if i >= atOnce {
			k.See(runner.TaskEnded{Task: i - atOnce, Try: 1})
		}
		k.See(runner.TaskStarted{Task: i, Try: 1, Identity: runner.Identity{
			Host: runner.Host{ID: 1 + i%2, Name: "python 3.14.6", Lock: i + 1, Log: fmt.Sprintf("host%d.log", 1+i%2)},
		}})
		if i%100 == 0 {
			_ = s.Sharing(atOnce) + k.Interpreters() + k.HostName("host2.log")
		}
		if time.Since(begun) > patience {
			t.Fatalf("%d of %d jobs took %v", i, jobs, patience)
		}
	}
	if got := s.Sharing(atOnce); got != "4 interpreters in 2 processes" {
		t.Errorf("at the end, %q", got)
	}
	if got := k.HostName("host2.log"); got != "python 3.14.6 #2" {
		t.Errorf("what prints is %q", got)
	}
	for i := jobs - atOnce; i < jobs; i++ {
		k.See(runner.TaskEnded{Task: i, Try: 1})
	}
	if got := s.Sharing(atOnce); got != "" {
		t.Errorf("when none runs, %q", got)
	}
	if got := k.Interpreters(); got != "python 3.14.6" {
		t.Errorf("they were %q", got)
	}
}
