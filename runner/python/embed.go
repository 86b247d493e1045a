package python

import (
	"embed"
	"encoding/json"
	"fmt"
	"sync"
)

//go:embed host/*.py
var sources embed.FS

// parts are the modules of the host in the order in which they need each other.
var parts = [...]string{"local", "wire", "frames", "codes", "rest", "lines", "imports", "streams", "children", "kin", "births", "own", "control", "signals", "module", "script", "main", "sub"}

// bootstrap is what `python -c` runs: it reads the rest from the socket.
var bootstrap = sync.OnceValue(func() string { return source("boot") })

// program is the host as the bootstrap reads it: eight digits of length, then JSON.
var program = sync.OnceValue(func() []byte {
	var modules [][2]string
	for _, name := range parts {
		modules = append(modules, [2]string{name, source(name)})
	}
	text, err := json.Marshal(modules)
	if err != nil {
		panic(err) // strings always marshal
	}
	return append(fmt.Appendf(nil, "%08d", len(text)), text...)
})

func source(name string) string {
	text, err := sources.ReadFile("host/" + name + ".py")
	if err != nil {
		panic(err) // it is embedded
	}
	return string(text)
}
