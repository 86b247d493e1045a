//go:build linux || darwin

package bench_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parallax/ui/logs"
)

// BenchmarkManyShortJobs compares 500 jobs of `true`, everything recorded, with xargs, on the
// clock and in processor time, which a busy machine changes less. Nothing is
// deleted between rounds: some file systems (ext4 without a journal) make new files slowly for some
// seconds after others were deleted, and a log for each job is what costs most here.
func BenchmarkManyShortJobs(b *testing.B) {
	if _, err := exec.LookPath("xargs"); err != nil {
		b.Skip("needs xargs")
	}
	p := newPlace(b)
	list := strings.Repeat("true\n", 500)
	before := load()
	var ours, theirs, cpu, theirCPU series
	for b.Loop() {
		x := exec.Command("xargs", "-P2", "-n1", "true")
		x.Stdin = strings.NewReader(list)
		theirs.add(p.timed(x).Seconds())
		theirCPU.add(usedInAll(x))
		c := p.command("run", "--plain", "-q", "--output", "none", "-j2", "-a", "-")
		c.Stdin = strings.NewReader(list)
		ours.add(p.timed(c).Seconds())
		cpu.add(usedInAll(c))
	}
	report(b, before, map[string]float64{
		"x-of-xargs": ours.over(theirs), "x-of-xargs-cpu": cpu.over(theirCPU),
		"ms": 1000 * ours.median(), "xargs-ms": 1000 * theirs.median(),
	})
}

// usedInAll is the processor time of a command that has ended, with that of its jobs, in seconds.
func usedInAll(cmd *exec.Cmd) float64 {
	return (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
}

// BenchmarkLargeOutput compares one job that writes 2 GiB as fast as it can with the same command
// redirected to a file on the same disk by the shell. lines prints none of it: what keeping the
// output costs; screen has the job's pane on a screen of 140 x 42. The time is from the start of the
// program to the job's end, so that the start of the program counts too.
func BenchmarkLargeOutput(b *testing.B) {
	const size = "2147483648"
	for _, c := range []struct{ name, command string }{
		{"zeros", "head -c " + size + " /dev/zero"},
		{"text", "yes '2026-01-02 03:04:05 INFO request served in 12 ms' | head -c " + size},
	} {
		b.Run(c.name, func(b *testing.B) {
			p := newPlace(b)
			bell := p.bell()
			job := c.command + "; echo >" + p.dir + "/" + bellName
			before := load()
			var shell, lines, screen series
			for b.Loop() {
				began := time.Now()
				sh := p.start(p.shell("(" + c.command + ") >file; echo >" + bellName))
				bell.wait()
				shell.add(time.Since(began).Seconds())
				if err := sh.cmd.Wait(); err != nil {
					b.Fatal(err)
				}
				p.discard("file")

				began = time.Now()
				plain := p.start(p.command("run", "-q", "--output", "none", job))
				bell.wait()
				lines.add(time.Since(began).Seconds())
				if err := plain.cmd.Wait(); err != nil {
					b.Fatal(err)
				}
				p.discard("state")

				began = time.Now()
				drawn := p.startOnScreen(p.command("run", job), 140, 42)
				bell.wait()
				screen.add(time.Since(began).Seconds())
				drawn.stop()
				p.discard("state")
			}
			report(b, before, map[string]float64{
				"x-of-shell": shell.over(lines), "x-of-shell-on-screen": shell.over(screen),
				"GiB/s": 2 / lines.median(), "GiB/s-on-screen": 2 / screen.median(), "shell-GiB/s": 2 / shell.median(),
			})
		})
	}
}

// BenchmarkTails reads what 24 panes show of their logs, for logs of 1 MB and of 1 GB (most of which
// is a hole in the file: nothing is there to be read, and nobody may read it). Together with the
// dashboard's BenchmarkFrame24Panes200x60 that is all that a frame does.
func BenchmarkTails(b *testing.B) {
	const panes, lines = 24, 10
	for _, c := range []struct {
		name string
		size int64
	}{{"1MB", 1e6}, {"1GB", 1e9}} {
		b.Run(c.name, func(b *testing.B) {
			end := strings.Repeat("2026-01-02 03:04:05 INFO request served in 12 ms, path /index.html\n", 1000)
			dir := b.TempDir()
			for i := range panes {
				sparse(b, logOf(dir, i), c.size, end)
			}
			b.ReportAllocs()
			for b.Loop() {
				for i := range panes {
					tail, err := logs.Tail(logOf(dir, i), -1, lines)
					if err != nil || tail.Size != c.size || len(tail.Lines) != lines {
						b.Fatalf("%d lines of %d bytes, %v", len(tail.Lines), tail.Size, err)
					}
				}
			}
		})
	}
}

func logOf(dir string, i int) string { return filepath.Join(dir, fmt.Sprintf("%d.log", i)) }

// sparse makes a file of a size that ends with text.
func sparse(b *testing.B, path string, size int64, end string) {
	b.Helper()
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt([]byte("\n"+end), size-int64(len(end))-1); err != nil {
		b.Fatal(err)
	}
}
