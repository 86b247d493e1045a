package cli

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"parallax/monitor/comparison"
	"parallax/runner/journal"
)

const aboutPast = `RUN and COMPARISON are an id, the beginning of just one id, or a name given with --name, which means
the latest of that name. A round of a comparison is a run, too, named by its id. Without one it is the
latest of all runs and comparisons.`

// comparisons is the folder of all comparisons.
func comparisons() (string, error) {
	root, err := comparison.Root()
	if err != nil {
		return "", &usageError{err: err}
	}
	return root, nil
}

// findPast returns the folder of the run or the comparison that an argument names, the latest without one.
func findPast(args []string) (dir string, compared bool, err error) {
	root, err := runs()
	if err != nil {
		return "", false, err
	}
	among, err := comparisons()
	if err != nil {
		return "", false, err
	}
	if len(args) == 0 || args[0] == "" {
		return newest(root, among)
	}
	ref := args[0]
	run, noRun := journal.Find(root, ref)
	made, none := comparison.Find(among, ref)
	switch {
	case noRun == nil && none == nil:
		return oneOf(ref, run, made)
	case none == nil && onlyBegins(made, ref) && begins(root, ref):
		return "", false, &usageError{err: noRun}
	case none == nil:
		return made, true, nil
	case noRun == nil && onlyBegins(run, ref) && !errors.Is(none, comparison.ErrNone):
		return "", false, &usageError{err: none}
	case noRun == nil:
		return run, false, nil
	case !errors.Is(none, comparison.ErrNone):
		return "", false, &usageError{err: none}
	}
	dir, err = findRound(root, ref, noRun)
	return dir, false, err
}

// onlyBegins reports whether ref names a folder by being the beginning of its id.
func onlyBegins(dir, ref string) bool {
	id := filepath.Base(dir)
	return id != ref && strings.HasPrefix(id, ref)
}

// begins reports whether ref is the beginning of some run's id.
func begins(root, ref string) bool {
	entries, _ := os.ReadDir(root) // who found no run there has said so
	return slices.ContainsFunc(entries, func(e os.DirEntry) bool { return journal.IsID(e.Name()) && strings.HasPrefix(e.Name(), ref) })
}

// findRound returns the folder of the round of a comparison that ref names, where no run below root was
// found, for the reason told.
func findRound(root, ref string, noRun error) (string, error) {
	among, err := comparisons()
	if err != nil {
		return "", err
	}
	if ref == "" || begins(root, ref) { // several do
		return "", &usageError{err: noRun}
	}
	switch round, err := comparison.FindRun(among, ref); {
	case err == nil:
		return round, nil
	case !errors.Is(err, comparison.ErrNone):
		return "", &usageError{err: err}
	}
	if made, err := comparison.Find(among, ref); err == nil {
		id := filepath.Base(made)
		return "", usagef("its rounds are runs: parallax show "+id+" lists them", "%q is a comparison, and not a run", ref)
	}
	return "", &usageError{err: noRun}
}

// oneOf chooses between a run and a comparison that ref both names: the one whose id it is, or the later
// one of a name. What is the beginning of both ids is refused.
func oneOf(ref, run, made string) (dir string, compared bool, err error) {
	a, b := filepath.Base(run), filepath.Base(made)
	switch {
	case ref == a:
		return run, false, nil
	case ref == b:
		return made, true, nil
	case strings.HasPrefix(a, ref) && strings.HasPrefix(b, ref):
		return "", false, usagef("give more of it", "%q is the beginning of a run and of a comparison: %s, %s", ref, a, b)
	}
	rec, err := comparison.Open(made)
	if err != nil {
		return "", false, err
	}
	return later(run, rec)
}

// newest returns the latest of all runs and comparisons that can be read.
func newest(root, among string) (dir string, compared bool, err error) {
	run, err := journal.Find(root, "")
	all, _ := comparison.List(among) // `parallax history` says what cannot be read
	if len(all) == 0 {
		if err != nil {
			return "", false, &usageError{err: err}
		}
		return run, false, nil
	}
	made := slices.MaxFunc(all, func(a, b comparison.Record) int { return a.Start.Compare(b.Start) })
	if err == nil {
		return later(run, made)
	}
	return made.Dir, true, nil
}

// later chooses what was started later: a run or a comparison.
func later(run string, made comparison.Record) (dir string, compared bool, err error) {
	from, err := journal.Open(run)
	if err != nil {
		return "", false, err
	}
	if made.Start.After(from.Info().Start) {
		return made.Dir, true, nil
	}
	return run, false, nil
}
