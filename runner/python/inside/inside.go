package inside

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

//go:embed sitecustomize.py
var source []byte

const sourceName = "sitecustomize.py"

// variable tells the interpreter what it was given. It is gone before the script runs.
const variable = "PARALLAX_INSIDE"

// Eye looks into Python processes. Its methods may be called from any goroutine.
type Eye struct {
	folder func() (string, error)
}

// New returns an eye that keeps its one small file in the user's folder for caches. It does nothing yet.
func New() *Eye {
	return &Eye{folder: sync.OnceValues(func() (string, error) {
		cache, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("find the folder for caches: %w", err)
		}
		return install(cache)
	})}
}

// install writes the file where it is not there yet, and returns its folder. The name of the folder
// changes with the file, so that runs of several versions do not disturb each other.
func install(cache string) (string, error) {
	sum := sha256.Sum256(source)
	dir := filepath.Join(cache, "parallax", "inside-"+hex.EncodeToString(sum[:6]))
	if strings.ContainsRune(dir, os.PathListSeparator) {
		return "", fmt.Errorf("%s: a path with %q cannot be in PYTHONPATH", dir, os.PathListSeparator)
	}
	path := filepath.Join(dir, sourceName)
	if have, err := os.ReadFile(path); err == nil && string(have) == string(source) {
		return dir, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	draft, err := os.CreateTemp(dir, "."+sourceName) // another may be writing it, too
	if err != nil {
		return "", err
	}
	_, err = draft.Write(source)
	err = errors.Join(err, draft.Close())
	if err == nil {
		err = os.Rename(draft.Name(), path)
	}
	if err != nil {
		return "", errors.Join(err, os.Remove(draft.Name()))
	}
	return dir, nil
}

// Prepare makes a process of a command ready to be looked into, if it is a Python. It returns the
// environment for it, made from env, and a file that it is to inherit as descriptor fd, for [Eye.Stack];
// the caller closes the file when the process is over. Without a file there is nothing to look into and
// env is as it was.
func (e *Eye) Prepare(argv, env []string, fd int) ([]string, *os.File, error) {
	old, had := lookup(env, "PYTHONPATH")
	if !isPython(argv) || had && old == "" { // set to nothing, it means something else to Python 2 than to 3
		return env, nil, nil
	}
	file, signal, err := newFile()
	if err != nil || file == nil {
		return env, nil, err
	}
	dir, err := e.folder()
	if err != nil {
		file.Close()
		return env, nil, err
	}
	dev, ino, err := number(file)
	if err != nil {
		file.Close()
		return env, nil, err
	}
	path := dir
	if had {
		path += string(os.PathListSeparator) + old
	}
	env = slices.DeleteFunc(slices.Clone(env), func(pair string) bool {
		return strings.HasPrefix(pair, "PYTHONPATH=") || strings.HasPrefix(pair, variable+"=")
	})
	return append(env, "PYTHONPATH="+path, fmt.Sprintf("%s=%d:%d:%d:%d", variable, fd, dev, ino, signal)), file, nil
}

// lookup returns the value that a variable has in an environment, in which the last one counts.
func lookup(env []string, key string) (value string, ok bool) {
	for _, pair := range env {
		if v, found := strings.CutPrefix(pair, key+"="); found {
			value, ok = v, true
		}
	}
	return value, ok
}

// ErrOther says that a process is nothing that this package looks into.
var ErrOther = errors.New("no Python that tells where it is")

// Other reports whether an error of [Eye.Stack] wraps [ErrOther].
func (e *Eye) Other(err error) bool { return errors.Is(err, ErrOther) }
