// Command report reads what `go test -json` prints and tells it as people want it: a line for each
// package, the whole output of what failed, and at the end every skipped test with its reason, which
// also goes into the file named by the argument. It fails when a test did.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// event is one line of `go test -json`: see `go doc test2json`.
type event struct {
	Action     string
	Package    string
	ImportPath string // of build-output
	Test       string
	Output     string
	Elapsed    float64
}

type report struct {
	output  map[string][]string // by package and test
	skipped []skip
	failed  bool
	seen    bool
}

// skip is a test that did not run, and why.
type skip struct{ test, why string }

func main() {
	r := report{output: map[string][]string{}}
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	for {
		line, err := in.ReadString('\n')
		r.line(line)
		if err != nil {
			break
		}
	}
	if len(os.Args) > 1 {
		if err := os.WriteFile(os.Args[1], []byte(r.summary()), 0o600); err != nil {
			fmt.Fprintln(os.Stderr, "report:", err)
			os.Exit(1)
		}
	}
	if r.failed || !r.seen {
		os.Exit(1)
	}
}

func (r *report) line(line string) {
	var e event
	if json.Unmarshal([]byte(line), &e) != nil { // of go itself, such as a module that cannot be found
		fmt.Print(line)
		return
	}
	key := e.Package + " " + e.Test
	switch e.Action {
	case "build-output":
		fmt.Print(e.Output)
	case "build-fail":
		r.failed = true
	case "output":
		r.output[key] = append(r.output[key], e.Output)
	case "fail":
		r.failed, r.seen = true, true
		fmt.Print("   FAIL "+key+"\n", strings.Join(r.output[key], ""))
		delete(r.output, key)
		if e.Test == "" {
			r.unended(e.Package)
		}
	case "skip":
		if e.Test != "" {
			r.skipped = append(r.skipped, skip{key, reason(r.output[key])})
		}
	case "pass":
		r.seen = true
		if e.Test == "" {
			fmt.Printf("   ok   %-40s %6.1f s\n", e.Package, e.Elapsed)
		}
	}
	if e.Action == "pass" || e.Action == "skip" {
		delete(r.output, key)
	}
}

// unended prints what the tests of a failed package said that never came to an end: that is where
// one is found that hung, or that ended the whole program.
func (r *report) unended(pkg string) {
	for _, key := range slices.Sorted(maps.Keys(r.output)) {
		if strings.HasPrefix(key, pkg+" ") {
			fmt.Print("   not ended: "+key+"\n", strings.Join(r.output[key], ""))
			delete(r.output, key)
		}
	}
}

// reason finds what a skipped test said of itself: the last lines that are not go test's own.
func reason(output []string) string {
	var said []string
	for _, line := range output {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "===") || strings.HasPrefix(line, "---") {
			continue
		}
		said = append(said, line)
	}
	if len(said) == 0 {
		return "no reason given"
	}
	return strings.Join(said, " ")
}

func (r *report) summary() string {
	slices.SortFunc(r.skipped, func(a, b skip) int { return strings.Compare(a.test, b.test) })
	var b strings.Builder
	names := make([]string, len(r.skipped))
	for i, s := range r.skipped {
		fmt.Fprintf(&b, "   skipped %s: %s\n", s.test, s.why)
		_, names[i], _ = strings.Cut(s.test, " ")
	}
	fmt.Fprintf(&b, "%d tests skipped: %s\n", len(names), strings.Join(names, ", "))
	return b.String()
}
