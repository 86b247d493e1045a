//go:build linux || darwin

package e2e_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// screen is what a terminal shows at one moment.
type screen struct {
	cols, rows int
	cell       [][]rune // by row; a filler after a wide character
	modes      map[int]bool
	cursor     bool
}

func (e *emulator) screen() screen {
	e.vt.Lock()
	defer e.vt.Unlock()
	s := screen{modes: map[int]bool{}, cursor: e.vt.CursorVisible()}
	s.cols, s.rows = e.vt.Size()
	s.cell = make([][]rune, s.rows)
	for y := range s.cell {
		s.cell[y] = make([]rune, s.cols)
		for x := range s.cell[y] {
			s.cell[y][x] = e.vt.Cell(x, y).Char
			if s.cell[y][x] == 0 {
				s.cell[y][x] = ' '
			}
		}
	}
	for m, on := range e.modes {
		s.modes[m] = on
	}
	return s
}

// row is the text of a row.
func (s screen) row(y int) string { return s.text(0, s.cols, y) }

func (s screen) text(from, to, y int) string {
	return strings.ReplaceAll(string(s.cell[y][from:to]), string(filler), "")
}

func (s screen) String() string {
	var b strings.Builder
	for y := range s.rows {
		fmt.Fprintf(&b, "%3d %s\n", y, strings.TrimRight(s.row(y), " "))
	}
	return b.String()
}

// has reports whether some row holds all of the texts.
func (s screen) has(texts ...string) bool {
	for y := range s.rows {
		if row := s.row(y); all(row, texts) {
			return true
		}
	}
	return false
}

func all(row string, texts []string) bool {
	for _, t := range texts {
		if !strings.Contains(row, t) {
			return false
		}
	}
	return true
}

// area is a box on the screen, with its border.
type area struct{ x, y, w, h int }

// boxes finds every box and checks that its border is whole.
func (s screen) boxes() ([]area, error) {
	var out []area
	corners := 0
	for y, row := range s.cell {
		for x, r := range row {
			if strings.ContainsRune("╭╮╰╯", r) {
				corners++
			}
			if r != '╭' {
				continue
			}
			a, err := s.box(x, y)
			if err != nil {
				return nil, err
			}
			out = append(out, a)
		}
	}
	if corners != 4*len(out) {
		return nil, fmt.Errorf("%d corners for %d boxes", corners, len(out))
	}
	return out, nil
}

// box follows the border of a box from its upper left corner.
func (s screen) box(x, y int) (area, error) {
	right := x + 1
	for right < s.cols && s.cell[y][right] != '╮' && s.cell[y][right] != '╭' {
		right++
	}
	if right == s.cols || s.cell[y][right] == '╭' {
		return area{}, fmt.Errorf("the box at column %d, row %d has no upper right corner", x, y)
	}
	for below := y + 1; below < s.rows; below++ {
		l, r := s.cell[below][x], s.cell[below][right]
		switch {
		case l == '│' && r == '│':
		case l == '╰' && r == '╯' && lowerBorder.MatchString(s.text(x+1, right, below)):
			return area{x, y, right - x + 1, below - y + 1}, nil
		default:
			return area{}, fmt.Errorf("the box at column %d, row %d is broken in row %d: %q and %q", x, y, below, l, r)
		}
	}
	return area{}, fmt.Errorf("the box at column %d, row %d has no lower border", x, y)
}

// lowerBorder is the lower edge of a box, in which a job's progress may stand.
var lowerBorder = regexp.MustCompile(`^━*─*( \d+ %( · [^│]+ left)? )?$`)

// pane returns the box of the job called name ("╭─ ● name …"): its title, then its rows. It is empty when
// there is none or when it is being redrawn.
func (s screen) pane(name string) pane {
	for y, row := range s.cell {
		for x, r := range row {
			if r != '╭' {
				continue
			}
			a, err := s.box(x, y)
			if err != nil {
				continue
			}
			p := pane{area: a, title: s.text(a.x, a.x+a.w, a.y)}
			if words := strings.Fields(p.title); len(words) < 3 || words[2] != name {
				continue
			}
			for below := y + 1; below < y+a.h-1; below++ {
				p.rows = append(p.rows, strings.TrimRight(s.text(x+2, x+a.w-2, below), " "))
			}
			return p
		}
	}
	return pane{}
}

type pane struct {
	area
	title string
	rows  []string
}

// has reports whether the pane shows a text, in its title or below.
func (p pane) has(text string) bool {
	return strings.Contains(p.title+"\n"+strings.Join(p.rows, "\n"), text)
}

