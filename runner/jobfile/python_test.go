package jobfile

import (
	"fmt"
	"strings"
	"testing"
)

func TestKeysAboutPython(t *testing.T) {
	f := mustParse(t, `
on-host-loss: restart
interpreters: 3
preload: "numpy, xml.sax"
python: .venv/bin/python
jobs:
  - {script: a.py}
  - {script: b.py, preload: [], python: "3.14t"}
  - {script: c.py, preload: auto, count: 2, dir: sub}
  - {script: d.py, preload: [json]}
`, here)
	if f.OnHostLoss != LossRestart || f.Interpreters != 3 || strings.Join(f.Preload, " ") != "numpy xml.sax" {
		t.Errorf("%+v", f)
	}
	var got []string
	for _, j := range f.Jobs {
		got = append(got, fmt.Sprintf("%v %t %s", j.Preload, j.Preload == nil, j.Python))
	}
	// A path holds for the program; a name and a version stay.
	moved := here.Folder + "/.venv/bin/python"
	want := "[] true .venv/bin/python|[] false 3.14t|[auto] false " + moved + "|[auto] false " + moved + "|[json] false .venv/bin/python"
	if strings.Join(got, "|") != want {
		t.Errorf("%s\nwant %s", strings.Join(got, "|"), want)
	}
}

func TestFaultsAboutPython(t *testing.T) {
	for text, want := range map[string]string{
		"on-host-loss: maybe": `on-host-loss cannot be "maybe": it is one of fail, restart`,
		"interpreters: 0":     "interpreters must be at least 1",
		"preload: [a b]":      `preload: "a b" is not the name of a module`,
		"preload: [auto, re]": "preload: auto stands alone",
		`preload: "re,"`:      `preload: "" is not the name of a module`,
		"preload: {a: 1}":     "preload needs a list",
	} {
		_, err := Parse("f", []byte(text+"\njobs: [{run: a}]\n"), here)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	for text, want := range map[string]string{"a,b": "[a b]", " auto ": "[auto]", "": "not the name", "a,,b": "not the name", "auto,a": "stands alone", "os.path": "[os.path]", "1x": "not the name"} {
		names, err := ParsePreload(text)
		if got := fmt.Sprint(names, err); !strings.Contains(got, want) {
			t.Errorf("%q: %s", text, got)
		}
	}
}
