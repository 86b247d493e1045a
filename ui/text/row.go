package text

import "strings"

// Row builds one line of exactly its width: what is put beyond the edge is clipped, what is missing
// is filled with blanks. Not for use by several goroutines.
type Row struct {
	b     strings.Builder
	width int
	used  int
	base  Ink
	plain bool // base draws nothing of its own
}

// NewRow begins a row of width columns.
func NewRow(width int) *Row {
	r := &Row{width: max(width, 0), plain: true}
	r.b.Grow(width * 2)
	return r
}

// NewRowOn begins a row whose background is base, such as that of a selected line.
func NewRowOn(width int, base Ink) *Row {
	r := NewRow(width)
	r.base, r.plain = base, false
	return r
}

// Put adds s, which holds no escape sequences, in the given ink.
func (r *Row) Put(ink Ink, s string) *Row {
	w := Width(s)
	if r.used+w > r.width {
		s = Clip(s, r.width-r.used)
		w = Width(s)
	}
	r.write(ink, s, w)
	return r
}

// PutAt moves to the column at and then puts s. It does nothing when that column is taken.
func (r *Row) PutAt(at int, ink Ink, s string) *Row {
	if at < r.used {
		return r
	}
	r.Skip(at - r.used)
	return r.Put(ink, s)
}

// PutRight puts s so that it ends margin columns before the edge, if there is room for all of it.
func (r *Row) PutRight(margin int, ink Ink, s string) *Row {
	return r.PutAt(r.width-margin-Width(s), ink, s)
}

// PutStyled adds s, which may hold colour sequences and ends reset.
func (r *Row) PutStyled(s string) *Row {
	w := Width(s)
	if r.used+w > r.width {
		s = Clip(s, r.width-r.used)
		w = Width(s)
	}
	r.b.WriteString(s)
	r.used += w
	return r
}

// Skip leaves n columns blank.
func (r *Row) Skip(n int) *Row {
	n = min(n, r.width-r.used)
	if n > 0 {
		r.write(Ink{}, Blanks(n), n)
	}
	return r
}

// Repeat puts the one-column string s n times.
func (r *Row) Repeat(ink Ink, s string, n int) *Row {
	n = min(n, r.width-r.used)
	if n > 0 {
		r.write(ink, strings.Repeat(s, n), n)
	}
	return r
}

// Left is how many columns are still free.
func (r *Row) Left() int { return r.width - r.used }

// Used is how many columns are taken.
func (r *Row) Used() int { return r.used }

func (r *Row) write(ink Ink, s string, w int) {
	if w == 0 {
		return
	}
	if !r.plain {
		ink = ink.Over(r.base)
	}
	ink.Write(&r.b, s)
	r.used += w
}

// String returns the row, filled to its width.
func (r *Row) String() string {
	r.Skip(r.width - r.used)
	return r.b.String()
}

const blanks = "                                                                                                                                                                                                                                                                                                            "

// Blanks returns n spaces.
func Blanks(n int) string {
	switch {
	case n <= 0:
		return ""
	case n <= len(blanks):
		return blanks[:n]
	}
	return strings.Repeat(" ", n)
}