// fits reports what is wrong with a dashboard's geometry: nothing of an earlier frame, of another
// size, or of a job may be between its parts.
func (s screen) fits() error {
	boxes, err := s.boxes()
	if err != nil {
		return err
	}
	if len(boxes) == 0 {
		return fmt.Errorf("no boxes")
	}
	covered := make([][]bool, s.rows)
	for y := range covered {
		covered[y] = make([]bool, s.cols)
	}
	for _, b := range boxes {
		for y := b.y; y < b.y+b.h; y++ {
			for x := b.x; x < b.x+b.w; x++ {
				if covered[y][x] {
					return fmt.Errorf("two boxes at column %d, row %d", x, y)
				}
				covered[y][x] = true
			}
		}
	}
	for y := 2; y < s.rows-1; y++ {
		if covered[y][0] != covered[y][s.cols-1] && strings.TrimSpace(s.row(y)) != "" && !s.partRow(covered[y], y) {
			return fmt.Errorf("row %d is not filled: %q", y, s.row(y))
		}
	}
	if !strings.HasPrefix(s.row(0), " parallax ") || !strings.Contains(s.row(s.rows-1), "quit") {
		return fmt.Errorf("header or footer out of place: %q, %q", s.row(0), s.row(s.rows-1))
	}
	for y := 1; y < s.rows-1; y++ {
		if strings.HasPrefix(s.row(y), " parallax ") {
			return fmt.Errorf("a second header in row %d", y)
		}
	}
	return nil
}

// partRow reports whether a row is boxes from the left and then nothing, as the last row of panes
// may be.
func (s screen) partRow(covered []bool, y int) bool {
	x := 0
	for x < s.cols && covered[x] {
		x++
	}
	return x > 0 && strings.TrimSpace(s.text(x, s.cols, y)) == ""
}

func TestEmulatorKeepsColumns(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"wide", "漢字│", "漢字│"},
		{"emoji", "👍🏽|👨‍👩‍👧|", "👍|👨|"},
		{"combining", "e\u0301x", "ex"},
		{"colours", "\x1b[38;5;200ma\x1b[48;2;1;2;3mb\x1b[0mc", "abc"},
		{"moves", "abc\x1b[1;2HX", "aXc"},
		{"erase", "abcdef\x1b[1;3H\x1b[K", "ab"},
	} {
		for cut := 0; cut <= len(c.in); cut++ { // however the bytes come in
			e := newEmulator(12, 2, func([]byte) {})
			_, _ = e.Write([]byte(c.in[:cut]))
			_, _ = e.Write([]byte(c.in[cut:]))
			_, _ = e.Write([]byte("\x1b[2;1H"))
			if got := strings.TrimRight(e.screen().row(0), " "); got != c.want {
				t.Fatalf("%s, cut at %d: %q, want %q", c.name, cut, got, c.want)
			}
		}
	}
	e := newEmulator(4, 2, func([]byte) {})
	_, _ = e.Write([]byte("漢a\x1b[?1049h\x1b[?25lx"))
	if s := e.screen(); s.cell[0][1] == filler || !s.modes[1049] || s.cursor {
		t.Fatalf("the alternate screen is not blank, or its modes are lost: %v", s)
	}
	_, _ = e.Write([]byte("\x1b[?1049l\x1b[?25habcde"))
	if s := e.screen(); s.cell[0][1] != filler || s.modes[1049] || !s.cursor || e.wrapped == 0 {
		t.Fatalf("the first screen is not back: %v", s)
	}
}

func TestBoxesAreChecked(t *testing.T) {
	t.Parallel()
	whole := []string{"╭─ ● a ╮╭──╮", "│ x    ││  │", "╰──────╯╰──╯"}
	draw := func(rows []string) screen {
		e := newEmulator(12, len(rows), func([]byte) {})
		for y, r := range rows {
			_, _ = fmt.Fprintf(e, "\x1b[%d;1H%s\x1b[1;1H", y+1, r)
		}
		return e.screen()
	}
	if got, err := draw(whole).boxes(); err != nil || len(got) != 2 || got[1] != (area{8, 0, 4, 3}) {
		t.Fatalf("%v, %v", got, err)
	}
	if p := draw(whole).pane("a"); len(p.rows) != 1 || p.rows[0] != "x" {
		t.Fatalf("%+v", p)
	}
	for y := range whole {
		for at, r := range whole[y] {
			if !strings.ContainsRune("╭╮╰╯│", r) {
				continue
			}
			broken := append([]string(nil), whole...)
			broken[y] = whole[y][:at] + "x" + whole[y][at+utf8.RuneLen(r):]
			if _, err := draw(broken).boxes(); err == nil {
				t.Fatalf("not seen:\n%s", strings.Join(broken, "\n"))
			}
		}
	}
}
