package comparison

import (
	"errors"
	"math"
	"os"
	"testing"

	"parallax/monitor/verdict/trial"
)

// full is a file on a disk that is full from some write on: the beginning still finds room.
type full struct {
	*os.File
	room int
}

var errFull = errors.New("no space left on device")

func (f *full) WriteAt(p []byte, at int64) (int, error) {
	if len(p) <= f.room {
		return f.File.WriteAt(p, at)
	}
	n, err := f.File.WriteAt(p[:f.room], at)
	return n, errors.Join(err, errFull)
}

func TestALineThatFoundNoRoomDoesNotSpoilTheNext(t *testing.T) {
	w, err := Create(t.TempDir(), Info{Kind: Compare, Title: "x", Ways: []trial.Way{{Model: "threads", Workers: 2}}})
	if err != nil {
		t.Fatal(err)
	}
	w.file = &full{w.file.(*os.File), 60}
	if err := w.Trial(trial.Trial{Round: 1, Wall: 2}); !errors.Is(err, errFull) {
		t.Errorf("a trial: %v", err)
	}
	if err := errors.Join(w.End(""), w.Close()); err != nil { // shorter than what was left of the trial
		t.Fatal(err)
	}
	if r, err := Open(w.Dir()); err != nil || !r.Ended || len(r.Trials) != 0 {
		t.Errorf("read back: %v, %+v", err, r)
	}
}

func TestAComparisonThatCannotBeginLeavesNothing(t *testing.T) {
	root := t.TempDir()
	info := Info{Kind: Compare, Title: "x"}
	info.Host.Quota = math.NaN() // which JSON cannot write
	if w, err := Create(root, info); err == nil || w != nil {
		t.Errorf("%v, %v; want an error only", w, err)
	}
	if all, _ := os.ReadDir(root); len(all) != 0 {
		t.Errorf("%d folders are left", len(all))
	}
}
