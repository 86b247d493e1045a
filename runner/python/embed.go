package python

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

//go:embed host/*.py
var sources embed.FS

// parts are the modules of the host in the order in which they need each other.
var parts = [...]string{"local", "wire", "frames", "codes", "rest", "lines", "imports", "streams", "children", "kin", "births", "own", "control", "signals", "module", "script", "main", "sub"}

// bootstrap is what `python -c` runs: it reads the rest from the socket.
var bootstrap = sync.OnceValue(func() string { return source("boot") })

// program is the host as the bootstrap reads it: eight digits of length, then JSON: the beginning of the
// name of the file in which what was compiled is kept, or "", and the modules.
var program = sync.OnceValue(func() []byte {
	var modules [][2]string
	for _, name := range parts {
		modules = append(modules, [2]string{name, source(name)})
	}
	text, err := json.Marshal(modules)
	if err != nil {
		panic(err) // strings always marshal
	}
	kept, err := json.Marshal(keptAs(text))
	if err != nil {
		panic(err)
	}
	text = fmt.Appendf(nil, "[%s,%s]", kept, text)
	return append(fmt.Appendf(nil, "%08d", len(text)), text...)
})

// keptAs is the beginning of the path of the file in which interpreters keep what they have compiled of a
// program, in the user's folder for caches. It is "" where there is none that only the user can write to.
func keptAs(program []byte) string {
	cache, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	dir := filepath.Join(cache, "parallax", "hosts")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return ""
	}
	if info, err := os.Lstat(dir); err != nil || !info.IsDir() || info.Mode().Perm()&0o022 != 0 {
		return ""
	}
	sum := sha256.Sum256(program)
	return filepath.Join(dir, hex.EncodeToString(sum[:8]))
}

func source(name string) string {
	text, err := sources.ReadFile("host/" + name + ".py")
	if err != nil {
		panic(err) // it is embedded
	}
	return string(text)
}
