package themes

import "slices"

// Set is the themes that can be chosen, in the order in which they follow each other.
type Set []Theme

// All returns the built-in themes and the user's after them. A theme of the user with the name of
// another takes its place.
func All(user []Theme) Set {
	set := Set(Builtin())
	for _, theme := range user {
		if i := set.index(theme.Name); i >= 0 {
			set[i] = theme
		} else {
			set = append(set, theme)
		}
	}
	return set
}

// Find returns the theme of that name.
func (s Set) Find(name string) (Theme, bool) {
	i := s.index(name)
	if i < 0 {
		return Theme{}, false
	}
	return s[i], true
}

// Next returns the theme after the one of that name, or the first when there is none of that name.
func (s Set) Next(name string) Theme {
	if len(s) == 0 {
		return night
	}
	return s[(s.index(name)+1)%len(s)]
}

// Names lists the names of the themes.
func (s Set) Names() []string {
	names := make([]string, len(s))
	for i, theme := range s {
		names[i] = theme.Name
	}
	return names
}

func (s Set) index(name string) int {
	return slices.IndexFunc(s, func(t Theme) bool { return t.Name == name })
}
