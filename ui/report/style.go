package report

import (
	"cmp"
	"fmt"
	"html/template"
	"strings"

	"parallax/themes"
)

// The themes whose colours a page has: of the terminal's default, and of its light one.
const (
	darkTheme  = "night"
	lightTheme = "paper"
)

// style is the style sheet: the colours of two themes, and how they are used. It is the same on paper as
// on a light screen.
func style() template.CSS {
	sheet, err := files.ReadFile("style.css")
	if err != nil { // it is part of the program
		panic(err)
	}
	all := themes.Set(themes.Builtin())
	dark, _ := all.Find(darkTheme)
	light, _ := all.Find(lightTheme)
	var b strings.Builder
	fmt.Fprintf(&b, "\n:root{%s}\n", variables(light))
	fmt.Fprintf(&b, "@media screen and (prefers-color-scheme:dark){:root{%s}}\n", variables(dark))
	b.Write(sheet)
	return template.CSS(b.String())
}

// variables are the tokens of a theme as variables of the style sheet. Its values are colours that come
// with the program.
func variables(t themes.Theme) string {
	var b strings.Builder
	scheme := "light"
	if t.Dark {
		scheme = "dark"
	}
	fmt.Fprintf(&b, "color-scheme:%s", scheme)
	put := func(name, value string) { fmt.Fprintf(&b, ";--%s:%s", name, value) }
	put("bg", t.Background)
	put("text", t.Text)
	put("dim", t.Dim)
	put("faint", t.Faint)
	put("border", t.Border)
	put("card", t.Selected)
	put("accent", t.Accent)
	put("good", t.Good)
	put("warn", t.Warn)
	put("bad", t.Bad)
	put("foreign", t.Foreign)
	put("rest", t.BarRest)
	put("oncore", cmp.Or(t.OnCore, t.Good))
	put("waitcore", cmp.Or(t.WaitCore, t.Warn))
	put("waitgil", cmp.Or(t.WaitGIL, t.Bad))
	put("blocked", cmp.Or(t.Blocked, t.Faint))
	put("paused", cmp.Or(t.Paused, t.Match))
	for i := range colours {
		put(fmt.Sprintf("j%d", i), t.Jobs[i%len(t.Jobs)])
	}
	return b.String()
}
