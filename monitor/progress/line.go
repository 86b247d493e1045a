package progress

import (
	"bytes"
	"strconv"
)

// maxNumber bounds the digits of a number: it is exact as a float64 then.
const maxNumber = 15

// lastLine returns the last line of the text that says how far a job is. A last one without a
// newline may be half of one and does not count, nor does a first one whose beginning is missing.
func lastLine(text []byte, whole bool) (share float64, ok bool) {
	end := bytes.LastIndexByte(text, '\n')
	for end >= 0 {
		start := bytes.LastIndexByte(text[:end], '\n') + 1
		if start == 0 && !whole {
			return 0, false
		}
		if share, ok = told(bytes.TrimSpace(text[start:end])); ok {
			return share, true
		}
		end = start - 1
	}
	return 0, false
}

// told reads one line of the progress descriptor: a percentage with or without its sign, a fraction,
// or a share, which has a dot and is at most 1.
func told(line []byte) (share float64, ok bool) {
	n, rest, ok := number(line)
	switch {
	case !ok:
		return 0, false
	case len(rest) == 0 && n.dot:
		return n.value, n.value <= 1
	case len(rest) == 0:
		return n.value / 100, n.value <= 100
	case string(bytes.TrimLeft(rest, " \t")) == "%":
		return n.value / 100, n.value <= 100
	case rest[0] == '/' && !n.dot:
		of, end, ok := number(rest[1:])
		return ratio(n, of), ok && len(end) == 0 && isFraction(n, of)
	}
	return 0, false
}

type figure struct {
	value float64
	dot   bool
}

// number reads the digits, with a dot among them or not, that text begins with.
func number(text []byte) (n figure, rest []byte, ok bool) {
	i, digits := 0, 0
	for ; i < len(text); i++ {
		if c := text[i]; isDigit(c) {
			digits++
		} else if c == '.' && !n.dot && digits > 0 && i+1 < len(text) && isDigit(text[i+1]) {
			n.dot = true
		} else {
			break
		}
	}
	if digits == 0 || digits > maxNumber {
		return n, text, false
	}
	v, err := strconv.ParseFloat(string(text[:i]), 64)
	n.value = v
	return n, text[i:], err == nil
}

// isFraction reports whether a of b can be progress.
func isFraction(a, b figure) bool {
	return !a.dot && !b.dot && b.value > 0 && a.value <= b.value
}

func ratio(a, b figure) float64 {
	if b.value == 0 {
		return 0
	}
	return a.value / b.value
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
