package cli

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"parallax/monitor/costs"
)

func TestSpan(t *testing.T) {
	for seconds, want := range map[float64]string{
		0: "0 ns", 8.5e-7: "850 ns", 9.997e-7: "1.0 µs", 1.2e-5: "12 µs", 0.00341: "3.4 ms", 0.25: "250 ms", 1: "1 s", 1.26: "1.3 s", 75: "75 s",
	} {
		if got := span(seconds); got != want {
			t.Errorf("%v s: %q, want %q", seconds, got, want)
		}
	}
}

func TestSpread(t *testing.T) {
	for _, c := range []struct {
		stat *costs.Stat
		want string
	}{
		{nil, ""},
		{&costs.Stat{Median: 0.002, Low: 0.0015, High: 0.0031, N: 5}, "2 ms (1.5 – 3.1 ms)"},
		{&costs.Stat{Median: 0.002, Low: 0.0005, High: 0.0031, N: 5}, "2 ms (500 µs – 3.1 ms)"},
	} {
		if got := spread(c.stat, span); got != c.want {
			t.Errorf("%+v: %q, want %q", c.stat, got, c.want)
		}
	}
}

func TestWhatFollowsFromCosts(t *testing.T) {
	number := func(v float64) *float64 { return &v }
	stat := func(v float64) *costs.Stat { return &costs.Stat{Median: v, Low: v, High: v, N: 1} }
	both := []costs.Kind{{Name: costs.Thread, Empty: stat(0.001)}, {Name: costs.Process, Empty: stat(0.037)}}
	ranged := []costs.Kind{
		{Name: costs.Thread, Empty: &costs.Stat{Median: 0.001, Low: 0.0005, High: 0.002, N: 3}},
		{Name: costs.Process, Empty: &costs.Stat{Median: 0.037, Low: 0.020, High: 0.045, N: 3}},
	}
	for _, c := range []struct {
		name string
		of   costs.Costs
		want []string
	}{
		{"nothing", costs.Costs{}, nil},
		{"usual", costs.Costs{Kinds: both, Ratio: number(37), Worth: number(0.18), Cores: 2, Foreign: number(0)}, []string{
			"A process costs 37x a thread to start and end here: 37 ms against 1 ms.",
			"As a rule of thumb, jobs under 180 ms are better as threads: a process of its own pays from 5 times its start-up on, if the job keeps a core busy.",
		}},
		{"processes are cheaper", costs.Costs{Kinds: both, Ratio: number(0.5), Worth: number(0)}, []string{
			"A process costs 0.5x a thread to start and end here: 37 ms against 1 ms.",
		}},
		{"disturbed", costs.Costs{Kinds: ranged, Ratio: number(37), Worth: number(0.18), Cores: 2, Foreign: number(1)}, []string{
			"A process costs between 10x and 90x a thread to start and end here: 37 ms against 1 ms.",
			"Other programs kept 1.0 of 2 cores busy while this was measured: without them the figures are smaller, and the next measuring may tell others.",
		}},
		{"other load", costs.Costs{Cores: 2, Foreign: number(1.26)}, []string{
			"Other programs kept 1.3 of 2 cores busy while this was measured: without them the figures are smaller, and the next measuring may tell others.",
		}},
	} {
		if got := conclusion(c.of); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s:\n%q, want\n%q", c.name, got, c.want)
		}
	}
}

func TestEachReasonIsToldOnce(t *testing.T) {
	c := costs.Costs{Kinds: []costs.Kind{
		{Name: "a", NotMeasured: map[string]string{"start_s": "none", "keep_bytes": "none"}, Messages: []costs.Message{{By: "x", NotMeasured: "none"}, {By: "y", NotMeasured: "other"}}},
		{Name: "b", Messages: []costs.Message{{By: "x"}}},
	}}
	if got, want := unmeasured(c), []string{"– a: none", "– a: other"}; !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// A signal ends the measuring in the midst of it: what is known is printed, and nothing is left.
func TestASignalEndsTheMeasuringOfCosts(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no such signals")
	}
	tmp := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(t.Context(), self, "costs", "--rounds", "1000")
	cmd.Args[0], cmd.Stdout, cmd.Stderr = "parallax", &out, &errs
	cmd.Env = append(os.Environ(), "TMPDIR="+tmp)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(60 * time.Second); ; <-tick.C {
		if found, _ := filepath.Glob(filepath.Join(tmp, "*", "byte")); len(found) > 0 { // it has begun
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("it has not begun: %s%s", &out, &errs)
		}
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // its status is looked at
	if code := cmd.ProcessState.ExitCode(); code != 130 {
		t.Errorf("exit status %d", code)
	}
	if !strings.HasPrefix(errs.String(), "parallax: SIGINT: this is what was measured until then\n") {
		t.Errorf("it said %q", &errs)
	}
	if !strings.Contains(out.String(), "– goroutine: it was ended before a round was whole\n") {
		t.Errorf("it printed %s", &out)
	}
	if left, _ := filepath.Glob(filepath.Join(tmp, "*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	environs, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, path := range environs {
		if env, err := os.ReadFile(path); err == nil && bytes.Contains(env, []byte("TMPDIR="+tmp+"\x00")) {
			t.Errorf("a process is left: %s", path)
		}
	}
}
