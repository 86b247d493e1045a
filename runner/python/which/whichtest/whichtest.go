// Package whichtest chooses the Pythons that tests run on. A machine may have a dozen, and what holds
// on one mostly holds on its neighbours: without being asked for more, tests take the few that differ.
package whichtest

import (
	"hash/fnv"
	"os"
	"slices"
	"strings"
	"testing"

	"parallax/runner/python/which"
)

// Var is a variable of the environment: "all" has tests run on all Pythons, anything else on those
// whose path holds it.
const Var = "PARALLAX_TEST_PYTHON"

// Every returns the Pythons that fit, one of each minor version and build, newest first. With none it
// skips the test.
func Every(tb testing.TB, fits func(which.Python) error) []which.Python {
	tb.Helper()
	var found []which.Python
	only := os.Getenv(Var)
	for _, p := range which.All() {
		if fits(p) == nil && (only == "all" || strings.Contains(p.Path, only)) && !slices.ContainsFunc(found, p.Same) {
			found = append(found, p)
		}
	}
	if len(found) == 0 {
		tb.Skip("no Python was found in PATH or in pyenv that this can run on")
	}
	return found
}

// Few returns of those the newest with a GIL and one more: the newest without a GIL, the newest without
// sys.monitoring, or the oldest, by turns of the tests' names, so that a suite meets them all and a test always
// the same. With -short it is only the newest. Where [Var] is set it is [Every].
func Few(tb testing.TB, fits func(which.Python) error) []which.Python {
	tb.Helper()
	all := Every(tb, fits)
	if os.Getenv(Var) != "" {
		return all
	}
	kinds := []func(which.Python) bool{
		func(p which.Python) bool { return !p.FreeThreaded },
		func(p which.Python) bool { return p.FreeThreaded },
		func(p which.Python) bool { return !p.AtLeast("3.12") },
	}
	var few []which.Python
	take := func(p which.Python) {
		if !slices.ContainsFunc(few, p.Same) {
			few = append(few, p)
		}
	}
	for _, kind := range kinds {
		if at := slices.IndexFunc(all, kind); at >= 0 {
			take(all[at])
		}
	}
	take(all[len(all)-1])
	switch {
	case testing.Short():
		return few[:1]
	case len(few) <= 2:
		return few
	}
	name, _, _ := strings.Cut(tb.Name(), "/")
	sum := fnv.New32a()
	sum.Write([]byte(name))
	return []which.Python{few[0], few[1+int(sum.Sum32()%uint32(len(few)-1))]}
}

// Name is what a subtest for a Python is called.
func Name(p which.Python) string {
	if p.FreeThreaded {
		return p.Version + "t"
	}
	return p.Version
}
