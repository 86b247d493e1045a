package draw

import (
	"strings"

	"parallax/ui/text"
)

var eighths = [...]string{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"}

// Height returns the block that fills share (0..1) of its cell from below. Anything above nothing
// shows at least one eighth.
func Height(share float64) string {
	switch {
	case share <= 0:
		return eighths[0]
	case share >= 1:
		return eighths[8]
	}
	return eighths[max(1, int(share*8+0.5))]
}

// Spark puts one block for each percentage, the newest at the right, in width columns.
func Spark(r *text.Row, ink, rest text.Ink, percents []int, width int) {
	if n := len(percents); n > width {
		percents = percents[n-width:]
	}
	r.Repeat(rest, "▁", width-len(percents))
	var b strings.Builder
	for _, p := range percents {
		b.WriteString(Height(max(float64(p)/100, 0.01)))
	}
	r.Put(ink, b.String())
}

// Rule puts a bar of width columns of which share (0..1) is filled, as heavy lines.
func Rule(r *text.Row, filled, rest text.Ink, share float64, width int) {
	n := int(min(max(share, 0), 1)*float64(width) + 0.5)
	if n == 0 && share > 0 {
		n = 1
	}
	r.Repeat(filled, "━", n)
	r.Repeat(rest, "━", width-n)
}

// Gauge is a bar that says in words, too, how far something is. What is filled differs from the rest
// by its glyph, not by colour alone.
type Gauge struct {
	Share      float64 // 0..1
	Ink, Rest  text.Ink
	Full, Void string   // glyphs of one column
	Label      text.Ink // of the words
	Words      []string // as many of them as there is room for stand at the right
}

// leastGauge is the width under which a bar says nothing; words go before it gets shorter.
const leastGauge = 8

// Put puts the gauge in width columns.
func (g Gauge) Put(r *text.Row, width int) {
	label := ""
	for _, word := range g.Words {
		more := label + " · " + word
		if label == "" {
			more = " " + word
		}
		if width-text.Width(more)-1 < leastGauge {
			break
		}
		label = more
	}
	if label != "" {
		label += " "
	}
	bar := width - text.Width(label)
	n := min(int(min(max(g.Share, 0), 1)*float64(bar)), bar)
	r.Repeat(g.Ink, g.Full, n).Repeat(g.Rest, g.Void, bar-n).Put(g.Label, label)
}

// Piece is one part of a stacked bar.
type Piece struct {
	Share float64
	Glyph string // one column
	Ink   text.Ink
}

// Stack puts a bar of width columns that is divided among pieces. Rounding goes to the largest
// remainder, so the bar is always full when the shares add up to one.
func Stack(r *text.Row, pieces []Piece, width int) {
	for i, n := range apportion(pieces, width) {
		r.Repeat(pieces[i].Ink, pieces[i].Glyph, n)
	}
}

func apportion(pieces []Piece, width int) []int {
	out := make([]int, len(pieces))
	total, sum := 0, 0.0
	for i, p := range pieces {
		out[i] = int(max(p.Share, 0) * float64(width))
		total += out[i]
		sum += max(p.Share, 0)
	}
	for want := min(width, int(sum*float64(width)+0.5)); total < want; total++ {
		best, most := -1, -1.0
		for i, p := range pieces {
			if rest := max(p.Share, 0)*float64(width) - float64(out[i]); rest > most {
				best, most = i, rest
			}
		}
		out[best]++
	}
	return out
}
