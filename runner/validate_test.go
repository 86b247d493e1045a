package runner

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

type refusing map[string]string

func (r refusing) Check(j Job) error {
	if why := r[j.Name]; why != "" {
		return errors.New(why)
	}
	return nil
}

func (r refusing) Launch(_ context.Context, _ Spec) (Handle, error) { return nil, nil }

func TestAllFaultsAreToldAtOnce(t *testing.T) {
	js := jobs("a", "b", "c", "a", "d", "e")
	js[0].After = []string{"b"}
	js[1].After = []string{"c"}
	js[2].After = []string{"a", "ghost"}
	js[4].Script = "also.py"
	js[4].Origin = "parallax.yaml:7:3"
	js[5].Model = Goroutines
	_, err := Prepare(js, map[Model]Launcher{
		Processes:  refusing{},
		Goroutines: refusing{"e": "build.sh is not Starlark"},
	})
	want := []string{
		`parallax.yaml:7:3: job "d": needs exactly one thing to run, has 2`,
		`job "e": build.sh is not Starlark: it can run as processes`,
		`job "c": after names "ghost", which is no job`,
		`job "a": another job has this name`,
		`job "a": waits for itself: a after b after c after a`,
	}
	if err == nil {
		t.Fatal("nothing was found")
	}
	got := strings.Split(err.Error(), "\n")
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got:\n%s\nwant:\n%s", err, strings.Join(want, "\n"))
	}
}

func TestAModelThatIsMissingNamesThoseThatWouldDo(t *testing.T) {
	js := jobs("a")
	js[0].Model = Threads
	_, err := Prepare(js, map[Model]Launcher{Processes: refusing{}})
	want := `job "a": the model threads is not part of this build: it can run as processes`
	if err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

func TestReplicasAnswerToTheNameTheyShare(t *testing.T) {
	js := jobs("p.1", "p.2", "q")
	js[0].Group, js[1].Group, js[2].After = "p", "p", []string{"p"}
	if faults := Validate(js); len(faults) > 0 {
		t.Fatal(faults)
	}
	q := NewQueue(js)
	q.Add(2)
	if task, ok := q.Next(); ok {
		t.Fatalf("%d may start before any replica is done", task)
	}
	q.Done(0)
	if task, ok := q.Next(); ok {
		t.Fatalf("%d may start after one of two", task)
	}
	q.Done(1)
	if task, _ := q.Next(); task != 2 {
		t.Errorf("next is %d", task)
	}
}

func TestLargeGroupsThatWaitForEachOtherCostNoMoreThanTheirSum(t *testing.T) {
	const n = 20_000 // tied one to one it would be 400 million ties
	js := make([]Job, 2*n)
	for i := range js {
		js[i] = Job{Name: fmt.Sprint(i), Group: "first"}
		if i >= n {
			js[i].Group, js[i].After = "second", []string{"first"}
		}
	}
	if faults := Validate(js); len(faults) > 0 {
		t.Fatal(faults[0])
	}
	q := NewQueue(js)
	for i := range js {
		q.Add(i)
	}
	for i := range js {
		if got, ok := q.Next(); !ok || got != i {
			t.Fatalf("task %d came as %d", i, got)
		}
		q.Done(i)
	}
	if got := len(q.Dependents(7)); got != n {
		t.Errorf("%d wait for one of the first group, want %d", got, n)
	}
}
