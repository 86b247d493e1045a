package progress

import (
	"bytes"
	"strconv"
)

// output reads one stream of a job's output. What it keeps is bounded.
type output struct {
	line     []byte // of the current line, without sequences
	long     bool   // there is more of it than is kept
	partial  bool   // its beginning was not seen
	again    bool   // it is drawn over an earlier one
	returned bool   // a carriage return came last: a newline now makes it a plain line end
	escape   escape
	sequence []byte // of the current sequence

	last  reading // of the line that was drawn last
	drawn int     // how many lines with a share were drawn over each other
	liar  bool    // a share fell that was no new bar: what looks like progress is something else
}

// escape is where in a sequence the reader is.
type escape uint8

const (
	plain   escape = iota
	begun          // ESC
	control        // ESC [
	command        // ESC ]
	closing        // ESC ] … ESC
)

const (
	maxBar      = 1024 // bytes of a line: a bar of 300 wide characters fits
	maxSequence = 32
	// agreed is how many lines drawn over each other must tell of a share before it is believed.
	agreed = 2
	// A share that falls by more than slip begins a new bar if it falls from above full to below
	// fresh. Else it is no progress, but a load, or several bars at once.
	slip  = 0.01
	full  = 0.9
	fresh = 0.1
)

// skip notes that something was left out: what comes next may begin anywhere.
func (o *output) skip() {
	o.line, o.sequence = o.line[:0], o.sequence[:0]
	o.long, o.partial, o.again, o.returned, o.escape = false, true, false, false, plain
}

// feed reads the next piece and tells each share that it finds, that of an unfinished line too.
func (o *output) feed(text []byte, tell func(source, float64)) {
	o.scan(text, tell)
	if o.again && !o.returned { // it is on the screen already, though more of it may come
		o.look(false, tell)
	}
}

func (o *output) scan(text []byte, tell func(source, float64)) {
	for len(text) > 0 {
		if o.escape == plain && !o.returned {
			n := bytes.IndexAny(text, "\r\n\x1b\b")
			if n < 0 {
				n = len(text)
			}
			o.keep(text[:n])
			if text = text[n:]; len(text) == 0 {
				break
			}
		}
		o.step(text[0], tell)
		text = text[1:]
	}
}

// keep adds text to the line.
func (o *output) keep(text []byte) {
	room := maxBar - len(o.line)
	if len(text) > room {
		text, o.long = text[:room], true
	}
	o.line = append(o.line, text...)
}

// step reads one byte.
func (o *output) step(c byte, tell func(source, float64)) {
	if o.escape != plain {
		o.inSequence(c, tell)
		return
	}
	if o.returned {
		switch c {
		case '\r':
			return
		case '\n':
			o.returned = false
			o.end(tell)
			return
		}
		o.returned = false
		o.redraw(tell)
	}
	switch c {
	case '\r':
		o.returned = true
	case '\n':
		o.end(tell)
	case '\x1b':
		o.escape, o.sequence = begun, o.sequence[:0]
	case '\b': // a bar that is drawn by stepping back is not understood
	default:
		o.keep([]byte{c})
	}
}

// redraw ends a line that the next is drawn over.
func (o *output) redraw(tell func(source, float64)) {
	o.look(true, tell)
	o.next(true)
}

// end ends a line that stays. The last state of a bar does; what is printed in between, after the bar
// was wiped away, does too, but looks different.
func (o *output) end(tell func(source, float64)) {
	if o.again && o.like() {
		o.look(true, tell)
	} else if len(o.line) > 0 {
		o.drawn = 0
	}
	o.next(false)
}

// like reports whether the line looks like the one that was drawn last.
func (o *output) like() bool {
	r, ok := bar(o.line, true)
	return ok && r.like(o.last)
}

// next begins a line.
func (o *output) next(again bool) {
	o.line, o.long, o.partial, o.again = o.line[:0], false, false, again
}

// look reads a line that is drawn again and again.
func (o *output) look(finished bool, tell func(source, float64)) {
	if o.long || o.partial || o.liar {
		return
	}
	r, ok := bar(o.line, finished)
	if !ok {
		return
	}
	if o.drawn > 0 && r.share < o.last.share-slip {
		if o.last.share < full || r.share > fresh {
			o.liar = true
			return
		}
		o.drawn = 0
	}
	o.last = r
	if finished {
		o.drawn++
	}
	if o.drawn >= agreed || !finished && o.drawn+1 >= agreed {
		tell(fromLine, r.share)
	}
}

// inSequence reads one byte of a sequence.
func (o *output) inSequence(c byte, tell func(source, float64)) {
	switch o.escape {
	case begun:
		switch c {
		case '[':
			o.escape = control
		case ']':
			o.escape = command
		case '\x1b':
		default: // of two bytes
			o.escape = plain
		}
		return
	case control:
		switch {
		case c == '\x1b':
			o.escape, o.sequence = begun, o.sequence[:0]
			return
		case c >= '@' && c <= '~':
			o.escape = plain
			if c == 'G' && (len(o.sequence) == 0 || string(o.sequence) == "1") { // to the first column
				o.redraw(tell)
			}
			return
		case c < ' ': // broken off
			o.escape = plain
			o.step(c, tell)
			return
		}
	case command:
		switch c {
		case '\a':
			o.endCommand(tell)
			return
		case '\x1b':
			o.escape = closing
			return
		case '\n', '\r': // no sequence of ours, and perhaps none
			o.escape = plain
			o.step(c, tell)
			return
		}
	case closing:
		if c == '\\' {
			o.endCommand(tell)
			return
		}
		o.escape, o.sequence = begun, o.sequence[:0]
		o.inSequence(c, tell)
		return
	}
	if len(o.sequence) < maxSequence {
		o.sequence = append(o.sequence, c)
	}
}

func (o *output) endCommand(tell func(source, float64)) {
	o.escape = plain
	if share, ok := sequence(o.sequence); ok {
		tell(fromSequence, share)
	}
}

// sequence reads 9;4;STATE;PERCENT. The states that say how far a job is are 1 (set), 2 (error) and
// 4 (paused); 0 takes the bar away and 3 says that it is not known: then what was last said stands.
func sequence(text []byte) (share float64, ok bool) {
	state, found := bytes.CutPrefix(text, []byte("9;4;"))
	if !found || len(state) < 3 || len(text) >= maxSequence || state[1] != ';' {
		return 0, false
	}
	if c := state[0]; c != '1' && c != '2' && c != '4' {
		return 0, false
	}
	percent, err := strconv.ParseUint(string(state[2:]), 10, 16)
	if err != nil || percent > 100 {
		return 0, false
	}
	return float64(percent) / 100, true
}
