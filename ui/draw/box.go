package draw

import "parallax/ui/text"

// Span is a piece of a title.
type Span struct {
	Ink  text.Ink
	Text string
}

// Length is how many columns spans take, one after the other.
func Length(spans []Span) int {
	n := 0
	for _, s := range spans {
		n += text.Width(s.Text)
	}
	return n
}

// Box is a frame with titles in its upper edge.
type Box struct {
	Border text.Ink
	Left   []Span // titles at the left, one after the other
	Right  []Span // titles at the right, dropped when there is no room
	Width  int    // of the whole box, at least 4
	Height int    // of the whole box, at least 2
	Done   *Gauge // drawn in the lower edge; nil for none
}

// Inner is the width that rows handed to View should have.
func (b Box) Inner() int { return max(b.Width-4, 0) }

// Rows is how many rows fit into the box.
func (b Box) Rows() int { return max(b.Height-2, 0) }

// View draws the box around rows, each of which is clipped or filled to the inner width.
func (b Box) View(rows []*text.Row) []string {
	out := make([]string, 0, b.Height)
	out = append(out, b.top())
	for i := range b.Rows() {
		line := text.NewRow(b.Width)
		line.Put(b.Border, "│ ")
		if i < len(rows) {
			line.PutStyled(rows[i].String())
		}
		line.Skip(b.Width - 2 - line.Used())
		line.Put(b.Border, " │")
		out = append(out, line.String())
	}
	bottom := text.NewRow(b.Width).Put(b.Border, "╰")
	if b.Done != nil {
		b.Done.Put(bottom, b.Width-2)
	} else {
		bottom.Repeat(b.Border, "─", b.Width-2)
	}
	return append(out, bottom.Put(b.Border, "╯").String())
}

func (b Box) top() string {
	r := text.NewRow(b.Width - 1)
	r.Put(b.Border, "╭─ ")
	for _, s := range b.Left {
		room := r.Left() - 2
		if text.Width(s.Text) > room {
			s.Text = text.Shorten(s.Text, room)
		}
		r.Put(s.Ink, s.Text)
	}
	r.Put(b.Border, " ")
	if right := Length(b.Right); right > 0 && r.Left() >= right+3 {
		r.Repeat(b.Border, "─", r.Left()-right-2).Skip(1)
		for _, s := range b.Right {
			r.Put(s.Ink, s.Text)
		}
		r.Skip(1)
	} else {
		r.Repeat(b.Border, "─", r.Left())
	}
	out := text.NewRow(b.Width)
	return out.PutStyled(r.String()).Put(b.Border, "╮").String()
}

// Beside sets blocks of rows next to each other with gap columns between. Blocks shorter than the
// tallest are filled with blank rows; widths says how wide each block is.
func Beside(gap int, widths []int, blocks ...[]string) []string {
	height := 0
	for _, b := range blocks {
		height = max(height, len(b))
	}
	out := make([]string, height)
	for y := range out {
		line := ""
		for i, b := range blocks {
			if i > 0 {
				line += text.Blanks(gap)
			}
			if y < len(b) {
				line += b[y]
			} else {
				line += text.Blanks(widths[i])
			}
		}
		out[y] = line
	}
	return out
}

// Over puts a box, drawn into rows of one width, into the middle of the rows of a screen of so many
// columns. It changes rows.
func Over(rows, box []string, width int) []string {
	w := text.Width(box[0])
	x, y := (width-w)/2, max((len(rows)-len(box))/2, 0)
	for i, line := range box {
		if y+i < len(rows) {
			under := rows[y+i]
			rows[y+i] = text.Pad(text.Clip(under, x), x) + line + text.Skip(under, x+w)
		}
	}
	return rows
}
