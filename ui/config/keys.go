package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"

	"parallax/ui/config/settings"
)

// aliases are other names under which people know keys.
var aliases = map[string]string{
	"space": " ", "escape": "esc", "return": "enter", "del": "delete", "ins": "insert",
	"pageup": "pgup", "pagedown": "pgdown", "pgdn": "pgdown", "page-up": "pgup", "page-down": "pgdown",
}

// named are the keys that have a name, as bubbletea calls them, from bubbletea itself: "enter", "f5",
// "ctrl+r", "shift+tab". Any of them can also have alt.
var named = sync.OnceValue(func() []string {
	var names []string
	for k := tea.KeyType(-128); k < 128; k++ { // letters and pasted text (KeyRunes) are no names
		if name := k.String(); name != "" && k != tea.KeyRunes {
			names = append(names, name)
		}
	}
	return names
})

// people are the names that can be meant by a misspelt one.
func people() []string {
	names := slices.Sorted(maps.Keys(aliases))
	for _, name := range named() {
		if name != " " && name != "ctrl+@" {
			names = append(names, name)
		}
	}
	return names
}

// sameByte are combinations that a terminal sends as the byte of another key, which is then what
// the program sees.
var sameByte = map[string]string{"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+[": "esc"}

// parseKey reads a key as people write it and returns it as bubbletea names it.
func parseKey(written string) (string, error) {
	text := strings.TrimSpace(written)
	switch {
	case written == "":
		return "", errors.New("the key is empty: a letter or sign that means something in YAML needs quotes")
	case text == "":
		return " ", nil
	}
	if utf8.RuneCountInString(text) == 1 {
		if r, _ := utf8.DecodeRuneInString(text); unicode.IsPrint(r) {
			return text, nil
		}
	}
	mods, base := split(text)
	if name, ok := aliases[base]; ok {
		base = name
	}
	alt, rest := "", mods+base
	if plain, ok := strings.CutPrefix(rest, "alt+"); ok {
		alt, rest = "alt+", plain
	}
	if rest == "ctrl+ " {
		rest = "ctrl+@" // what a terminal sends for it
	}
	letter := utf8.RuneCountInString(base) == 1
	switch same, twin := sameByte[rest]; {
	case twin:
		return "", fmt.Errorf("key %q: a terminal cannot tell it from %s", written, same)
	case rest == "shift+"+base && letter:
		return "", fmt.Errorf("key %q: write the letter or sign that it gives, such as %q", written, alt+strings.ToUpper(base))
	case slices.Contains(named(), rest), rest == base && letter:
		return alt + rest, nil
	}
	if near := settings.Nearest(rest, people()); near != "" && !letter {
		return "", fmt.Errorf("unknown key %q: did you mean %q?", written, alt+near)
	}
	return "", fmt.Errorf("unknown key %q: a key is a letter or sign, or a name that a terminal can send, such as enter, space, f5, ctrl+r or alt+x", written)
}

// split takes the modifiers off a key and puts them into the order in which bubbletea names them.
// A letter keeps its case only without modifiers and with alt: terminals tell no others apart.
func split(text string) (mods, base string) {
	var alt, ctrl, shift bool
	base = text
	for {
		at := strings.IndexAny(base, "+-")
		if at <= 0 || at == len(base)-1 {
			break
		}
		switch strings.ToLower(base[:at]) {
		case "alt", "meta":
			alt = true
		case "ctrl", "control":
			ctrl = true
		case "shift":
			shift = true
		default:
			return "", strings.ToLower(text)
		}
		base = base[at+1:]
	}
	if ctrl || utf8.RuneCountInString(base) > 1 {
		base = strings.ToLower(base)
	}
	for _, m := range []struct {
		on   bool
		name string
	}{{alt, "alt+"}, {ctrl, "ctrl+"}, {shift, "shift+"}} {
		if m.on {
			mods += m.name
		}
	}
	return mods, base
}

// bound is a key of an action and where the user wrote it; the zero place is a default.
type bound struct {
	action Action
	key    string
	at     settings.Pos
}

// bindings reads the mapping of actions to keys.
func bindings(file *settings.File, v settings.Value, actions []Action) map[string][]string {
	pairs, _ := v.Pairs()
	names := make([]string, len(actions))
	for i, a := range actions {
		names[i] = a.Name
	}
	keys := map[string][]string{}
	var all []bound
	for _, p := range pairs {
		i := slices.Index(names, p.Key)
		if i < 0 {
			file.Unknown(p.At, "action", p.Key, names)
			continue
		}
		keys[p.Key] = []string{} // set, if only to nothing: its defaults are free
		for _, one := range p.Value.List() {
			text, ok := one.Text()
			if !ok {
				continue
			}
			key, err := parseKey(text)
			if err != nil {
				file.Fault(one.At, "%v", err)
				continue
			}
			if !slices.Contains(keys[p.Key], key) {
				keys[p.Key] = append(keys[p.Key], key)
				all = append(all, bound{actions[i], key, one.At})
			}
		}
	}
	for _, a := range actions {
		if _, set := keys[a.Name]; !set {
			for _, key := range a.Keys {
				all = append(all, bound{action: a, key: key})
			}
		}
	}
	clashes(file, all)
	for name := range keys {
		if len(keys[name]) == 0 && !isEmptyList(pairs, name) {
			delete(keys, name) // all that it was given is faulty: it keeps its defaults
		}
	}
	return keys
}

// isEmptyList reports whether the user wrote an empty list for the action, to take its keys away.
func isEmptyList(pairs []settings.Pair, name string) bool {
	i := slices.IndexFunc(pairs, func(p settings.Pair) bool { return p.Key == name })
	return i >= 0 && len(pairs[i].Value.List()) == 0
}

// clashes notes each key that would do two things at one place. Two defaults are the program's own
// affair.
func clashes(file *settings.File, all []bound) {
	for i, b := range all {
		for _, other := range all[:i] {
			here := b.action.Context == other.action.Context || b.action.Context == "" || other.action.Context == ""
			if b.key != other.key || b.action.Name == other.action.Name || !here {
				continue
			}
			none := settings.Pos{}
			switch {
			case b.at != none:
				file.Fault(b.at, "key %q does two things: %s (line %d) and %s",
					KeyName(b.key), other.action.Name, other.at.Line, b.action.Name)
			case other.at != none:
				file.Fault(other.at, "key %q already means %s: give %s another key too, or none ([])",
					KeyName(b.key), b.action.Name, b.action.Name)
			}
		}
	}
}

// KeyName is how a key is written for people: "space" for " ".
func KeyName(key string) string {
	if key == "ctrl+@" {
		return "ctrl+space"
	}
	if strings.HasSuffix(key, " ") {
		return strings.TrimSuffix(key, " ") + "space"
	}
	return key
}
