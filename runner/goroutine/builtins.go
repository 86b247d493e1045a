package goroutine

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"strings"
	"sync"
	"time"

	"go.starlark.net/lib/json"
	starlarkmath "go.starlark.net/lib/math"
	"go.starlark.net/starlark"
)

// maxFile bounds what read_file returns, in bytes.
const maxFile = 256 << 20

type builtin = func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error)

// shared are the names that all scripts see with the same meaning. They are immutable.
var shared = sync.OnceValue(func() starlark.StringDict {
	d := starlark.StringDict{
		"__name__": starlark.String("__main__"),
		"math":     starlarkmath.Module,
		"json":     json.Module,
		countName:  starlark.NewBuiltin(countName, checkCount),
	}
	for name, f := range map[string]builtin{
		"print": print_, "str": str, "sleep": sleep, "now": now, "read_file": readFile, "sha256": sha256Hex,
		"__import__": import_, "sum": sum, "pow": pow, "divmod": divmod, "round": round,
		"hex": inBase, "oct": inBase, "bin": inBase,
	} {
		d[name] = starlark.NewBuiltin(name, f)
	}
	for _, name := range []string{
		"all", "any", "dict", "enumerate", "list", "max", "min", "reversed", "set", "sorted", "tuple", "zip",
	} {
		d[name] = bounded(name)
	}
	return d
})

func isPredeclared(name string) bool {
	return name == "args" || name == "env" || shared().Has(name)
}

// predeclare returns the names that the script of one job sees beyond Starlark's own.
func predeclare(t *task) starlark.StringDict {
	d := maps.Clone(shared())
	d["args"] = starlark.NewList(stringValues(t.args))
	env := starlark.NewDict(len(t.env))
	for k, v := range t.env {
		_ = env.SetKey(starlark.String(k), starlark.String(v)) // fails only for a frozen dict
	}
	d["env"] = env
	return d
}

func stringValues(list []string) []starlark.Value {
	out := make([]starlark.Value, len(list))
	for i, s := range list {
		out[i] = starlark.String(s)
	}
	return out
}

// print_ is Python's print without file: one write for each call, so that lines of jobs that share
// a log do not mix.
func print_(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	sep, end, flush := " ", "\n", false
	if err := starlark.UnpackArgs(b.Name(), nil, kwargs, "sep?", &sep, "end?", &end, "flush?", &flush); err != nil {
		return nil, err
	}
	if err := checkpoint(thread); err != nil {
		return nil, err
	}
	var out strings.Builder
	for i, v := range args {
		if i > 0 {
			out.WriteString(sep)
		}
		out.WriteString(asText(v))
	}
	out.WriteString(end)
	if _, err := taskOf(thread).log.Write([]byte(out.String())); err != nil {
		return nil, fmt.Errorf("print: %w", bare(err))
	}
	return starlark.None, nil
}

func sleep(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v starlark.Value
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 1, &v); err != nil {
		return nil, err
	}
	seconds, ok := starlark.AsFloat(v)
	if !ok {
		return nil, fmt.Errorf("sleep: got %s, want a number of seconds", v.Type())
	}
	d, err := duration(seconds)
	if err != nil {
		return nil, fmt.Errorf("sleep: %w", err)
	}
	err = taskOf(thread).sleep(d, func() string { return frames(thread.CallStack()) })
	return starlark.None, err
}

// duration turns seconds into a Duration. More than a Duration can hold is as long as it can.
func duration(seconds float64) (time.Duration, error) {
	if math.IsNaN(seconds) || seconds < 0 {
		return 0, fmt.Errorf("%v seconds: must be 0 or more", seconds)
	}
	if seconds >= math.MaxInt64/float64(time.Second) {
		return math.MaxInt64, nil
	}
	return time.Duration(seconds * float64(time.Second)), nil
}

func now(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 0); err != nil {
		return nil, err
	}
	return starlark.Float(float64(time.Now().UnixNano()) / 1e9), nil
}

// readFile reads regular files only: opening another kind can wait for ever, and end never.
func readFile(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var name string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "path", &name); err != nil {
		return nil, err
	}
	if err := checkpoint(thread); err != nil {
		return nil, err
	}
	path := inDir(taskOf(thread).dir, name)
	info, err := os.Stat(path)
	if err == nil {
		switch {
		case !info.Mode().IsRegular():
			err = errors.New("not a file")
		case info.Size() > maxFile:
			err = fmt.Errorf("has %d bytes: at most %d can be read at once", info.Size(), maxFile)
		}
	}
	var data []byte
	if err == nil {
		data, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("read_file: %s: %w", name, bare(err))
	}
	return starlark.String(data), nil
}

func sha256Hex(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v starlark.Value
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 1, &v); err != nil {
		return nil, err
	}
	var text string
	switch v := v.(type) {
	case starlark.String:
		text = string(v)
	case starlark.Bytes:
		text = string(v)
	default:
		return nil, fmt.Errorf("sha256: got %s, want string or bytes", v.Type())
	}
	h := sha256.New()
	for {
		if err := checkpoint(thread); err != nil {
			return nil, err
		}
		n := min(len(text), 1<<20) // about a millisecond's work
		h.Write([]byte(text[:n]))
		if text = text[n:]; text == "" {
			return starlark.String(hex.EncodeToString(h.Sum(nil))), nil
		}
	}
}
