package examples

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// python is an interpreter that answers, or "".
var python string

// bin is the folder of the programs that were built for the tests.
var bin string

func TestMain(m *testing.M) { os.Exit(prepare(m)) }

// prepare builds parallax and the Go example as a user would, and runs the tests.
func prepare(m *testing.M) int {
	dir, err := os.MkdirTemp("", "parallax-examples-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	bin = dir
	build := exec.Command("go", "build", "-o", dir+string(filepath.Separator), "..", "./gofunc")
	if out, err := build.CombinedOutput(); err != nil {
		panic("go build: " + err.Error() + "\n" + string(out))
	}
	// A shim that answers to the name may lead nowhere, so it is asked.
	if exec.Command("python3", "-c", "").Run() == nil {
		python = "python3"
	}
	return m.Run()
}

// result is how a program ended.
type result struct {
	out, err string
	status   int
}

// run runs one of the programs in a folder of the examples, with runs kept in a folder of its own.
func run(t *testing.T, dir, program string, args ...string) result {
	t.Helper()
	var out, errs bytes.Buffer
	c := exec.CommandContext(t.Context(), filepath.Join(bin, program), args...)
	c.Dir, c.Stdout, c.Stderr = dir, &out, &errs
	home := t.TempDir()
	c.Env = append(os.Environ(), "XDG_STATE_HOME="+filepath.Join(home, "state"), "XDG_CONFIG_HOME="+filepath.Join(home, "config"))
	err := c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	t.Logf("%s %s\n%s%s", program, strings.Join(args, " "), out.String(), errs.String())
	return result{out.String(), errs.String(), c.ProcessState.ExitCode()}
}

// says fails the test when the program did not end with status or did not print what it should:
// each want is a regular expression for a whole line of its output.
func (r result) says(t *testing.T, status int, want ...string) {
	t.Helper()
	if r.status != status {
		t.Errorf("exit status %d, want %d", r.status, status)
	}
	for _, w := range want {
		if !regexp.MustCompile("(?m)^" + w + "$").MatchString(r.out) {
			t.Errorf("no line like %q in what it printed", w)
		}
	}
}

func needsPython(t *testing.T) {
	t.Helper()
	if python == "" {
		t.Skip("needs a python3 in PATH")
	}
}

func needsShell(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("needs a Unix shell")
	}
}

func TestPythonScripts(t *testing.T) {
	needsPython(t)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"primes.py", "5000"}, `669 primes below 5000 in .* s`},
		{[]string{"digest.py", "2", "1"}, "sha256 " + digest(2, 1)},
		{[]string{"fetch.py", "3", "0.01"}, `3 pages, 4800 bytes`},
		{[]string{"words.py", "1", "20000"}, `20000 words, \d{4} different`},
	} {
		t.Run(c.args[0], func(t *testing.T) {
			t.Parallel()
			run(t, ".", "parallax", append([]string{"run", "--plain", "--", python}, c.args...)...).says(t, 0, c.want)
		})
	}
}

// digest is what digest.py should come to.
func digest(rounds, mebibytes int) string {
	buffer := make([]byte, mebibytes<<20)
	for i := range buffer {
		buffer[i] = byte(i % 4096 * 7 % 251)
	}
	var sum []byte
	for range rounds {
		all := sha256.Sum256(append(sum, buffer...))
		sum = all[:]
	}
	return hex.EncodeToString(sum)
}

func TestScriptsSideBySide(t *testing.T) {
	needsPython(t)
	r := run(t, ".", "parallax", "run", "--plain", "-j", "2", "--keep-order", "--", python, "words.py", "{}", "5000", ":::", "1", "2", "1")
	r.says(t, 0)
	outputs := map[string][]string{}
	for line := range strings.Lines(r.out) {
		name, text, _ := strings.Cut(line, " | ")
		outputs[name] = append(outputs[name], text)
	}
	a, b, again := strings.Join(outputs["1"], ""), strings.Join(outputs["2"], ""), strings.Join(outputs["1 2"], "")
	if a == "" || a == b || a != again {
		t.Errorf("the same seed should give the same words, another others: %v", outputs)
	}
}

