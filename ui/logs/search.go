package logs

import (
	"bytes"
	"context"
	"encoding/binary"

	"parallax/ui/text"
)

// region is how much Search looks through between two looks at its context.
const region = maxAhead

// Search looks for the query in the lines of the first limit bytes of a file, as they are drawn but
// without colours: forwards in those that start at or after from, or backwards in those that start
// before it. It returns the first one found. A match never spans lines, nor the pieces of over-long
// ones. It ends early, with the context's error, when ctx does.
func Search(ctx context.Context, path string, q Query, from, limit int64, backward bool) (Line, bool, error) {
	if q.Empty() {
		return Line{}, false, ctx.Err()
	}
	v, err := open(path, limit)
	if v == nil || err != nil {
		return Line{}, false, err
	}
	v.ahead, v.back = maxAhead, backward
	s := search{view: v, q: q}
	var p piece
	var found bool
	if backward {
		p, found, err = s.backward(ctx, min(from, v.size))
	} else {
		p, found, err = s.forward(ctx, max(from, 0))
	}
	var l Line
	if found {
		v.back = false
		l = v.line(p, new(pen))
	}
	if failed := v.close(); err == nil {
		err = failed
	}
	return l, found && err == nil, err
}

// search looks through a view region by region. It looks at the raw bytes for what can be a match
// at all, and only there at the drawn lines.
type search struct {
	*view
	q    Query
	hay  []byte // the region's bytes, in lower case for a query that folds case
	base int64  // of hay in the file
	raw  int    // where in hay the needle was found next
	odd  int    // where in hay something next is that is drawn other than it is written
}

func (s *search) forward(ctx context.Context, from int64) (piece, bool, error) {
	if p, ok := s.pieceAt(from); ok {
		if from > p.from {
			from = p.to
		}
	}
	for from < s.size {
		if err := ctx.Err(); err != nil {
			return piece{}, false, err
		}
		s.bytes(from, from+region) // in one read
		end := s.size
		if from+region < s.size {
			if end, _ = s.startOf(from + region); end <= from {
				break // truncated meanwhile
			}
		}
		s.enter(from, end)
		for from = s.base; ; {
			p, ok := s.candidate(from)
			if !ok {
				break
			}
			if s.matches(p) {
				return p, true, nil
			}
			from = p.to
		}
		from = max(from, end)
	}
	return piece{}, false, nil
}

func (s *search) backward(ctx context.Context, to int64) (piece, bool, error) {
	var found []piece
	for limit := to; to > 0; {
		if err := ctx.Err(); err != nil {
			return piece{}, false, err
		}
		low, _ := s.startOf(max(to-region, 0))
		s.enter(low, min(to, s.size))
		found = found[:0]
		for at := low; ; {
			p, ok := s.candidate(at)
			if !ok {
				break
			}
			if at = p.to; p.from < limit {
				found = append(found, p)
			}
		}
		for i := len(found) - 1; i >= 0; i-- {
			if s.matches(found[i]) {
				return found[i], true, nil
			}
		}
		to = low
	}
	return piece{}, false, nil
}

// enter makes the bytes from lo to hi the region.
func (s *search) enter(lo, hi int64) {
	b := s.bytes(lo, hi)
	if cap(s.hay) < len(b) {
		s.hay = make([]byte, len(b))
	}
	s.hay, s.base, s.raw, s.odd = s.hay[:len(b)], lo, -1, -1
	if !s.q.fold {
		copy(s.hay, b)
		return
	}
	lowerASCII(s.hay, b)
}

// lowerASCII copies src to dst, which is as long, with its ASCII letters in lower case: eight bytes
// at a time, for this is most of what such a search costs.
func lowerASCII(dst, src []byte) {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	i := 0
	for ; i+8 <= len(src); i += 8 {
		x := binary.LittleEndian.Uint64(src[i:])
		low := x &^ highs
		fromA, beyondZ := low+(0x80-'A')*ones, low+(0x80-'Z'-1)*ones // the high bit says yes
		upper := fromA &^ beyondZ &^ x & highs
		binary.LittleEndian.PutUint64(dst[i:], x|upper>>2)
	}
	for ; i < len(src); i++ {
		dst[i] = src[i]
		if c := src[i]; c >= 'A' && c <= 'Z' {
			dst[i] += 'a' - 'A'
		}
	}
}

// candidate returns the next visible piece at or after the offset from in which the query can be.
func (s *search) candidate(from int64) (piece, bool) {
	at := s.next(int(from - s.base))
	if at >= len(s.hay) {
		return piece{}, false
	}
	p, ok := s.pieceAt(s.base + int64(at))
	for ok && s.hidden(p) { // what it holds may be seen where it ends
		p, ok = s.after(p)
	}
	return p, ok
}

// next returns where in the region, from i on, a match can be.
func (s *search) next(i int) int {
	if s.q.needle == "" || i >= len(s.hay) {
		return i
	}
	for {
		if s.raw < i {
			s.raw = len(s.hay)
			if k := bytes.Index(s.hay[i:], []byte(s.q.needle)); k >= 0 {
				s.raw = i + k
			}
		}
		if s.odd < i {
			s.odd = text.Special(s.hay, i, s.q.blanks)
		}
		if s.raw <= s.odd || s.q.rare == 0 {
			return min(s.raw, s.odd)
		}
		start := i + bytes.LastIndexByte(s.hay[i:s.odd], '\n') + 1
		k := bytes.IndexByte(s.hay[s.odd:], '\n')
		if k < 0 || bytes.IndexByte(s.hay[start:s.odd+k], s.q.rare) >= 0 {
			return s.odd
		}
		i = s.odd + k + 1
	}
}

// matches reports whether the query is in a piece as it is drawn.
func (s *search) matches(p piece) bool {
	from, _ := s.shownFrom(p)
	return s.q.Match(text.Plain(s.body(from, p.to)))
}
