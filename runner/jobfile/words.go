package jobfile

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"parallax/runner"
)

var anyReplacement = regexp.MustCompile(strings.TrimPrefix(replacementForm.String(), "^"))

// Plain reports whether words mean themselves to a shell, so that a script may be given them without
// one. A {%} does not: the number of the worker is known to a shell only.
func Plain(words []string) bool {
	return !slices.ContainsFunc(words, func(w string) bool {
		if slices.Contains(anyReplacement.FindAllString(w, -1), "{%}") {
			return true
		}
		rest := anyReplacement.ReplaceAllLiteralString(w, "x")
		return !plainWord(rest) || strings.HasPrefix(w, "~")
	})
}

// arguments are words with replacement strings that make up the arguments of a script.
type arguments []template

func newArguments(words []string, columns int) (arguments, error) {
	var out arguments
	var faults runner.Faults
	replaces := false
	for _, w := range words {
		t, wrong := cut(w, columns)
		faults = append(faults, wrong...)
		replaces = replaces || t.replaces()
		out = append(out, t)
	}
	if !replaces {
		last, _ := cut("{}", columns)
		out = append(out, last)
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return out, nil
}

// render fills in the arguments of job number seq. A {} that stands for several arguments makes
// several words, as a shell would.
func (a arguments) render(row []string, seq int) []string {
	var out []string
	for _, t := range a {
		words := []string{""}
		add := func(s string) { words[len(words)-1] += s }
		for _, p := range t {
			add(p.literal)
			switch {
			case p.what == '#':
				add(strconv.Itoa(seq))
			case p.what == 'a' && p.column >= 0:
				add(shorten(row[p.column], p.form))
			case p.what == 'a':
				for i, arg := range row {
					if i > 0 {
						words = append(words, "")
					}
					add(shorten(arg, p.form))
				}
			}
		}
		out = append(out, words...)
	}
	return out
}
