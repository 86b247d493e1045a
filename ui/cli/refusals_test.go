package cli

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"parallax/runner"
)

// What is refused says what is wrong and offers the models that the job can run in, and no others.
func TestRefusalsOfferWhatWouldDo(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("models and cores differ elsewhere")
	}
	found := python()
	if found == "" {
		t.Skip("no Python that runs without a home folder")
	}
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{"s.py": "import os\n", "empty.py": "", "a.sh": "echo", "empty.sh": "", "a.star": "print(1)\n", "data": "x"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile("run.py", []byte("#!"+found+"\nprint(1)\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	here, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	others := []runner.Model{runner.Threads, runner.Hybrid}
	for _, c := range []struct {
		models []runner.Model
		job    runner.Job
		want   string // "" for none; a | at its end: nothing may follow
	}{
		{others, runner.Job{Script: "s.py"}, ""},
		{others, runner.Job{Script: "empty.py"}, ""},
		{[]runner.Model{runner.Processes}, runner.Job{Script: "empty.py"}, ""},
		{others, runner.Job{Line: "sleeper.py 4"}, `sleeper.py 4 calls the script as a program: write "python3 sleeper.py 4"|`},
		{others, runner.Job{Line: "./run.py 4"}, `./run.py 4 calls the script as a program: write "python3 ./run.py 4": it can run as processes|`},
		{others, runner.Job{Script: "build.sh"}, `script "build.sh": no such file|`},
		{others, runner.Job{Script: "a.sh"}, "a.sh is not Python: it can run as processes|"},
		{others, runner.Job{Script: "a.star"}, "a.star is not Python: it can run as goroutines or processes|"},
		{others, runner.Job{Line: "make | tee log"}, `make | tee log needs a shell, for its "|": an interpreter runs .py files, "python script.py" and "python -m module": it can run as processes|`},
		{others, runner.Job{Script: "s.py", CPUs: []int{4000}}, "cpus: core 4000 is not available: parallax may use "},
		{[]runner.Model{runner.Processes}, runner.Job{Script: "s.py", CPUs: []int{4000}}, "cpus: core 4000 is not available: parallax may use "},
		{append(others, runner.Processes), runner.Job{Script: "s.py", Dir: "nowhere"}, `dir "nowhere": no such folder|`},
		{append(others, runner.Processes), runner.Job{Script: "s.py", Stdin: "nowhere"}, `stdin "nowhere": no such file|`},
		{append(others, runner.Processes), runner.Job{Script: "s.py", Env: map[string]string{"A=B": ""}}, `env "A=B": a name cannot be empty or hold '=', and nothing may hold a zero byte|`},
		{append(others, runner.Processes), runner.Job{Script: "s.py", Python: here + "/data"}, "python "},
		{[]runner.Model{runner.Processes}, runner.Job{Script: "empty.sh"}, `script "empty.sh": empty file|`},
		{[]runner.Model{runner.Processes}, runner.Job{Script: "missing.py"}, `script "missing.py": no such file|`},
		{[]runner.Model{runner.Goroutines}, runner.Job{Script: "s.py"}, `s.py:1:1: "import" is Python, not Starlark: it can run as threads or `},
	} {
		for _, m := range c.models {
			j := c.job
			j.Name, j.Model = "j", m
			if j.Python == "" {
				j.Python = found
			}
			_, err := runner.Prepare([]runner.Job{j}, launchers(&pythons{})())
			got := ""
			if err != nil {
				got = strings.TrimPrefix(err.Error(), `job "j": `)
			}
			want, whole := strings.CutSuffix(c.want, "|")
			offers := strings.Contains(got, "it can run as")
			if (got == "") != (want == "") || !strings.HasPrefix(got, want) || whole && got != want || offers != strings.Contains(want, "it can run as") {
				t.Errorf("%s as %s:\ngot  %s\nwant %s", j.Command(), m, got, c.want)
			}
		}
	}
}
