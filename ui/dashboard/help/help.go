// Package help draws the list of all keys, made from the bindings themselves so that it cannot lie.
package help

import (
	"fmt"

	"github.com/charmbracelet/bubbles/key"

	"parallax/themes"
	"parallax/ui/draw"
	"parallax/ui/text"
)

// Group is a titled list of bindings.
type Group struct {
	Title   string
	Entries []Entry
}

// Entry is a binding and the name by which config.yaml knows what it does.
type Entry struct {
	key.Binding
	Name string
}

// View draws the groups in a box of width x height, in as many columns as fit; keys that do not
// work now are drawn faint. Rows from top on are shown when not all fit.
func View(st *themes.Styles, groups []Group, top, width, height int) []string {
	box := draw.Box{
		Border: st.BorderFocus, Width: width, Height: height,
		Left:  []draw.Span{{Ink: st.Title, Text: "keys"}},
		Right: []draw.Span{{Ink: st.Dim, Text: "config.yaml binds keys by the names at the right · esc closes"}},
	}
	cols := 1
	if box.Inner() >= 104 {
		cols = 2
	}
	w := box.Inner() / cols
	blocks := split(render(st, groups, w), cols)
	var rows []*text.Row
	for y := range len(blocks[0]) {
		r := text.NewRow(box.Inner())
		for i, b := range blocks {
			if y < len(b) {
				r.Skip(i*w - r.Used()).PutStyled(b[y].String())
			}
		}
		rows = append(rows, r)
	}
	top = max(0, min(top, len(rows)-box.Rows()))
	if below := len(rows) - top - box.Rows(); below > 0 || top > 0 {
		box.Right = []draw.Span{{Ink: st.Dim, Text: fmt.Sprintf("↑↓ %d more · esc closes", max(below, 0))}}
	}
	return box.View(rows[top:])
}

func render(st *themes.Styles, groups []Group, width int) [][]*text.Row {
	var out [][]*text.Row
	for _, g := range groups {
		rows := []*text.Row{text.NewRow(width).Put(st.Title, g.Title)}
		for _, b := range g.Entries {
			keyInk, ink := st.Key, st.Text
			if !b.Enabled() {
				keyInk, ink = st.Faint, st.Faint
			}
			r := text.NewRow(width).Skip(2).Put(keyInk, b.Help().Key)
			r.Skip(max(17-r.Used(), 1)).Put(ink, text.Shorten(b.Help().Desc, r.Left()-1))
			r.PutRight(2, st.Faint, b.Name)
			rows = append(rows, r)
		}
		out = append(out, append(rows, text.NewRow(width)))
	}
	return out
}

// split puts whole groups into columns, each time into the shortest.
func split(groups [][]*text.Row, cols int) [][]*text.Row {
	out := make([][]*text.Row, cols)
	for _, g := range groups {
		least := 0
		for i := range out {
			if len(out[i]) < len(out[least]) {
				least = i
			}
		}
		out[least] = append(out[least], g...)
	}
	longest := 0
	for i := range out {
		if len(out[i]) > len(out[longest]) {
			longest = i
		}
	}
	out[0], out[longest] = out[longest], out[0]
	return out
}
