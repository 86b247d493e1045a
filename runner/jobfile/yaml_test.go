package jobfile

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"parallax/runner"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; run with -update and look at the diff. Got:\n%s", path, got)
	}
}

// here is a job file in the current folder, so that paths stay as they are written.
var here = Place{Folder: abs("here"), Here: true}

func abs(path string) string {
	full, err := filepath.Abs(path)
	if err != nil {
		panic(err)
	}
	return full
}

func mustParse(t *testing.T, text string, place Place) File {
	t.Helper()
	f, err := Parse("parallax.yaml", []byte(text), place)
	if err != nil {
		t.Fatalf("%v\nin:\n%s", err, text)
	}
	return f
}

func TestParseEverything(t *testing.T) {
	f := mustParse(t, `
name: crunch
as: processes
workers: 50%
halt: soon
backoff: 500ms
python: python3.13
env: {A: 1, B: base}
timeout: 90
jobs:
  - run: python primes.py {#}
    name: primes
    count: 2
    env: {SEED: "{#}", B: own}
    dir: work
    after: [fetch]
    timeout: 1m30s
    grace: 1.5
    retries: 2
    stdin: in{#}.txt
    cpus: [0, 1]
  - name: fetch
    script: get.sh
    args: [200000, -v, true, 1.50, "", "{#}"]
    as: threads
    timeout: 0
`, here)
	prime := func(n string) runner.Job {
		return runner.Job{
			Name: "primes." + n, Group: "primes", Model: runner.Processes, Line: "python primes.py " + n, Python: "python3.13",
			Env: map[string]string{"A": "1", "B": "own", "SEED": n}, Dir: filepath.Join(here.Folder, "work"),
			Stdin: filepath.Join(here.Folder, "in"+n+".txt"), CPUs: []int{0, 1}, After: []string{"fetch"},
			Limits: runner.Limits{Timeout: 90 * time.Second, Grace: 1500 * time.Millisecond, Retries: 2},
			Origin: "parallax.yaml:11:5",
		}
	}
	want := File{
		Path: "parallax.yaml", Name: "crunch", Workers: "50%", Halt: runner.HaltSoon, Backoff: 500 * time.Millisecond, As: runner.Processes,
		Jobs: []runner.Job{prime("1"), prime("2"), {
			Name: "fetch", Model: runner.Threads, Script: "get.sh", Args: []string{"200000", "-v", "true", "1.50", "", "1"},
			Python: "python3.13", Env: map[string]string{"A": "1", "B": "base"}, Origin: "parallax.yaml:22:5",
		}},
	}
	if !reflect.DeepEqual(f, want) {
		t.Errorf("got  %+v\nwant %+v", f, want)
	}
}

