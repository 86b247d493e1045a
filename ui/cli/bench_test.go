package cli

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The benchmarks run the real program next to the tool that people use otherwise, by turns, so that
// what else the machine does hits both. Run them as
//
//	go test ./ui/cli -run '^$' -bench . -benchtime 5x

// program builds parallax and returns its path and an environment with a folder for runs.
func program(b *testing.B) (path string, env []string) {
	b.Helper()
	dir := b.TempDir()
	path = filepath.Join(dir, "parallax")
	if out, err := exec.Command("go", "build", "-o", path, "parallax").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	return path, append(os.Environ(), "XDG_STATE_HOME="+filepath.Join(dir, "state"))
}

// timed runs a command and returns how long it took.
func timed(b *testing.B, cmd *exec.Cmd) time.Duration {
	b.Helper()
	var errs bytes.Buffer
	cmd.Stderr = &errs
	began := time.Now()
	if err := cmd.Run(); err != nil {
		b.Fatalf("%v: %v\n%s", cmd.Args, err, &errs)
	}
	return time.Since(began)
}

// BenchmarkManyShortJobs compares 500 jobs of `true`, everything recorded, with xargs.
func BenchmarkManyShortJobs(b *testing.B) {
	if _, err := exec.LookPath("xargs"); err != nil {
		b.Skip("needs xargs")
	}
	path, env := program(b)
	list := strings.Repeat("true\n", 500)
	var ours, theirs time.Duration
	for b.Loop() {
		x := exec.Command("xargs", "-P2", "-n1")
		x.Stdin = strings.NewReader(list)
		theirs += timed(b, x)
		p := exec.Command(path, "run", "--plain", "-q", "--output", "none", "-j2", "-a", "-")
		p.Stdin, p.Env = strings.NewReader(list), env
		ours += timed(b, p)
	}
	b.ReportMetric(float64(ours)/float64(theirs), "x-of-xargs")
	b.ReportMetric(float64(ours.Milliseconds())/float64(b.N), "ms/run")
}

// BenchmarkLargeOutput compares one job that writes 1 GiB as fast as it can with the same command
// redirected to a file by the shell. none prints nothing: what keeping the output costs. line reads
// it all back and prints it, to nowhere: a second file would measure the disk.
func BenchmarkLargeOutput(b *testing.B) {
	const command = "head -c 1073741824 /dev/zero"
	path, env := program(b)
	for _, output := range []string{"none", "line"} {
		b.Run(output, func(b *testing.B) {
			dir := b.TempDir()
			var ours, theirs time.Duration
			for b.Loop() {
				sh := exec.Command("sh", "-c", command+" >"+filepath.Join(dir, "shell"))
				theirs += timed(b, sh)
				discard(b, filepath.Join(dir, "shell"))
				p := exec.Command(path, "run", "-q", "--output", output, command)
				p.Env = append(env, "XDG_STATE_HOME="+filepath.Join(dir, "state"))
				ours += timed(b, p)
				discard(b, filepath.Join(dir, "state"))
			}
			b.ReportMetric(float64(theirs)/float64(ours), "x-of-shell")
			b.ReportMetric(float64(b.N)/ours.Seconds(), "GiB/s")
		})
	}
}

func discard(b *testing.B, path string) {
	b.Helper()
	if err := os.RemoveAll(path); err != nil {
		b.Fatal(err)
	}
}
