package text

import "strconv"

// Style is a state of colours and attributes, as SGR sequences set it. The zero Style is plain text.
// Styles are values and comparable.
type Style struct {
	fg, bg colour
	attrs  attribute
}

// colour holds the kind in its top byte and the value below it; 0 is the terminal's own colour.
type colour uint32

const (
	basic   colour = 1 << 24 // one of the sixteen
	indexed colour = 2 << 24 // one of 256
	rgb     colour = 3 << 24
)

type attribute uint8

// The attributes in the order of their SGR codes, which attributeCodes holds.
const (
	bold attribute = 1 << iota
	faint
	italic
	underline
	blink
	reverse
	conceal
	strike
)

const attributeCodes = "12345789"

// String returns the SGR sequence that sets exactly s, whatever was set before: for the zero Style
// the reset.
func (s Style) String() string { return string(s.append(nil, true)) }

// append adds the sequence that sets s, with a reset in it where something else may be set before.
func (s Style) append(b []byte, reset bool) []byte {
	b = append(b, '\x1b', '[')
	if reset || s == (Style{}) {
		b = append(b, '0', ';')
	}
	for i, code := range []byte(attributeCodes) {
		if s.attrs&(1<<i) != 0 {
			b = append(b, code, ';')
		}
	}
	b = s.fg.append(b, 30)
	b = s.bg.append(b, 40)
	b[len(b)-1] = 'm'
	return b
}

// change adds what is needed to go from the style drawn to s.
func (s Style) change(b []byte, drawn Style) []byte {
	if s == drawn {
		return b
	}
	return s.append(b, drawn != Style{})
}

func (c colour) append(b []byte, base int64) []byte {
	v := int64(c & 0xffffff)
	switch c &^ 0xffffff {
	case basic:
		if v >= 8 {
			v += 60 - 8
		}
		return append(strconv.AppendInt(b, base+v, 10), ';')
	case indexed:
		b = append(strconv.AppendInt(b, base+8, 10), ";5;"...)
		return append(strconv.AppendInt(b, v, 10), ';')
	case rgb:
		b = append(strconv.AppendInt(b, base+8, 10), ";2"...)
		for shift := 16; shift >= 0; shift -= 8 {
			b = strconv.AppendInt(append(b, ';'), v>>shift&0xff, 10)
		}
		return append(b, ';')
	}
	return b
}

// params reads the parameters of an SGR sequence one after the other.
type params[T ~string | ~[]byte] struct {
	rest T
	more bool // there is another one
}

// next returns the next parameter (missing ones are 0), and whether a sub-parameter follows it.
func (p *params[T]) next() (v int, subs bool) {
	for i := range len(p.rest) {
		switch c := p.rest[i]; c {
		case ';', ':':
			p.rest = p.rest[i+1:]
			return v, c == ':'
		default:
			v = min(v*10+int(c-'0'), 1<<16)
		}
	}
	p.rest, p.more = p.rest[len(p.rest):], false
	return v, false
}

// apply changes s by the SGR sequence with these parameters. Unknown codes change nothing.
func apply[T ~string | ~[]byte](s *Style, list T) {
	p := params[T]{list, true}
	for p.more {
		code, subs := p.next()
		if !subs {
			if code == 38 || code == 48 || code == 58 {
				if c, ok := p.colour(); ok {
					s.paint(code, c)
				}
				continue
			}
			s.set(code)
			continue
		}
		var sub [6]int
		n := 0
		for more := true; more; n++ {
			var v int
			v, more = p.next()
			if n < len(sub) {
				sub[n] = v
			}
		}
		s.setSub(code, sub, n)
	}
}

// colour reads the values of a colour given by number.
func (p *params[T]) colour() (colour, bool) {
	kind, _ := p.next()
	var v [3]int
	switch kind {
	case 5:
		v[0], _ = p.next()
	case 2:
		for i := range v {
			v[i], _ = p.next()
		}
	}
	return makeColour(kind, v)
}

func makeColour(kind int, v [3]int) (colour, bool) {
	if max(v[0], v[1], v[2]) > 255 {
		return 0, false
	}
	switch kind {
	case 5:
		return indexed | colour(v[0]), true
	case 2:
		return rgb | colour(v[0]<<16|v[1]<<8|v[2]), true
	}
	return 0, false
}

// set applies one code that stands for itself.
func (s *Style) set(code int) {
	switch {
	case code == 0:
		*s = Style{}
	case code >= 1 && code <= 9:
		for i, c := range []byte(attributeCodes) {
			if int(c-'0') == code || c == '5' && code == 6 {
				s.attrs |= 1 << i
			}
		}
	case code >= 21 && code <= 29:
		s.unset(code)
	case code >= 30 && code <= 37:
		s.fg = basic | colour(code-30)
	case code >= 40 && code <= 47:
		s.bg = basic | colour(code-40)
	case code >= 90 && code <= 97:
		s.fg = basic | colour(code-90+8)
	case code >= 100 && code <= 107:
		s.bg = basic | colour(code-100+8)
	case code == 39:
		s.fg = 0
	case code == 49:
		s.bg = 0
	}
}

// paint sets the colour that 38 or 48 asked for; that of underlines (58) is not kept.
func (s *Style) paint(code int, c colour) {
	switch code {
	case 38:
		s.fg = c
	case 48:
		s.bg = c
	}
}

func (s *Style) unset(code int) {
	switch code {
	case 21: // double underline
		s.attrs |= underline
	case 22:
		s.attrs &^= bold | faint
	case 23:
		s.attrs &^= italic
	case 24:
		s.attrs &^= underline
	case 25:
		s.attrs &^= blink
	case 27:
		s.attrs &^= reverse
	case 28:
		s.attrs &^= conceal
	case 29:
		s.attrs &^= strike
	}
}

// setSub applies a code that came with n sub-parameters: 4:3 (a curly underline), 38:2::r:g:b,
// 38:2:r:g:b, 38:5:n.
func (s *Style) setSub(code int, sub [6]int, n int) {
	switch {
	case code == 4 && sub[0] == 0:
		s.attrs &^= underline
	case code == 4:
		s.attrs |= underline
	case code == 38, code == 48:
		v := [3]int{sub[1], sub[2], sub[3]}
		if sub[0] == 2 && n > 4 { // with a colour space before the values
			v = [3]int{sub[2], sub[3], sub[4]}
		} else if sub[0] == 5 {
			v = [3]int{sub[1]}
		}
		if c, ok := makeColour(sub[0], v); ok {
			s.paint(code, c)
		}
	}
}
