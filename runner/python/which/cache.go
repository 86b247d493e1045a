package which

import (
	"cmp"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
)

// format is that of the file. One of another format is as good as none.
const format = 1

// mostKept bounds the file: environments come and go.
const mostKept = 500

// kept is an answer in the file.
type kept struct {
	stamp
	Is    Python `json:"is,omitzero"`
	Real  stamp  `json:"real,omitzero"`   // of the interpreter behind the path
	Fault string `json:"fault,omitempty"` // why there is none
}

type cacheText struct {
	Format  int    `json:"format"`
	Answers []kept `json:"answers"`
}

// store is the answers in a file. Its methods may be called from any goroutine; nil keeps nothing.
type store struct {
	path string

	mu    sync.Mutex
	known map[stamp]kept // nil until it was read
	fresh []kept         // not written yet
}

// stores has one for each file.
var stores sync.Map // of string to *store

func storeAt(path string) *store {
	if path == "" {
		return nil
	}
	s, _ := stores.LoadOrStore(path, &store{path: path})
	return s.(*store)
}

// cacheFile is where answers are kept, or "" when the environment names no place.
func cacheFile(env []string) string {
	if env == nil {
		env = os.Environ()
	}
	home, dir := lookup(env, "HOME"), lookup(env, "XDG_CACHE_HOME")
	switch {
	case filepath.IsAbs(dir):
	case runtime.GOOS == "windows":
		dir = lookup(env, "LocalAppData")
	case runtime.GOOS == "darwin" && home != "":
		dir = filepath.Join(home, "Library", "Caches")
	case home != "":
		dir = filepath.Join(home, ".cache")
	}
	if !filepath.IsAbs(dir) {
		return ""
	}
	return filepath.Join(dir, "parallax", "pythons.json")
}

func (s *store) get(key stamp) (answer, bool) {
	if s == nil {
		return answer{}, false
	}
	s.mu.Lock()
	if s.known == nil {
		s.known = read(s.path)
	}
	k, ok := s.known[key]
	s.mu.Unlock()
	if !ok || k.Fault == "" && k.Real != behind(k.Is.Real) {
		return answer{}, false
	}
	if k.Fault != "" {
		return answer{err: errors.New(k.Fault)}, true
	}
	return answer{is: k.Is}, true
}

func (s *store) put(key stamp, a answer) {
	if s == nil {
		return
	}
	k := kept{stamp: key, Is: a.is, Real: behind(a.is.Real)}
	if a.err != nil {
		k = kept{stamp: key, Fault: a.err.Error()}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fresh = append(s.fresh, k)
}

// behind is the state of the interpreter that an answer names.
func behind(path string) stamp {
	info, err := os.Stat(path)
	if path == "" || err != nil {
		return stamp{}
	}
	return stamp{Path: path, Size: info.Size(), Changed: info.ModTime().UnixNano()}
}

// flush writes what is new, beside what others have written meanwhile. A file that cannot be written
// costs the time of asking again and nothing else, so nobody is told.
func (s *store) flush() {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.fresh) == 0 {
		return
	}
	all := read(s.path)
	maps.DeleteFunc(all, func(_ stamp, k kept) bool { return !current(k.stamp) })
	if len(all) > mostKept {
		clear(all)
	}
	for _, k := range s.fresh {
		all[k.stamp] = k
	}
	s.known, s.fresh = all, nil
	_ = write(s.path, all)
}

// current reports whether the file that an answer is about is still what it was.
func current(k stamp) bool {
	now := behind(k.Path)
	now.Given = k.Given
	return now == k
}

// read returns what a file holds that makes sense.
func read(path string) map[stamp]kept {
	known := map[stamp]kept{}
	data, err := os.ReadFile(path)
	var text cacheText
	if err != nil || json.Unmarshal(data, &text) != nil || text.Format != format {
		return known
	}
	for _, k := range text.Answers {
		if k.Fault != "" || k.Is.valid() {
			known[k.stamp] = k
		}
	}
	return known
}

// write replaces the file in one step, so that nobody reads half of it.
func write(path string, known map[stamp]kept) error {
	text := cacheText{Format: format, Answers: slices.SortedFunc(maps.Values(known), func(a, b kept) int {
		if a.Path != b.Path {
			return cmp.Compare(a.Path, b.Path)
		}
		return cmp.Compare(a.Given, b.Given)
	})}
	data, err := json.MarshalIndent(text, "", "\t")
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".pythons-*")
	if err != nil {
		return err
	}
	_, err = f.Write(append(data, '\n'))
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // the first fault is the one
	}
	return err
}
