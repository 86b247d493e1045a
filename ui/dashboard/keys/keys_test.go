package keys

import (
	"fmt"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"parallax/ui/config"
)

var few = []Row{
	{Up, "further up", "", "move"},
	{Down, "further down", "", "move"},
	{WriteReport, "write it", "write", "file"},
	{Quit, "leave", "quit", "file"},
}

// Two actions of one screen must not have a key in common: one of them would never be done.
func TestNoKeyDoesTwoThingsOnOneScreen(t *testing.T) {
	for i, a := range defaults {
		for _, b := range defaults[:i] {
			if a.action == b.action {
				t.Errorf("%q is there twice", a.action)
			}
			if a.where != b.where && a.where != Everywhere && b.where != Everywhere {
				continue
			}
			for _, k := range a.keys {
				for _, other := range b.keys {
					if k == other {
						t.Errorf("key %q is of %q and of %q", k, a.action, b.action)
					}
				}
			}
		}
	}
}

func TestKeysOfTheUserTakeThePlaceOfTheUsualOnes(t *testing.T) {
	m := New(few, map[string][]string{"write_report": {"j", "x"}, "quit": {}, "pause": {"k"}})
	for key, want := range map[string]Action{"up": Up, "k": Up, "down": Down, "j": WriteReport, "x": WriteReport, "w": "", "q": ""} {
		if a, ok := m.Action(key); a != want || ok != (want != "") {
			t.Errorf("%q does %q (%v), want %q", key, a, ok, want)
		}
	}
	for a, want := range map[Action][2]string{Up: {"↑ k", "↑"}, WriteReport: {"j x", "j"}, Quit: {"", ""}} {
		if got := [2]string{m.Show(a), m.First(a)}; got != want {
			t.Errorf("%s is shown as %q, want %q", a, got, want)
		}
	}
}

func TestFooterAndHelp(t *testing.T) {
	m := New(few, nil)
	var footer []string
	for _, k := range m.Footer([]Action{WriteReport, Up}) {
		footer = append(footer, k.Help().Key+":"+k.Help().Desc)
	}
	if got := fmt.Sprint(footer); got != "[w:write ↑:]" {
		t.Error(got)
	}
	var all []string
	for _, g := range m.Help(func(r Row) bool { return r.Action != Down }) {
		all = append(all, g.Title)
		for _, e := range g.Entries {
			all = append(all, fmt.Sprintf("%s %s %v", e.Name, e.Help().Desc, e.Enabled()))
		}
	}
	want := "move|up further up true|down further down false|file|write_report write it true|quit leave true"
	if got := strings.Join(all, "|"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// What a user may bind: every action, with a clash only where both could be pressed.
func TestEveryActionCanBeBound(t *testing.T) {
	for text, want := range map[string]string{
		"{keys: {write_report: W, export_trace: [E, f5], more_rounds: 5}}": "",
		"{keys: {write_report: r}}":                                        "", // runs a job again, on another screen
		"{keys: {write_report: z, wrap: z}}":                               "",
		"{keys: {write_report: e}}":                                        `key "e" already means export_trace`,
		"{keys: {write_report: q}}":                                        `key "q" already means quit`,
		"{keys: {theme: '+'}}":                                             `key "+" already means more_`,
		"{keys: {right: w, wrap: W}}":                                      `key "w" already means write_report`,
		"{keys: {right: w, wrap: W, write_report: O}}":                     "",
		"{keys: {write_reprot: W}}":                                        `did you mean "write_report"?`,
	} {
		_, err := config.Parse("config.yaml", []byte(text), config.Known{Actions: Actions()})
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", text, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	for _, a := range Actions() {
		if _, err := config.Parse("config.yaml", []byte("{keys: {"+a.Name+": f9}}"), config.Known{Actions: Actions()}); err != nil {
			t.Errorf("%s: %v", a.Name, err)
		}
	}
}

func TestKeysTypedFastComeOneByOne(t *testing.T) {
	for _, c := range []struct {
		msg  tea.KeyMsg
		want string
	}{
		{tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("jjq")}, "[j j q]"},
		{tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("ab"), Alt: true}, "[alt+a alt+b]"},
		{tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("ab"), Paste: true}, "[[ab]]"},
		{tea.KeyMsg{Type: tea.KeyEnter}, "[enter]"},
	} {
		if got := fmt.Sprint(Each(c.msg)); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}
