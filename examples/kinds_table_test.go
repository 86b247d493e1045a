//go:build linux

package examples

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"parallax/runner/python/which"
	"parallax/runner/python/which/whichtest"
)

// helpers are what scripts import: they are no scripts.
var helpers = []string{"meeting.py", "shapes.py", "__pycache__"}

// table is what docs/models.md says: by script and model, a cell.
type table map[string]map[string]string

// scriptLink is how a row names its script.
var scriptLink = regexp.MustCompile(`\]\(\.\./examples/kinds/([^)/]+)/?\)`)

// readTable reads the table below the heading "What differs".
func readTable(t *testing.T) table {
	t.Helper()
	text, err := os.ReadFile("../docs/models.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(text), "\n## What differs\n")
	if !found {
		t.Fatal(`docs/models.md has no heading "What differs"`)
	}
	section, _, _ = strings.Cut(section, "\n## ")
	rows := table{}
	var columns [][]string // the models of each column
	for line := range strings.Lines(section) {
		if !strings.HasPrefix(line, "|") {
			continue
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		switch {
		case columns == nil:
			for _, cell := range cells[1:] {
				var names []string
				for _, name := range code.FindAllStringSubmatch(cell, -1) {
					names = append(names, name[1])
				}
				columns = append(columns, names)
			}
			continue
		case strings.HasPrefix(line, "|---"):
			continue
		}
		link := scriptLink.FindStringSubmatch(cells[0])
		if link == nil || len(cells) != len(columns)+1 {
			t.Errorf("docs/models.md: no script, or not a cell for each model, in the row %s", line)
			continue
		}
		if rows[link[1]] != nil {
			t.Errorf("docs/models.md: %s has two rows", link[1])
		}
		rows[link[1]] = map[string]string{}
		for i, names := range columns {
			for _, name := range names {
				rows[link[1]][name] = strings.TrimSpace(cells[i+1])
			}
		}
	}
	return rows
}

// claim is what a cell says of one Python.
type claim uint8

const (
	same    claim = iota
	warned        // the same, but for a line of parallax in standard error
	differs       // not the same
	refused       // nothing is started
)

// condition is what may stand before a colon in a cell: the versions that the words are about.
var condition = regexp.MustCompile(`^(?:(free-threaded)|(before )?(\d\.\d+)( and later)?): (.*)$`)

// claimOf returns what a cell says of a Python: the first of its parts, between semicolons, that is about it.
func claimOf(cell string, p which.Python) (claim, error) {
	for part := range strings.SplitSeq(cell, "; ") {
		if m := condition.FindStringSubmatch(part); m != nil {
			about := m[1] != "" && p.FreeThreaded
			if m[3] != "" {
				from := p.AtLeast(m[3])
				about = from && !p.AtLeast(after(m[3]))
				if m[2] != "" {
					about = !from
				} else if m[4] != "" {
					about = from
				}
			}
			if !about {
				continue
			}
			part = m[5]
		}
		switch {
		case part == "same":
			return same, nil
		case strings.HasPrefix(part, "same, with a warning"):
			return warned, nil
		case strings.HasPrefix(part, "same"), part == "":
			return same, fmt.Errorf("the cell %q begins with same, and says neither that alone nor \"same, with a warning\"", cell)
		case strings.HasPrefix(part, "refused"):
			return refused, nil
		}
		return differs, nil
	}
	return same, fmt.Errorf("the cell %q says nothing of Python %s", cell, p.Version)
}

// after returns the minor version that follows one.
func after(version string) string {
	major, minor, _ := strings.Cut(version, ".")
	n, err := strconv.Atoi(minor)
	if err != nil {
		return version
	}
	return major + "." + strconv.Itoa(n+1)
}

func TestCellsOfTheTable(t *testing.T) {
	old, new, free := which.Python{Version: "3.8.18"}, which.Python{Version: "3.14.6"}, which.Python{Version: "3.14.7", FreeThreaded: true}
	for _, c := range []struct {
		cell string
		p    which.Python
		want claim
	}{
		{"same", old, same},
		{"it ends", old, differs},
		{"same, with a warning: it may hang", new, warned},
		{"refused: a thread runs a script", new, refused},
		{"3.12 and later: one profiler; same", old, same},
		{"3.12 and later: one profiler; same", new, differs},
		{"before 3.12: one profiler; same", old, differs},
		{"before 3.12: one profiler; same", new, same},
		{"3.8: one profiler; same", old, differs},
		{"3.8: one profiler; same", new, same},
		{"free-threaded: same; one for all", free, same},
		{"free-threaded: same; one for all", new, differs},
	} {
		if got, err := claimOf(c.cell, c.p); got != c.want || err != nil {
			t.Errorf("claimOf(%q, %s) = %d, %v, want %d", c.cell, c.p.Version, got, err, c.want)
		}
	}
	for _, cell := range []string{"", "same but for the end", "3.12 and later: same"} {
		if _, err := claimOf(cell, old); err == nil {
			t.Errorf("claimOf(%q) is no fault", cell)
		}
	}
}

// TestEveryKindHasARow compares the names in the table with the files.
func TestEveryKindHasARow(t *testing.T) {
	rows := readTable(t)
	entries, err := os.ReadDir("kinds")
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for _, e := range entries {
		if slices.Contains(helpers, e.Name()) {
			continue
		}
		there[e.Name()] = true
		if rows[e.Name()] == nil {
			t.Errorf("examples/kinds/%s has no row in docs/models.md", e.Name())
		}
	}
	for script, cells := range rows {
		if !there[script] {
			t.Errorf("docs/models.md has a row for %s, which is not there", script)
		}
		for _, m := range models {
			if cells[m.name] == "" {
				t.Errorf("docs/models.md says nothing of %s as %s", script, m.name)
			}
		}
	}
	for script := range kinds {
		if !there[script] {
			t.Errorf("there are arguments for %s, which is not there", script)
		}
	}
}

// TestScriptsDoWhatTheTableSays runs two copies of every script at once under plain python and in every
// model. A script that differs where the table says that it is the same fails, and so does one that is
// the same where the table says that it differs.
func TestScriptsDoWhatTheTableSays(t *testing.T) {
	rows := readTable(t)
	s := newStage(t)
	for i, p := range pythons(t) {
		name := p.Version
		if p.FreeThreaded {
			name += "t"
		}
		t.Run(name, func(t *testing.T) {
			wants := map[copyOf]end{}
			var mu sync.Mutex
			t.Run("plain", func(t *testing.T) {
				for script := range rows {
					t.Run(script, func(t *testing.T) {
						t.Parallel()
						ends := s.plain(t, p.Path, t.TempDir(), script)
						mu.Lock()
						defer mu.Unlock()
						maps.Copy(wants, ends)
					})
				}
			})
			for _, m := range models {
				due := m.when == both || m.when == newest && i == 0 || everything()
				if due && (m.can == nil || m.can(p)) {
					t.Run(m.name, func(t *testing.T) { s.holds(t, rows, m, p, wants) })
				}
			}
		})
	}
}

// holds holds one model against the table. Scripts that are the same there run together, each other's
// neighbours. Those that differ change what they share, so they run apart: with each other, or, when
// everything is tested, each alone.
func (s *stage) holds(t *testing.T, rows table, m model, p which.Python, wants map[copyOf]end) {
	t.Helper()
	says := map[string]claim{}
	groups := map[string][]string{}
	for _, script := range slices.Sorted(maps.Keys(rows)) {
		c, err := claimOf(rows[script][m.name], p)
		if err != nil {
			t.Errorf("%s: %v", script, err)
			continue
		}
		if text := rows[script][m.name]; !everything() && (strings.Contains(text, "may hang") || strings.Contains(text, "warning: it forks")) {
			t.Run(script, func(t *testing.T) {
				t.Skip("the child of a fork beside other threads hangs now and then: tested with " + whichtest.Var)
			})
			continue
		}
		says[script] = c
		group := "together"
		switch k := kinds[script]; {
		case c == refused, k.told, c == differs && (k.alone || everything()):
			group = script
		case c == differs:
			group = "apart"
		}
		groups[group] = append(groups[group], script)
	}
	for name, group := range groups {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ends, why := s.under(t, m, p.Path, filepath.Join(t.TempDir(), "run"), group)
			for _, script := range group {
				t.Run(script, func(t *testing.T) { compare(t, script, says[script], why, ends, wants) })
			}
		})
	}
}

// compare compares both copies of a script with what they are under plain python.
func compare(t *testing.T, script string, says claim, why string, ends, wants map[copyOf]end) {
	t.Helper()
	if (why != "") != (says == refused) {
		t.Errorf("refused: %q", why)
		return
	}
	if why != "" {
		return
	}
	different, notices := false, 0
	for _, c := range []copyOf{{script, false}, {script, true}} {
		got := ends[c]
		notices += got.notices
		how := got.differs(wants[c])
		if how == "" {
			continue
		}
		different = true
		if says == differs {
			t.Logf("%s: %s", c, how)
		} else {
			t.Errorf("%s differs: %s", c, how)
		}
	}
	switch {
	case says == differs && !different:
		t.Errorf("%s differs, says docs/models.md, and does not", script)
	case says == same && notices > 0:
		t.Errorf("%s: there are %d lines of parallax in its errors, and docs/models.md tells of no warning", script, notices)
	case says == warned && notices == 0:
		t.Errorf("%s: there is no warning, and docs/models.md tells of one", script)
	}
}
