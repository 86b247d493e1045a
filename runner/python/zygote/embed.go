package zygote

import (
	"embed"
	"encoding/json"
	"strings"
	"sync"
)

//go:embed program/*.py
var sources embed.FS

// program is what `python -c` runs. It leaves no name in the script's __main__, so it is one
// expression. As a whole on the command line it makes room there for the scripts' own, which are
// written over it for whoever lists processes.
var program = sync.OnceValue(func() string {
	var all strings.Builder
	for _, name := range [...]string{"preload", "child", "main"} {
		text, err := sources.ReadFile("program/" + name + ".py")
		if err != nil {
			panic(err) // it is embedded
		}
		all.Write(text)
	}
	return `exec(compile(` + literal(all.String()) + `, "<parallax zygote>", "exec"), {"__name__": "<parallax zygote>"})`
})

// literal writes a text as Python does: JSON's strings are Python's.
func literal(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err) // strings always marshal
	}
	return string(quoted)
}
