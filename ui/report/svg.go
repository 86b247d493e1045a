package report

import (
	"fmt"
	"html"
	"html/template"
	"strings"
)

// drawing is an SVG as wide as the room that it is given, and so many pixels high. Places along it are
// in per cent, so that its text and dots keep their shape at any width.
type drawing struct{ b strings.Builder }

// draw begins a drawing. label says in words what it shows.
func newDrawing(height int, label string) *drawing {
	d := &drawing{}
	fmt.Fprintf(&d.b, `<svg role="img" width="100%%" height="%d" aria-label="%s">`, height, escaped(label))
	return d
}

func escaped(s string) string { return html.EscapeString(say(s)) }

// done ends the drawing. All words in it were escaped as they came in; what else there is are numbers
// and names of classes.
func (d *drawing) done() template.HTML {
	d.b.WriteString(`</svg>`)
	return template.HTML(d.b.String())
}

// rect draws a rectangle from left to right.
func (d *drawing) rect(class string, left, right, y, height float64, title string) {
	if right <= left {
		return
	}
	fmt.Fprintf(&d.b, `<rect class="%s" x="%s%%" width="%s%%" y="%s" height="%s"`, class, short(left, 2), short(right-left, 2), short(y, 1), short(height, 1))
	if title == "" {
		d.b.WriteString(`/>`)
		return
	}
	fmt.Fprintf(&d.b, `><title>%s</title></rect>`, escaped(title))
}

// line draws a straight line.
func (d *drawing) line(class string, x1, y1, x2, y2 float64) {
	fmt.Fprintf(&d.b, `<line class="%s" x1="%s%%" y1="%s" x2="%s%%" y2="%s"/>`, class, short(x1, 2), short(y1, 1), short(x2, 2), short(y2, 1))
}

// dot draws a round mark, cross one that differs from it in shape too.
func (d *drawing) dot(class string, x, y float64, title string) {
	fmt.Fprintf(&d.b, `<circle class="%s" cx="%s%%" cy="%s" r="3.5"><title>%s</title></circle>`, class, short(x, 2), short(y, 1), escaped(title))
}

func (d *drawing) cross(class string, x, y float64, title string) {
	fmt.Fprintf(&d.b, `<svg x="%s%%" y="%s" overflow="visible"><path class="%s" d="M-4-4L4 4M-4 4L4-4"><title>%s</title></path></svg>`, short(x, 2), short(y, 1), class, escaped(title))
}

// word writes a text at a place: anchor is start, middle or end.
func (d *drawing) word(class, anchor string, x, y float64, words string) {
	fmt.Fprintf(&d.b, `<text class="%s" text-anchor="%s" x="%s%%" y="%s">%s</text>`, class, anchor, short(x, 2), short(y, 1), escaped(words))
}
