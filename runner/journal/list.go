package journal

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"parallax/runner"
)

// Summary is a run in a list.
type Summary struct {
	Dir      string
	ID       string
	Name     string
	Start    time.Time
	Duration time.Duration // while it had something to do, or to its last event when it was not closed
	Status   Status
	Tasks    int
	First    string         // the name of its first job
	Models   []runner.Model // of the first jobs, each once
	Ended    Tally
	Reason   string // why it was ended early; for a damaged folder what is wrong with it
}

// List returns all runs below root, newest first, and folders that hold no run that can be read,
// as damaged. A root that does not exist holds none.
func List(root string) ([]Summary, error) {
	names, err := folders(root)
	if err != nil {
		return nil, err
	}
	out := make([]Summary, 0, len(names))
	for _, name := range names {
		s, err := summarize(filepath.Join(root, name))
		if errors.Is(err, fs.ErrNotExist) && gone(s.Dir) {
			continue // removed since
		}
		if err != nil {
			s.Status, s.Reason = Damaged, err.Error()
		}
		out = append(out, s)
	}
	slices.SortStableFunc(out, func(a, b Summary) int { return b.Start.Compare(a.Start) })
	return out, nil
}

func gone(dir string) bool {
	_, err := os.Lstat(dir)
	return errors.Is(err, fs.ErrNotExist)
}

// folders returns the names of the folders below root, the last in order first. Hidden ones are
// being made or removed.
func folders(root string) ([]string, error) {
	entries, err := os.ReadDir(root)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	slices.Reverse(names)
	return names, nil
}

// summarize reads as little of a run as its line in a list needs.
func summarize(dir string) (Summary, error) {
	s := Summary{Dir: dir, ID: filepath.Base(dir)}
	if at, err := time.Parse(idLayout, s.ID[:min(len(idLayout), len(s.ID))]); err == nil {
		s.Start = at // until run.json says it better
	}
	info, err := readHead(dir)
	if err != nil {
		return s, err
	}
	s.Name, s.Start, s.Tasks, s.First, s.Models = info.Name, info.Start, info.Tasks, info.first, info.models
	tail, err := readTail(filepath.Join(dir, eventsFile))
	if err != nil {
		return s, err
	}
	d := newDecoder(info.Tasks)
	closed := false
	for line := range bytes.Lines(tail) {
		if typ, _ := typeOf(line); typ == "run_ended" {
			scan := &scanner{data: line}
			ev, ended := d.runEndedTally(scan)
			if scan.err == nil {
				closed, s.Ended, s.Reason, s.Duration = true, ended, ev.Reason, cmp.Or(ev.Took, ev.When())
			}
		}
	}
	if s.Status = info.status(dir, closed); s.Status != Ended {
		err := s.tally(info)
		return s, err
	}
	return s, nil
}

// tailSize is how much of a journal is read for its end: after the line that closes the run there
// is at most a sentence or two.
const tailSize = 1 << 16

// readTail returns the last lines of a file, the first of which may be cut.
func readTail(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Size() > tailSize {
		if _, err := f.Seek(-tailSize, io.SeekEnd); err != nil {
			return nil, err
		}
	}
	return io.ReadAll(io.LimitReader(f, 2*tailSize))
}

// tally counts the ends of a run that was not closed. Figures are skipped but for the time of the
// last ones.
func (s *Summary) tally(info Info) error {
	r := &Reader{dir: s.Dir, info: info}
	d := newDecoder(info.Tasks)
	last := make([]runner.Status, max(info.Tasks, 0))
	var sample []byte
	err := r.lines(nil, func(_ int, line []byte, bad error) bool {
		if bytes.HasPrefix(line, samplePrefix) {
			sample = append(sample[:0], line...)
			return true
		}
		ev, err := d.event(line)
		if bad != nil || err != nil {
			return true // a list is no place for warnings
		}
		switch ev := ev.(type) {
		case runner.TaskQueued:
			last[ev.Task] = runner.Queued
		case runner.TaskEnded:
			last[ev.Task] = ev.Status
		}
		s.Duration = max(s.Duration, ev.When())
		return true
	})
	if ev, err := d.event(sample); err == nil {
		s.Duration = max(s.Duration, ev.When())
	}
	for _, status := range last {
		s.Ended.add(status)
	}
	return err
}

// Find returns the folder of the run that ref names: an id, the beginning of just one id, or a name
// of runs, which means the latest of them. "" is the latest run of all that can be read.
func Find(root, ref string) (dir string, err error) {
	names, err := folders(root)
	if err != nil {
		return "", err
	}
	names = slices.DeleteFunc(names, func(n string) bool { return !IsID(n) })
	if len(names) == 0 {
		return "", fmt.Errorf("there are no runs in %s yet: start one with `parallax run`", root)
	}
	if ref != "" {
		matches := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return !strings.HasPrefix(n, ref) })
		if len(matches) == 1 {
			return filepath.Join(root, matches[0]), nil
		}
		if dir := latest(root, names, ref); dir != "" {
			return dir, nil
		}
		if len(matches) > 1 {
			return "", ambiguous(ref, matches)
		}
		return "", fmt.Errorf("no run has the id or the name %q: `parallax history` lists them", ref)
	}
	if dir := latest(root, names, ""); dir != "" {
		return dir, nil
	}
	return "", fmt.Errorf("none of the %d runs in %s can be read: `parallax history` says why", len(names), root)
}

// maxCandidates bounds how many runs an error names.
const maxCandidates = 8

func ambiguous(ref string, ids []string) error {
	shown, more := ids, ""
	if len(ids) > maxCandidates {
		shown, more = ids[:maxCandidates], fmt.Sprintf(" and %d more", len(ids)-maxCandidates)
	}
	return fmt.Errorf("%q is the beginning of %d runs: %s%s: give more of it", ref, len(ids), strings.Join(shown, ", "), more)
}

// latest returns the folder of the newest run that has the name, or that can be read if name is "".
// ids come newest second first; within a second run.json tells which began later.
func latest(root string, ids []string, name string) string {
	type candidate struct {
		dir   string
		start time.Time
	}
	for len(ids) > 0 {
		second, found := ids[0][:len(idLayout)], []candidate(nil)
		for len(ids) > 0 && strings.HasPrefix(ids[0], second) {
			dir := filepath.Join(root, ids[0])
			if info, err := readHead(dir); err == nil && (name == "" || info.Name == name) {
				found = append(found, candidate{dir, info.Start})
			}
			ids = ids[1:]
		}
		if len(found) > 0 {
			return slices.MaxFunc(found, func(a, b candidate) int {
				return cmp.Or(a.start.Compare(b.start), strings.Compare(a.dir, b.dir))
			}).dir
		}
	}
	return ""
}
