package jobfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parallax/runner"
)

func TestParseWorkers(t *testing.T) {
	for _, c := range []struct {
		spec   string
		usable float64
		want   int
	}{
		{"4", 2, 4},
		{" 4 ", 2, 4},
		{"50%", 8, 4},
		{"50%", 3, 1},
		{"50%", 1, 1},
		{"1%", 2, 1},
		{"100%", 2.5, 2},
		{"150%", 2, 3},
		{"12.5%", 16, 2},
		{"70%", 10, 7},
		{"4096", 1, 4096},
		{"007", 1, 7},
		{"50%", 0, 1},
	} {
		if got, err := ParseWorkers(c.spec, c.usable); err != nil || got != c.want {
			t.Errorf("%q of %g: got %d, %v, want %d", c.spec, c.usable, got, err, c.want)
		}
	}
	const form = `: needs a number such as 4, or a share of the cores such as 50%`
	for spec, want := range map[string]string{
		"x": form, "": form, "-1": form, "+2": form, "1.5": form, "50 %": form, "%": form, "1e3": form, "NaN%": form, "∞": form,
		"0": ": nothing could run; the least is 1", "0%": ": nothing could run; the least is 1", "0.0%": ": nothing could run; the least is 1",
		"4097": ": the most is 4096", "99999999999999999999": ": the most is 4096", "9" + strings.Repeat("0", 400): ": the most is 4096", "1000000%": ": the most is 4096",
	} {
		if _, err := ParseWorkers(spec, 2); err == nil || err.Error() != fmt.Sprintf("workers %q%s", spec, want) {
			t.Errorf("%q: got %v", spec, err)
		}
	}
}

func FuzzParseWorkers(f *testing.F) {
	for _, s := range []string{"4", "50%", "0", "x", "-1", "1e9%", "99999999999999999999%", "0.0000001%"} {
		f.Add(s, 2.0)
	}
	f.Fuzz(func(t *testing.T, s string, usable float64) {
		if n, err := ParseWorkers(s, usable); err == nil && (n < 1 || n > runner.MaxWorkers) {
			t.Errorf("%q of %g: got %d", s, usable, n)
		}
	})
}

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"30s": 30 * time.Second, "1m30s": 90 * time.Second, "30": 30 * time.Second, "1.5": 1500 * time.Millisecond, "0": 0, "100ms": 100 * time.Millisecond, " 2h ": 2 * time.Hour,
	} {
		if got, err := ParseDuration(text); err != nil || got != want {
			t.Errorf("%q: got %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "x", "3x", "-3s", "1e3", "1_000", ".inf", "99999999999999999999", "30 s"} {
		if got, err := ParseDuration(text); err == nil {
			t.Errorf("%q: got %v", text, got)
		}
	}
}

func TestProcfile(t *testing.T) {
	f, err := ParseProcfile("Procfile", []byte("\ufeff# a comment\n\nweb: python -m http.server $PORT # kept\r\n  worker.2 :  sleep 1: 2\n"), Place{Folder: abs("there")})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"web|python -m http.server $PORT # kept|Procfile:3:1", "worker.2|sleep 1: 2|Procfile:4:3"}
	for i, j := range f.Jobs {
		if got := j.Name + "|" + j.Line + "|" + j.Origin; got != want[i] || j.Dir != abs("there") {
			t.Errorf("got %s in %s, want %s", got, j.Dir, want[i])
		}
	}
	_, err = ParseProcfile("Procfile", []byte("web: a\n\n  just words\nweb: b\nbad name: c\nempty:  \n\té: x\n"), here)
	if err == nil {
		t.Fatal("no fault")
	}
	golden(t, "procfile.golden", err.Error()+"\n")
	for _, text := range []string{"", "# only this\n"} {
		if _, err := ParseProcfile("Procfile", []byte(text), here); err == nil || !strings.HasPrefix(err.Error(), "Procfile:1:1: the file is empty") {
			t.Errorf("%q: got %v", text, err)
		}
	}
}

func FuzzProcfile(f *testing.F) {
	for _, s := range []string{"a: b", "# c\n\na:b\r\n", "a:", ":", "é: x", "\ufeffa: b", "a: b\na: c", "\x00", "\xff"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		file, err := ParseProcfile("f", text, here)
		var faults runner.Faults
		if err != nil && !errors.As(err, &faults) || err == nil && (len(file.Jobs) == 0 || len(runner.Validate(file.Jobs)) > 0) {
			t.Fatalf("got %v, %+v", err, file)
		}
	})
}