func TestParseForms(t *testing.T) {
	commands := func(f File) string {
		var out []string
		for _, j := range f.Jobs {
			out = append(out, fmt.Sprintf("%s=%s", j.Name, j.Command()))
		}
		return strings.Join(out, "|")
	}
	for name, c := range map[string]struct{ text, want string }{
		"what looks like another type":  {"jobs: [{run: true}, {run: yes}, {run: 5}, {run: 0x10}]", "true=true|yes=yes|5=5|0x10=0x10"},
		"block texts":                   {"jobs:\n- run: |\n    a\n    b\n- run: >-\n    c\n    d\n", "a b=a\nb|c d=c d"},
		"equal default names":           {"jobs: [{run: a}, {run: a}, {run: b, name: a 2}, {run: a}]", "a=a|a 3=a|a 2=b|a 4=a"},
		"default names of replicas":     {"jobs: [{run: 'a {#}', count: 2}, {run: 'a {#}', count: 1}]", "a #.1=a 1|a #.2=a 2|a # 2.1=a 1"},
		"a default name never replaces": {"jobs: [{run: a}, {run: b, name: a}]", "a 2=a|a=b"},
		"anchors, aliases, merge keys":  {"x-base: &b {run: a, timeout: 3}\njobs:\n- {<<: *b, name: one}\n- <<: [{run: z}, *b]\n  name: two\n- *b\n", "one=a|two=z|a=a"},
		"a merge that leads to itself":  {"jobs: [&x {run: a, <<: *x}]", "a=a"},
		"byte order mark and CRLF":      {"\ufeffjobs:\r\n  - run: |\r\n      a\r\n      b\r\n", "a b=a\nb"},
		"marks of a document":           {"%YAML 1.2\n---\njobs: [{run: a}]\n...\n", "a=a"},
		"argv and workload":             {"jobs: [{argv: [echo, 1, 'a b']}, {workload: spin, args: [2]}]", "echo 1 a b=echo 1 a b|spin 2=spin 2"},
		"an explicit key":               {"? jobs\n: - run: a\n", "a=a"},
		"plain tags":                    {"jobs: [{run: !!str 5}]", "5=5"},
		"a name on one clean line":      {"jobs: [{run: \"a\\tb\\e[31m\"}]", "a b[31m=a\tb\x1b[31m"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := commands(mustParse(t, c.text, here)); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestPaths(t *testing.T) {
	there := Place{Folder: abs("there")}
	const text = "jobs:\n- {script: a.py, stdin: in}\n- {script: a.py, stdin: in, dir: work}\n- {script: %[1]s, dir: %[1]s}\n"
	show := func(place Place) string {
		var out []string
		for _, j := range mustParse(t, fmt.Sprintf(text, "'"+abs("x")+"'"), place).Jobs {
			out = append(out, strings.Join([]string{j.Script, j.Stdin, j.Dir}, ","))
		}
		return strings.Join(out, "\n")
	}
	in := func(p Place, name string) string { return filepath.Join(p.Folder, name) }
	x := abs("x")
	want := "a.py,in,\n" + in(here, "a.py") + "," + in(here, "in") + "," + in(here, "work") + "\n" + x + ",," + x
	if got := show(here); got != want {
		t.Errorf("in the current folder: got\n%s\nwant\n%s", got, want)
	}
	want = in(there, "a.py") + "," + in(there, "in") + "," + there.Folder + "\n" +
		in(there, "a.py") + "," + in(there, "in") + "," + in(there, "work") + "\n" + x + ",," + x
	if got := show(there); got != want {
		t.Errorf("elsewhere: got\n%s\nwant\n%s", got, want)
	}
}

func TestFaultsGolden(t *testing.T) {
	text, err := os.ReadFile("testdata/faults.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, err = Parse("parallax.yaml", text, here)
	var faults runner.Faults
	if !errors.As(err, &faults) {
		t.Fatalf("got %v", err)
	}
	golden(t, "faults.golden", err.Error()+"\n")
}

func TestSingleFaults(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"empty":               {"", "f:1:1: the file is empty: it needs the key jobs with a list of what to run"},
		"only a comment":      {"# x\n", "f:1:1: the file is empty: it needs the key jobs with a list of what to run\n  # x\n  ^"},
		"only marks":          {"---\n", "f:1:1: the file is empty: it needs the key jobs with a list of what to run\n  ---\n  ^"},
		"not UTF-8":           {"name: \xffx", "f:1:7: not UTF-8: save the file in that encoding\n  name: \uFFFDx\n        ^"},
		"NUL":                 {"a: é\x00", "f:1:5: a NUL byte: this is no text file\n  a: é\uFFFD\n      ^"},
		"no mapping":          {"- a\n", "f:1:1: the file must be a mapping with the key jobs, not a list\n  - a\n  ^"},
		"no jobs":             {"name: a\n", "f:1:1: the key jobs is missing: it lists what to run\n  name: a\n  ^"},
		"jobs of nothing":     {"jobs:\n", "f:1:7: jobs needs a list, one entry per job, not nothing\n  jobs:\n       ^"},
		"jobs empty":          {"jobs: []\n", "f:1:7: jobs is an empty list: there is nothing to run\n  jobs: []\n        ^"},
		"two documents":       {"jobs: [{run: a}]\n---\njobs: []\n", "f:2:1: a second document: a job file holds one\n  ---\n  ^"},
		"a tab":               {"jobs:\n\t- run: a\n", "f:2:1: not YAML: found character '\\t' that cannot start any token: YAML is indented with blanks, not with tabs\n  \t- run: a\n  ^"},
		"an open quote":       {"name: \"x\n", "f:1:7: not YAML: could not find end character of double-quoted text\n  name: \"x\n        ^"},
		"tabs before a caret": {"jobs: [{run: 'a\t\tb', tiemout: 1}]\n", "f:1:22: unknown key \"tiemout\": did you mean \"timeout\"?\n  jobs: [{run: 'a\t\tb', tiemout: 1}]\n                 \t\t    ^"},
		"steering":            {"jobs: [{run: a, \"\\e\": 1, # \x1b[2J\n}]", "f:1:17: unknown key \"\\x1b\": one of run, script, argv, workload, args, name, count, after, preload, as, python, env, dir, timeout, grace, stalled_after, retries, stdin, cpus\n  jobs: [{run: a, \"\\e\": 1, # \uFFFD[2J\n                  ^"},
		"a strange tag":       {"jobs: !foo [{run: a}]\n", "f:1:7: the tag !foo is not known\n  jobs: !foo [{run: a}]\n        ^"},
		"replicas' names":     {"jobs:\n- {run: a, name: p, count: 2}\n- {run: b, name: p.2}\n", "f:3:12: another job is called \"p.2\": it is in line 2\n  - {run: b, name: p.2}\n             ^"},
		"too many jobs":       {"jobs:\n- {run: a, count: 600000}\n- {run: b, count: 600000}\n", "f:3:3: 1200000 jobs or more: the most is 1000000\n  - {run: b, count: 600000}\n    ^"},
		"a long line": {
			"jobs: [{run: " + strings.Repeat("a", 200) + ", tiemout: 1, " + strings.Repeat("b", 200) + ": 1}]",
			"f:1:216: unknown key \"tiemout\": did you mean \"timeout\"?\n  …" + strings.Repeat("a", 58) + ", tiemout: 1, " + strings.Repeat("b", 48) + "…\n  " + strings.Repeat(" ", 61) + "^\n" +
				"f:1:228: unknown key \"" + strings.Repeat("b", 39) + "…\": one of run",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse("f", []byte(c.text), here)
			if err == nil {
				t.Fatal("no fault")
			}
			if got := err.Error(); got != c.want && (name != "a long line" || !strings.HasPrefix(got, c.want)) {
				t.Errorf("got:\n%s\nwant:\n%s", got, c.want)
			}
		})
	}
}

func TestNestingIsBounded(t *testing.T) {
	for _, text := range []string{
		strings.Repeat("[", 100_000), strings.Repeat("{a: ", 100_000), strings.Repeat("- ", 100_000) + "a", strings.Repeat("? ", 100_000),
	} {
		if _, err := Parse("f", []byte(text), here); err == nil || !strings.Contains(err.Error(), "levels deep") {
			t.Errorf("%.10s…: got %.200v", text, err)
		}
	}
}

func TestAliasesCannotExplode(t *testing.T) {
	var b strings.Builder
	b.WriteString("x-0: &a0 {k: v}\n")
	for i := 1; i < 60; i++ {
		fmt.Fprintf(&b, "x-%d: &a%d {<<: [*a%d, *a%d], k%d: v}\n", i, i, i-1, i-1, i)
	}
	b.WriteString("jobs: [{run: a, env: *a59}]\n")
	if f := mustParse(t, b.String(), here); len(f.Jobs[0].Env) != 60 {
		t.Errorf("got %d variables", len(f.Jobs[0].Env))
	}
}

// A replica is a value of its own: changing one changes no other.
func TestReplicasShareNothing(t *testing.T) {
	jobs := mustParse(t, "env: {A: 1}\njobs: [{run: a, count: 2, cpus: [0]}]", here).Jobs
	jobs[0].Env["A"], jobs[0].CPUs[0] = "2", 9
	if jobs[1].Env["A"] != "1" || jobs[1].CPUs[0] != 0 {
		t.Error("replicas share a map or a list")
	}
}

var manyDigits = regexp.MustCompile(`[0-9_]{4}|0[xXoObB]`)

func FuzzParse(f *testing.F) {
	text, err := os.ReadFile("testdata/faults.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{
		manyDigits.ReplaceAllString(string(text), "3"), "", "jobs:\n- run: a\n", "a: &x {<<: *x}\njobs: [*x]", "jobs: !!str [", "? a\n: b", "jobs: [{run: a, env: {<<: [*q]}}]",
		"%YAML 1.2\n---\n", "{", "- - - a", "jobs:\n  - &a run: x\n    count: 3\n  - *a", "\ufeff", "a: |\n  x\n b", "<<: 1", "jobs: [{<<}]", "*a : 1", "&a : 1",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if strings.Contains(string(text), "count") && manyDigits.Match(text) {
			t.Skip("a million replicas are slow, not wrong")
		}
		file, err := Parse("f", text, here)
		var faults runner.Faults
		switch {
		case err == nil && len(file.Jobs) == 0:
			t.Fatal("neither jobs nor faults")
		case err == nil:
			if wrong := runner.Validate(file.Jobs); len(wrong) > 0 {
				t.Fatalf("accepted what the runner refuses: %v", wrong)
			}
		case !errors.As(err, &faults) || len(faults) == 0:
			t.Fatalf("no runner.Faults: %v", err)
		}
		for _, e := range faults {
			var fault *Fault
			if !errors.As(e, &fault) || fault.Line < 1 || fault.Column < 1 {
				t.Fatalf("a fault without a place: %v", e)
			}
		}
	})
}
