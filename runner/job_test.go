package runner

import (
	"context"
	"testing"
)

// Only jobs of one kind foretell each other.
func TestJobsOfOneKindAreAlike(t *testing.T) {
	for _, c := range []struct {
		name string
		jobs []Job
		want bool
	}{
		{"none", nil, true},
		{"one", []Job{{Line: "make"}}, true},
		{"one script for several arguments", []Job{{Script: "a.py", Args: []string{"1"}}, {Script: "a.py", Args: []string{"2"}}}, true},
		{"two scripts", []Job{{Script: "a.py"}, {Script: "b.py"}}, false},
		{"one script in two Pythons", []Job{{Script: "a.py", Python: "3.13"}, {Script: "a.py", Python: "3.14"}}, false},
		{"one script in two models", []Job{{Script: "a.py", Model: Threads}, {Script: "a.py", Model: Processes}}, false},
		{"one command for several arguments", []Job{{Line: "gzip a", Template: "gzip {}"}, {Line: "gzip b", Template: "gzip {}"}}, true},
		{"two commands that look like one", []Job{{Line: "make test"}, {Line: "make lint"}}, false},
		{"replicas", []Job{{Argv: []string{"x"}, Group: "g", Name: "g.1"}, {Argv: []string{"x"}, Group: "g", Name: "g.2"}}, true},
		{"two Go functions", []Job{{Func: func(context.Context, *Call) error { return nil }, Name: "f"}, {Func: nil, Name: "g"}}, false},
	} {
		if got := alike(c.jobs); got != c.want {
			t.Errorf("%s: %t", c.name, got)
		}
	}
}