func TestFromArg(t *testing.T) {
	there := func(path string) bool { return path == "with blank.txt" || path == "tool" }
	for arg, want := range map[string]string{
		"primes.py": "script", "a/b.sh": "script", "x.star": "script", "X.PY": "script", "*.py": "script", "./build": "script", "../up": "script",
		"with blank.txt": "script", "tool": "script", "make": "line", "make test": "line", "python a.py": "line", "./a b": "line",
		"cat>x.sh": "line", "a|b.py": "line", "./a;./b": "line", "$X.py": "line", "": "nothing", " \t": "nothing",
	} {
		j := fromArg(arg, there)
		got := "nothing"
		switch {
		case j.Script != "" && j.Script == arg:
			got = "script"
		case j.Line != "" && j.Line == arg:
			got = "line"
		}
		if got != want {
			t.Errorf("%q: got %s, want %s", arg, got, want)
		}
	}
	jobs := FromArgs([]string{"x/primes.py", "make test", "y/primes.py", "make  test"})
	for i, want := range []string{"primes.py", "make test", "primes.py 2", "make test 2"} {
		if jobs[i].Name != want {
			t.Errorf("got %q, want %q", jobs[i].Name, want)
		}
	}
}

func TestDiscoverAndRead(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	dir, err := os.Getwd() // as the system names it, which may be through a link
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Discover("."); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "parallax.yaml, parallax.yml, Procfile") {
		t.Errorf("nothing there: got %v", err)
	}
	write := func(name, text string) {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir("parallax.yaml", 0o755); err != nil {
		t.Fatal(err)
	}
	write("Procfile", "a: b\n")
	write("parallax.yml", "jobs: [{script: x.py}]\n")
	write("sub/parallax.yaml", "jobs: [{script: x.py}]\n")
	write("sub/dev.procfile", "a: b\n")
	if got, err := Discover("."); got != "parallax.yml" || err != nil {
		t.Errorf("a folder is no job file: got %q, %v", got, err)
	}
	for path, want := range map[string]string{
		"Procfile": "b||", "parallax.yml": "|x.py|", "sub/dev.procfile": "b||" + filepath.Join(dir, "sub"),
		"sub/parallax.yaml": "|" + filepath.Join(dir, "sub", "x.py") + "|" + filepath.Join(dir, "sub"),
	} {
		f, err := Read(path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if j := f.Jobs[0]; j.Line+"|"+j.Script+"|"+j.Dir != want || f.Path != path || !strings.HasPrefix(j.Origin, path+":1:") {
			t.Errorf("%s: got %+v", path, j)
		}
	}
	if _, err := Read("none.yaml"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing: got %v", err)
	}
	if _, err := Read("sub"); err == nil || !strings.Contains(err.Error(), "it is a folder") {
		t.Errorf("a folder: got %v", err)
	}
}

func TestDescribe(t *testing.T) {
	jobs := mustParse(t, `
jobs:
- {name: fetch, run: "curl -O http://x | tar x", timeout: 1h}
- {name: primes, count: 2, script: primes.py, args: [200000, "a b", "it's", "", "new\nline"], env: {SEED: "{#}", GREETING: "good day"}, dir: work, after: [fetch, 日本], as: threads, python: python3.13}
- {name: 日本, argv: [sleep, 1], stdin: "in file", cpus: [0, 1], retries: 2, grace: 1m30s, timeout: 0.25}
- {name: block, run: "a\nb\e[2J'\\"}
- {name: a name that is much longer than all the others and would push every column away, workload: spin}
- {name: star, script: x.star}
`, Place{Folder: filepath.FromSlash("/jobs"), Here: true}).Jobs
	if filepath.Separator != '/' {
		t.Skip("the golden file has slashes")
	}
	by := func(j runner.Job) []string {
		if j.Python == "" {
			return nil
		}
		return []string{j.Python, "-u"}
	}
	var b strings.Builder
	if err := Describe(&b, jobs, by); err != nil {
		t.Fatal(err)
	}
	golden(t, "describe.golden", b.String())
	if n := strings.Count(b.String(), "\n"); n != len(jobs) {
		t.Errorf("%d lines for %d jobs", n, len(jobs))
	}
	if err := Describe(fullDisk{}, jobs, by); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
}

var errFull = errors.New("full")

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

func TestSuggest(t *testing.T) {
	for written, want := range map[string]string{
		"tiemout": `: did you mean "timeout"?`, "cmd": "", "evn": `: did you mean "env"?`, "scrpit": `: did you mean "script"?`, "zzzzzzzz": "", "afterr": `: did you mean "after"?`,
	} {
		if got := suggest(written, names(true)); got != want {
			t.Errorf("%s: got %q, want %q", written, got, want)
		}
	}
}