func TestShellScripts(t *testing.T) {
	needsShell(t)
	t.Run("build.sh", func(t *testing.T) {
		t.Parallel()
		r := run(t, ".", "parallax", "run", "--plain", "--", "sh", "build.sh", "0.05")
		r.says(t, 0, `== generate`, `== compile`, `== link`, ` +helper: \d files made`, `build: done, 6 files`)
		if strings.Contains(r.err, "left") {
			t.Errorf("it left something behind")
		}
	})
	t.Run("progress.sh", func(t *testing.T) {
		t.Parallel()
		r := run(t, ".", "parallax", "run", "--plain", "--", "sh", "progress.sh", "0.001")
		r.says(t, 0, `all there`)
		if !strings.Contains(r.out, "\r[####################] 100 %\n") {
			t.Errorf("the bar is not there as it was written")
		}
	})
}

func TestStarlarkScripts(t *testing.T) {
	scripts, err := filepath.Abs("starlark")
	if err != nil {
		t.Fatal(err)
	}
	for _, model := range []string{"goroutines", "processes"} {
		t.Run(model, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "parallax.yaml")
			text := "as: " + model + "\njobs:\n"
			for _, job := range []string{"primes.star, args: [3000]", "collatz.star, args: [2000]", "sleepers.star, args: [2, 0.01]"} {
				text += "  - {script: " + filepath.ToSlash(scripts) + "/" + job + "}\n"
			}
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			run(t, ".", "parallax", "run", "--plain", "-f", file).says(t, 0,
				`primes.star \| there are 430 primes up to 3000`,
				`collatz.star \| the longest way below 2000 starts at 1161 with 181 steps`)
		})
	}
}

func TestJobFile(t *testing.T) {
	needsPython(t)
	needsShell(t)
	r := run(t, "..", "parallax", "run", "--plain", "-f", "examples/crunch.yaml")
	r.says(t, 0,
		`prepare \| everything is there`, `count\.1 \| 50000 words, \d+ different`, `count\.4 \| 50000 words, \d+ different`,
		`digest \| sha256 [0-9a-f]{64}`, `primes \| there are 2262 primes up to 20000`,
		`shaky \| try 1`, `shaky \| try 2`, `report \| report for somebody, after all that was counted`)
	lines := strings.Split(strings.TrimSpace(r.out), "\n")
	if last := lines[len(lines)-1]; !strings.HasPrefix(last, "report |") {
		t.Errorf("report came before what it waits for: the last line is %q", last)
	}
	if !strings.Contains(r.err, "9 succeeded") {
		t.Errorf("not all succeeded: %s", r.err)
	}
}

func TestFourAsThreads(t *testing.T) {
	needsPython(t)
	needsShell(t) // where there is none, there are no threads either
	r := run(t, ".", "parallax", "run", "--plain", "--as", "threads", "-f", "four.yaml")
	for n := range 4 {
		r.says(t, 0, fmt.Sprintf(`primes\.%d \| 13848 primes below 150000 in .* s`, n+1))
	}
}

func TestModelsMixed(t *testing.T) {
	needsPython(t)
	needsShell(t)
	r := run(t, ".", "parallax", "run", "--plain", "-f", "mixed.yaml")
	r.says(t, 0, `fetch\.3 \| 10 pages, 16100 bytes`, `digest \| sha256 [0-9a-f]{64}`, `primes\.2 \| 9592 primes below 100000 in .* s`,
		`collatz \| the longest way below 20000 starts at \d+ with \d+ steps`, `report \| all pages are there, and all numbers`)
}

func TestProcfile(t *testing.T) {
	needsPython(t)
	needsShell(t)
	run(t, ".", "parallax", "run", "--plain", "-f", "Procfile").
		says(t, 0, `build \| build: done, 6 files`, `bar \| all there`, `words \| 20000 words, \d+ different`)
}

func TestGoProgram(t *testing.T) {
	r := run(t, ".", "gofunc", "--plain")
	r.says(t, 1, `primes 1000000 \| 78498 primes below 1000000`, `primes 3000000 \| 216816 primes below 3000000`, `faulty \| panic: on purpose`)
	if !strings.Contains(r.err, "3 succeeded, 1 failed") {
		t.Errorf("the panic should fail one job and nothing else: %s", r.err)
	}
}
