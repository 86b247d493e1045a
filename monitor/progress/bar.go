package progress

import "bytes"

// reading is what one line says.
type reading struct {
	share  float64
	prefix string // what stands before the number, without spaces around it
	next   byte   // what follows the number and its sign, or 0
}

// like reports whether two lines look like the same bar.
func (r reading) like(o reading) bool { return r.prefix == o.prefix && r.next == o.next }

// bar returns how far a job is by one line that it draws again and again. finished says that no more
// of this line will follow.
//
// A percentage counts before a fraction, and one with a bar after it ("45%|###  |") before others.
// Where several could be meant, none is: "CPU 30% MEM 45%", "epoch 3/10, step 12/50".
func bar(text []byte, finished bool) (r reading, ok bool) {
	var percent, barred, fraction candidates
	for i := 0; i < len(text); {
		if !isDigit(text[i]) {
			i++
			continue
		}
		n, rest, valid := number(text[i:])
		if !valid { // too long: no number of ours
			i += digits(text[i:])
			continue
		}
		end := len(text) - len(rest)
		if i > 0 && glued(text[i-1]) {
			i = end
			continue
		}
		if next, ok := percentage(n, rest); ok {
			found := read(n.value/100, text[:i], next)
			percent.add(found)
			if len(next) > 0 && next[0] == '|' {
				barred.add(found)
			}
			i = len(text) - len(next)
			continue
		}
		if of, next, ok := fractionOf(n, rest, finished); ok {
			fraction.add(read(ratio(n, of), text[:i], next))
			end = len(text) - len(next)
		}
		i = end
	}
	for _, c := range []candidates{barred, percent, fraction} {
		if c.n > 0 {
			return c.first, c.n == 1
		}
	}
	return r, false
}

func read(share float64, before, after []byte) reading {
	r := reading{share: share, prefix: string(bytes.TrimSpace(before))}
	if len(after) > 0 {
		r.next = after[0]
	}
	return r
}

// candidates counts the different shares that could be meant.
type candidates struct {
	n     int
	first reading
}

func (c *candidates) add(r reading) {
	switch {
	case c.n == 0:
		c.n, c.first = 1, r
	case r.share != c.first.share:
		c.n++
	}
}

// digits is how many digits text begins with.
func digits(text []byte) int {
	n := 0
	for n < len(text) && isDigit(text[n]) {
		n++
	}
	return n
}

// glued reports whether a number after the byte c belongs to something else: "v1.5%", "loss=4%",
// "-3%", "12:30", "a/b".
func glued(c byte) bool {
	switch c {
	case '.', ',', '-', '+', '=', '/', '\\', ':', '_', '%', '$', '#', '~', '<', '>':
		return true
	}
	return isWord(c)
}

func isWord(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// percentage reports whether a number is followed by a per cent sign, and returns what follows that.
func percentage(n figure, rest []byte) (next []byte, ok bool) {
	if len(rest) > 1 && rest[0] == ' ' && rest[1] == '%' {
		rest = rest[1:]
	}
	if len(rest) == 0 || rest[0] != '%' || n.value > 100 {
		return nil, false
	}
	next = rest[1:]
	if len(next) > 0 && (isWord(next[0]) && next[0] < 0x80 || next[0] == '%' || next[0] == '-') {
		return nil, false
	}
	return next, true
}

// fractionOf reads the second half of "12/50". The line's end ends a number only if no more follows.
func fractionOf(n figure, rest []byte, finished bool) (of figure, next []byte, ok bool) {
	if len(rest) < 2 || rest[0] != '/' {
		return of, nil, false
	}
	of, next, ok = number(rest[1:])
	if !ok || !isFraction(n, of) || len(next) == 0 && !finished {
		return of, nil, false
	}
	if len(next) > 0 && (isWord(next[0]) || next[0] == '/' || next[0] == '.' || next[0] == '-') {
		return of, nil, false
	}
	return of, next, true
}
