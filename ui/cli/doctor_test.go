package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A dozen shims that do not work take a line, unless they are asked for.
func TestTheDoctorCountsThePythonsThatDoNotWork(t *testing.T) {
	is := interpreter{Path: "/usr/bin/python3", Version: "3.13.0", Kind: "CPython", GIL: "yes", Models: []string{"processes"}}
	bad := []interpreter{{Path: "/shims/python3.9", Fault: "not chosen"}, {Path: "/shims/python3.8", Fault: "not chosen"}}
	for _, c := range []struct {
		name       string
		pythons    []interpreter
		all        bool
		want, none string
	}{
		{"counted", append([]interpreter{is}, bad...), false, "and 2 that do not work", "/shims"},
		{"one", append([]interpreter{is}, bad[0]), false, "and 1 that does not work", "/shims"},
		{"named", append([]interpreter{is}, bad...), true, "/shims/python3.8  not chosen", "and 2"},
		{"no other", bad, false, "pythons ", "/shims"},
	} {
		out, err := os.Create(filepath.Join(t.TempDir(), "out"))
		if err != nil {
			t.Fatal(err)
		}
		if err := (checkup{Pythons: c.pythons, all: c.all}).write(out); err != nil {
			t.Error(err)
		}
		out.Close()
		got, err := os.ReadFile(out.Name())
		if err != nil || !strings.Contains(string(got), c.want) || strings.Contains(string(got), c.none) {
			t.Errorf("%s: %v\n%s", c.name, err, got)
		}
	}
}
