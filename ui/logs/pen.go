package logs

import (
	"bytes"

	"parallax/ui/text"
)

// pen follows the colours that are in force along a file. At any offset they are those that the
// block of that offset and the one before it set, so they do not depend on where reading began.
type pen struct {
	at   int64
	cur  text.Style // set since the start of the block before that of at
	next text.Style // set since the start of the block of at
	set  bool
}

// moveTo moves the pen to the offset at and returns the colours there. fresh makes it start anew,
// as it must within over-long lines, where it would otherwise depend on the pieces gone through.
func (p *pen) moveTo(v *view, at int64, fresh bool) text.Style {
	if fresh || !p.set || at < p.at || at-p.at > 2*block {
		*p = pen{at: max(floor(at)-block, 0), set: !fresh}
	}
	for p.at < at {
		p.follow(v.bytes(p.at, min(at, floor(p.at)+block)))
		end := min(at, floor(p.at)+block)
		if p.at = end; end%block == 0 {
			p.cur, p.next = p.next, text.Style{}
		}
	}
	return p.cur
}

// follow takes in what a part of one block sets, line by line: sequences do not span lines.
func (p *pen) follow(b []byte) {
	if bytes.IndexByte(b, '\x1b') < 0 {
		return
	}
	if i := lastReset(b); i >= 0 {
		p.cur, p.next = text.Style{}, text.Style{}
		b = b[i:]
	}
	for line := range bytes.SplitSeq(b, []byte{'\n'}) {
		text.Carry(line, &p.cur)
		text.Carry(line, &p.next)
	}
}

// lastReset returns where the last plain reset of all colours in b ends, or -1. Whatever comes before
// one is of no account: an ESC breaks off any sequence that is under way.
func lastReset(b []byte) int {
	for end := len(b); ; {
		i := bytes.LastIndexByte(b[:end], '\x1b')
		if i < 0 {
			return -1
		}
		for _, reset := range []string{"\x1b[0m", "\x1b[m"} {
			if bytes.HasPrefix(b[i:], []byte(reset)) {
				return i + len(reset)
			}
		}
		end = i
	}
}
