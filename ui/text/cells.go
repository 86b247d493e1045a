package text

import "slices"

// cell is one column of a line that overwrites itself. Without text it is blank.
type cell struct {
	text  []byte
	style Style
	tail  bool // the second half of the wide character before it
}

// draw draws any line, by way of cells.
func (p *painter) draw(raw []byte) {
	for i := 0; i < len(raw); {
		tok, end := next(raw, i)
		i = end
		switch tok.kind {
		case ascii:
			p.putASCII(tok.text)
		case glyph:
			p.put(slices.Clip(tok.text), tok.width)
		case tab:
			p.col += tabStop - p.col%tabStop
		case colours:
			apply(&p.pen, tok.text)
		case home:
			p.col = 0
		case back:
			p.col = max(p.col-tok.n, 0)
		case ahead:
			p.col = min(p.col+tok.n, p.furthest())
		case column:
			p.col = min(tok.n, p.furthest())
		case erase:
			p.erase(tok.n)
		}
	}
	p.join()
}

// furthest is the last column that a sequence can move the cursor to.
func (p *painter) furthest() int { return max(p.col, len(p.cells), reach) }

// put writes text of a width of 0, 1 or 2 columns at the cursor.
func (p *painter) put(text []byte, width int) {
	if width == 0 && p.col == 0 {
		return
	}
	p.reserve(p.col)
	if width == 0 {
		at := p.col - 1
		if p.cells[at].tail {
			at--
		}
		c := &p.cells[at]
		if c.text == nil {
			c.text = []byte{' '}
		}
		c.text = append(c.text, text...) // clipped, so this never writes into the raw line
		return
	}
	p.split(p.col)
	p.split(p.col + width)
	p.reserve(p.col + width)
	p.cells[p.col] = cell{text: text, style: p.pen}
	if width == 2 {
		p.cells[p.col+1] = cell{tail: true}
	}
	p.col += width
}

// putASCII writes characters of one column each at the cursor.
func (p *painter) putASCII(text []byte) {
	end := p.col + len(text)
	p.split(p.col)
	p.split(end)
	p.reserve(end)
	for k := range text {
		p.cells[p.col+k] = cell{text: text[k : k+1 : k+1], style: p.pen}
	}
	p.col = end
}

// reserve makes sure that there are n cells.
func (p *painter) reserve(n int) {
	for len(p.cells) < n {
		p.cells = append(p.cells, cell{})
	}
}

// split blanks the wide character that lies across the left edge of the column at, if there is one.
func (p *painter) split(at int) {
	if at < len(p.cells) && p.cells[at].tail {
		p.cells[at-1], p.cells[at] = cell{}, cell{}
	}
}

// erase does what CSI n K does: 0 erases to the end of the line, 1 from its start up to and with the
// cursor, 2 all of it.
func (p *painter) erase(n int) {
	switch n {
	case 0:
		p.split(p.col)
		p.cells = p.cells[:min(p.col, len(p.cells))]
	case 1:
		p.split(p.col + 1)
		clear(p.cells[:min(p.col+1, len(p.cells))])
	case 2:
		p.cells = p.cells[:0]
	}
}

// join writes the cells into out.
func (p *painter) join() {
	for i := range p.cells {
		switch c := &p.cells[i]; {
		case c.tail:
		case c.text == nil:
			p.ink(Style{})
			p.out = append(p.out, ' ')
		default:
			p.ink(c.style)
			p.out = append(p.out, c.text...)
		}
	}
}
