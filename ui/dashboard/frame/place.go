package frame

// The least terminal on which a screen is of use.
const (
	MinWidth  = 60
	MinHeight = 16
)

// Small reports whether a terminal is too small for anything but a sentence.
func Small(w, h int) bool { return w < MinWidth || h < MinHeight }

// Rect is a part of the screen, in columns and rows from the upper left; of no height where there is no
// room for it.
type Rect struct{ X, Y, W, H int }

// Has reports whether a point is within it.
func (r Rect) Has(x, y int) bool { return x >= r.X && x < r.X+r.W && y >= r.Y && y < r.Y+r.H }

// Band is the part from row y on that takes h rows of a screen of so many columns.
func Band(y, w, h int) Rect { return Rect{X: 0, Y: y, W: w, H: h} }

// Spare is how many rows no part of a screen has yet.
type Spare int

// Give gives n rows more to a part that takes at most most, and reports whether there were so many and
// it took them: all or none.
func (s *Spare) Give(n int, to *int, most int) bool {
	if *to+n > most || int(*s) < n {
		return false
	}
	*to, *s = *to+n, *s-Spare(n)
	return true
}
