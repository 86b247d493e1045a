package inside

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// BenchmarkStart compares the start of `python3 x.py` with and without us, turn by turn, so that a busy
// machine is as bad for both.
func BenchmarkStart(b *testing.B) {
	python, err := exec.LookPath("python3")
	if err != nil {
		b.Skip("needs python3")
	}
	path := filepath.Join(b.TempDir(), "x.py")
	if err := os.WriteFile(path, []byte("pass\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	base := slices.DeleteFunc(os.Environ(), func(kv string) bool { return strings.HasPrefix(kv, "PYTHON") })
	e := eye(b)
	run := func(with bool) (wall, cpu time.Duration) {
		cmd := exec.Command(python, path)
		began := time.Now()
		cmd.Env = base
		if with {
			env, file, err := e.Prepare(cmd.Args, base, 3)
			if err != nil {
				b.Fatal(err)
			}
			defer file.Close()
			cmd.Env, cmd.ExtraFiles = env, []*os.File{file}
		}
		if err := cmd.Run(); err != nil {
			b.Fatal(err)
		}
		return time.Since(began), cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	}
	run(true) // which writes the compiled file, once for all
	var took, used [2][]time.Duration
	for i := 0; b.Loop(); i++ {
		first := i%2 == 0
		for _, with := range []bool{first, !first} {
			at := 0
			if with {
				at = 1
			}
			wall, cpu := run(with)
			took[at], used[at] = append(took[at], wall), append(used[at], cpu)
		}
	}
	middle := func(d []time.Duration) float64 {
		slices.Sort(d)
		return d[len(d)/2].Seconds() * 1000
	}
	b.ReportMetric(middle(took[0]), "ms-plain")
	b.ReportMetric(middle(took[1]), "ms-ours")
	b.ReportMetric(middle(took[1])/middle(took[0]), "ratio")
	b.ReportMetric(middle(used[1])/middle(used[0]), "ratio-cpu")
}
