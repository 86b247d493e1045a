package comparison

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"parallax/runner/journal"
)

// Open reads the comparison in a folder as far as it came. A last line that is not whole, because
// its writer was ended, is passed over.
func Open(dir string) (Record, error) {
	text, err := os.ReadFile(filepath.Join(dir, recordFile))
	if err != nil {
		return Record{}, fmt.Errorf("read the comparison: %w", err)
	}
	r := Record{Dir: dir}
	for n := 1; ; n++ {
		row, rest, whole := bytes.Cut(text, []byte("\n"))
		if !whole {
			break
		}
		text = rest
		var l line
		if err := json.Unmarshal(row, &l); err != nil {
			return r, fmt.Errorf("%s:%d: %w", filepath.Join(dir, recordFile), n, err)
		}
		if l.Info != nil && l.Info.Format > Format {
			return r, fmt.Errorf("%s was written by a newer parallax (format %d; this one knows %d)", dir, l.Info.Format, Format)
		}
		r.take(l)
	}
	if r.ID == "" {
		return r, fmt.Errorf("%s says nothing: it was ended while it began", filepath.Join(dir, recordFile))
	}
	return r, nil
}

// List returns all comparisons below root, newest first. Those that cannot be read are left out; errs
// says why.
func List(root string) (all []Record, errs []error) {
	names, err := ids(root)
	if err != nil {
		return nil, []error{err}
	}
	for _, name := range names {
		r, err := Open(filepath.Join(root, name))
		if err != nil {
			errs = append(errs, err)
			continue
		}
		all = append(all, r)
	}
	return all, errs
}

// ids lists the comparisons, newest first.
func ids(root string) ([]string, error) {
	entries, err := os.ReadDir(root)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list the comparisons: %w", err)
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() && journal.IsID(e.Name()) {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	slices.Reverse(names)
	return names, nil
}

// ErrNone says that nothing has the name that was asked for.
var ErrNone = errors.New("no such comparison")

// Find returns the folder of the comparison that ref names: an id, the beginning of just one, or a
// name, which means the latest of that name; "" is the latest of all. Without one the error is [ErrNone].
func Find(root, ref string) (string, error) {
	names, err := ids(root)
	if err != nil {
		return "", err
	}
	if ref == "" && len(names) > 0 {
		return filepath.Join(root, names[0]), nil
	}
	var hits []string
	for _, name := range names {
		if ref != "" && strings.HasPrefix(name, ref) {
			hits = append(hits, name)
		}
	}
	switch {
	case slices.Contains(hits, ref):
		return filepath.Join(root, ref), nil
	case len(hits) == 1:
		return filepath.Join(root, hits[0]), nil
	case len(hits) > 1:
		return "", fmt.Errorf("%q is the beginning of %d comparisons: %s", ref, len(hits), strings.Join(hits, ", "))
	}
	for _, name := range names {
		if r, err := Open(filepath.Join(root, name)); err == nil && ref != "" && r.Name == ref {
			return r.Dir, nil
		}
	}
	return "", ErrNone
}

// FindRun returns the folder of the run of any comparison below root that ref names: its id or the
// beginning of just one. Without one the error is [ErrNone].
func FindRun(root, ref string) (string, error) {
	if ref == "" || filepath.Base(ref) != ref || strings.ContainsAny(ref, `*?[\`) {
		return "", ErrNone
	}
	hits, err := filepath.Glob(filepath.Join(escape(root), "*", runsDir, ref+"*"))
	if err != nil {
		return "", fmt.Errorf("look for run %s in the comparisons: %w", ref, err)
	}
	hits = slices.DeleteFunc(hits, func(h string) bool { return !journal.IsID(filepath.Base(h)) })
	if len(hits) == 0 {
		return "", ErrNone
	}
	if len(hits) > 1 {
		return "", fmt.Errorf("%q is the beginning of %d runs of comparisons", ref, len(hits))
	}
	return hits[0], nil
}

// escape makes a path that stands for itself in a pattern.
func escape(path string) string {
	return strings.NewReplacer(`*`, `[*]`, `?`, `[?]`, `[`, `[[]`).Replace(path)
}
