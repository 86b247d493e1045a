package demo_test

import (
	"os"
	"strings"
	"testing"

	"parallax/runner"
	"parallax/runner/goroutine"
	"parallax/ui/demo"
)

// written is a folder with the demo's scripts.
func written(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := demo.Write(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestEveryScriptRunsAsGoroutineAndProcess(t *testing.T) {
	dir := written(t)
	l := goroutine.New()
	for _, p := range demo.Parts() {
		for _, m := range demo.Models(false) {
			jobs := p.Jobs(dir, m, "")
			if len(jobs) != 4 || len(runner.Validate(jobs)) > 0 {
				t.Fatalf("%s as %s: %d jobs, %v", p.Name, m, len(jobs), runner.Validate(jobs))
			}
			for _, j := range jobs {
				if err := l.Check(j); err != nil {
					t.Errorf("%s: %v", j.Name, err)
				}
			}
		}
	}
}

func TestAPythonRunsAllModelsButGoroutines(t *testing.T) {
	dir := written(t)
	for _, p := range demo.Parts() {
		for _, m := range demo.Models(true) {
			for _, j := range p.Jobs(dir, m, "/usr/bin/python3") {
				want := m != runner.Goroutines
				if python := j.Python != ""; python != want || python != strings.HasSuffix(j.Script, ".py") || j.Model != m {
					t.Errorf("%s: %+v", m, j)
				}
				if _, err := os.Stat(j.Script); err != nil {
					t.Error(err)
				}
			}
		}
	}
}
