package logs

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"parallax/ui/text"
)

func write(t testing.TB, dir, content string) string {
	t.Helper()
	path := filepath.Join(dir, "job.log")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func texts(lines []Line) []string {
	var s []string
	for _, l := range lines {
		s = append(s, l.Text)
	}
	return s
}

func TestTail(t *testing.T) {
	for _, c := range []struct {
		name, content string
		n             int
		limit         int64
		want          []string
	}{
		{"empty", "", 3, -1, nil},
		{"one line", "a\n", 3, -1, []string{"a"}},
		{"no newline at the end", "a\nb", 3, -1, []string{"a", "b"}},
		{"the last ones", "a\nb\nc\nd\n", 2, -1, []string{"c", "d"}},
		{"empty lines", "a\n\n\n", 3, -1, []string{"a", "", ""}},
		{"none", "a\n", 0, -1, nil},
		{"limit", "a\nb\nc\n", 2, 4, []string{"a", "b"}},
		{"limit within a line", "a\nbcd\n", 2, 4, []string{"a", "bc"}},
		{"limit beyond", "a\n", 2, 400, []string{"a"}},
		{"CRLF", "a\r\nb\r\n", 2, -1, []string{"a", "b"}},
		{"progress", "start\n\r 10%\r 20%\r 30%", 2, -1, []string{"start", " 30%"}},
		{"colours over lines", "\x1b[31ma\nb\x1b[0m\nc\n", 2, -1, []string{"\x1b[31mb\x1b[0m", "c"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := write(t, t.TempDir(), c.content)
			got, err := Tail(path, c.limit, c.n)
			if err != nil {
				t.Fatal(err)
			}
			size := int64(len(c.content))
			if c.limit >= 0 {
				size = min(size, c.limit)
			}
			if !slices.Equal(texts(got.Lines), c.want) || got.Size != size {
				t.Errorf("%q, size %d; want %q, %d", texts(got.Lines), got.Size, c.want, size)
			}
		})
	}
}

func TestMissingFileHasNoLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none")
	q, _ := Compile("a", false)
	tail, err1 := Tail(path, -1, 5)
	page, err2 := Page(path, 0, -1, 5)
	before, err3 := Before(path, 10, -1, 5)
	_, found, err4 := Search(t.Context(), path, q, 0, -1, false)
	for _, err := range []error{err1, err2, err3, err4} {
		if err != nil {
			t.Error(err)
		}
	}
	if len(tail.Lines)+len(page)+len(before) != 0 || found {
		t.Error("a missing file has lines")
	}
}

func TestUnreadableFileIsAnError(t *testing.T) {
	if _, err := Tail(t.TempDir(), -1, 5); err == nil {
		t.Error("reading a folder is no error")
	}
}

func TestOverlongLine(t *testing.T) {
	long := strings.Repeat("0123456789abcdef", 10*block/16)
	path := write(t, t.TempDir(), "first\n"+long+"\nlast\n")
	lines, err := Page(path, 0, -1, 100)
	if err != nil {
		t.Fatal(err)
	}
	var joined strings.Builder
	for i, l := range lines {
		if l.To-l.From > 2*block {
			t.Errorf("piece %d has %d bytes", i, l.To-l.From)
		}
		if want := i > 1 && i < len(lines)-1; l.Cont != want {
			t.Errorf("piece %d of %d: Cont = %v", i, len(lines), l.Cont)
		}
		joined.WriteString(l.Text)
	}
	if joined.String() != "first"+long+"last" || len(lines) != 12 {
		t.Errorf("%d pieces, %d bytes", len(lines), joined.Len())
	}
	tail, err := Tail(path, -1, 3)
	if err != nil || !slices.Equal(tail.Lines, lines[len(lines)-3:]) {
		t.Errorf("Tail disagrees: %v, %v", len(tail.Lines), err)
	}
}

func TestOverlongProgressShowsItsLastState(t *testing.T) {
	var b strings.Builder
	b.WriteString("start\n")
	for i := range 20_000 {
		fmt.Fprintf(&b, "\r%5d/20000 [#####     ] it/s", i)
	}
	want := []string{"start", "19999/20000 [#####     ] it/s"}
	for _, end := range []string{"", "\n", "\r\n", "\nafter\n"} {
		path := write(t, t.TempDir(), b.String()+end)
		want := want
		if strings.Contains(end, "after") {
			want = append(slices.Clone(want), "after")
		}
		page, err := Page(path, 0, -1, 10)
		if err != nil || !slices.Equal(texts(page), want) {
			t.Errorf("Page: %q, %v", texts(page), err)
		}
		size := int64(b.Len() + len(end))
		before, err := Before(path, size, -1, 10)
		if err != nil || !slices.Equal(before, page) {
			t.Errorf("Before: %q, %v", texts(before), err)
		}
		tail, err := Tail(path, -1, 10)
		if err != nil || !slices.Equal(texts(tail.Lines), want[1:]) { // the start is further back than it looks
			t.Errorf("Tail: %q, %v", texts(tail.Lines), err)
		}
		if len(page) > 1 && page[1].Cont {
			t.Error("a state that stands alone is said to go on with something")
		}
	}
}

// reference does the same as the package with the whole file in memory.
func reference(content string) []piece {
	var all []piece
	for start := 0; start < len(content); {
		end := len(content)
		if i := strings.IndexByte(content[start:], '\n'); i >= 0 {
			end = start + i + 1
		}
		from, cont := start, false
		for g := block; g <= len(content); g += block {
			if g > from && g <= end && !strings.Contains(content[g-block:g], "\n") {
				at := g - block + text.Whole([]byte(content[g-block:g]))
				if at > from && at < end {
					all = append(all, piece{int64(from), int64(at), cont, true})
					from, cont = at, true
				}
			}
		}
		all = append(all, piece{int64(from), int64(end), cont, false})
		start = end
	}
	redraws := func(p piece) bool {
		s := strings.TrimSuffix(content[p.from:p.to], "\n")
		if !p.cut {
			s = strings.TrimRight(s, "\r")
		}
		return strings.Contains(s, "\r")
	}
	var seen []piece
	for i, p := range all {
		if !p.cut || !redraws(p) && !redraws(all[i+1]) {
			seen = append(seen, p)
		}
	}
	return seen
}

// content draws a file of lines short and long, some with colours, progress and torn characters.
func content(seed uint64, size int) string {
	r := rand.New(rand.NewPCG(seed, 1))
	parts := []string{
		"word ", "漢字", "é", "👩", "\x1b[31m", "\x1b[0m", "\x1b[1;32m", "\xff", "\t", "needle", "NEEDLE", "nee\x1b[0mdle", "x",
		"\x1b]0;title\x07", "ü", "Ü",
	}
	var b strings.Builder
	for b.Len() < size {
		n := r.IntN(12)
		if r.IntN(25) == 0 {
			n = r.IntN(2 * block)
		}
		redraw := r.IntN(4) == 0
		ascii := r.IntN(2) == 0
		for range n {
			switch {
			case redraw && r.IntN(60) == 0:
				b.WriteByte('\r')
			case ascii:
				b.WriteByte(byte('a' + r.IntN(26)))
			default:
				b.WriteString(parts[r.IntN(len(parts))])
			}
			if n > 12 && r.IntN(40) == 0 && b.Len()%block > block-40 { // close to a cut
				b.WriteString("👩\x1b[32m")
			}
		}
		switch r.IntN(8) {
		case 0:
			b.WriteString("\r\n")
		default:
			b.WriteByte('\n')
		}
	}
	s := b.String()
	if r.IntN(2) == 0 {
		s = s[:len(s)-1]
	}
	return s
}

func same(lines []Line, want []piece) bool {
	return slices.EqualFunc(lines, want, func(l Line, p piece) bool { return l.From == p.from && l.To == p.to })
}

func TestReadingAgreesFromEverywhere(t *testing.T) {
	dir := t.TempDir()
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 2))
		s := content(seed, r.IntN(12*block))
		path := write(t, dir, s)
		all, err := Page(path, 0, -1, 1<<30)
		if want := reference(s); err != nil || !same(all, want) {
			t.Fatalf("seed %d: Page of the whole: %d lines, want %d, %v", seed, len(all), len(want), err)
		}
		for range 8 {
			i, n := r.IntN(len(all)+1), r.IntN(12)
			at := int64(len(s))
			if i < len(all) {
				at = all[i].From
			}
			page, _ := Page(path, at, -1, n)
			if !slices.Equal(page, all[i:min(i+n, len(all))]) {
				t.Fatalf("seed %d: Page(%d, %d) disagrees", seed, at, n)
			}
			before, _ := Before(path, at, -1, n)
			if !slices.Equal(before, all[max(i-n, 0):i]) {
				t.Fatalf("seed %d: Before(%d, %d) disagrees", seed, at, n)
			}
		}
		n := r.IntN(40)
		tail, _ := Tail(path, -1, n)
		rest := len(all) - len(tail.Lines)
		if !slices.Equal(tail.Lines, all[rest:]) ||
			rest > 0 && len(tail.Lines) < n && all[rest-1].To > int64(len(s)-tailCap) {
			t.Fatalf("seed %d: Tail(%d) disagrees: %d lines of %d", seed, n, len(tail.Lines), len(all))
		}
		limit := r.IntN(len(s) + 1)
		if part, _ := Page(path, 0, int64(limit), 1<<30); !same(part, reference(s[:limit])) {
			t.Fatalf("seed %d: Page with the limit %d disagrees", seed, limit)
		}
	}
}

func FuzzReading(f *testing.F) {
	f.Add([]byte("line\n\r\x1b[31m漢"), 9000, 7, 3)
	f.Add([]byte("\xe6\xbc"), 70000, 1, 100)
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, part []byte, size, at, n int) {
		size = min(max(size, -size, 0), 10*block)
		s := strings.Repeat(string(part), size/max(len(part), 1)) + string(part)
		path := write(t, dir, s)
		all, err := Page(path, 0, -1, 1<<30)
		if err != nil || !same(all, reference(s)) {
			t.Fatalf("%d lines, want %d, %v", len(all), len(reference(s)), err)
		}
		n, at = max(n, -n, 0)%50, max(at, -at, 0)%(len(all)+1)
		from := int64(len(s))
		if at < len(all) {
			from = all[at].From
		}
		if page, _ := Page(path, from, -1, n); !slices.Equal(page, all[at:min(at+n, len(all))]) {
			t.Fatalf("Page(%d, %d) disagrees", from, n)
		}
		if before, _ := Before(path, from, -1, n); !slices.Equal(before, all[max(at-n, 0):at]) {
			t.Fatalf("Before(%d, %d) disagrees", from, n)
		}
	})
}

func TestPieceTextIsTheLinesText(t *testing.T) {
	drop := strings.NewReplacer("\r", "", "\t", "", "\x1b]0;title\x07", "") // what depends on the whole line
	for seed := range uint64(6) {
		s := strings.TrimSuffix(drop.Replace(content(seed, 6*block)), "\n")
		all, err := Page(write(t, t.TempDir(), s), 0, -1, 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		var got, want []string
		for _, l := range all {
			if l.Cont {
				got[len(got)-1] += text.Strip(l.Text)
			} else {
				got = append(got, text.Strip(l.Text))
			}
		}
		for line := range strings.SplitSeq(s, "\n") {
			want = append(want, text.Plain([]byte(line)))
		}
		if strings.HasSuffix(s, "\n") {
			want = want[:len(want)-1]
		}
		if !slices.Equal(got, want) {
			t.Errorf("seed %d: the pieces differ from their lines", seed)
		}
	}
}

func TestCharactersAndSequencesAreNotTorn(t *testing.T) {
	for shift := range 5 {
		s := strings.Repeat("x", shift) + strings.Repeat("漢", block) + strings.Repeat("\x1b[31m字", block/2)
		path := write(t, t.TempDir(), s)
		all, err := Page(path, 0, -1, 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range all {
			if strings.ContainsAny(l.Text, "\uFFFD1") && strings.Contains(text.Strip(l.Text), "1") || strings.Contains(l.Text, "\uFFFD") {
				t.Fatalf("shift %d: torn at %d: %q", shift, l.From, text.Clip(l.Text, 10))
			}
		}
	}
}

func TestColoursLeftOnHoldForABlockOrTwo(t *testing.T) {
	s := "\x1b[31mred\n" + strings.Repeat("0123456789abcde\n", 4*block/16)
	path := write(t, t.TempDir(), s)
	all, err := Page(path, 0, -1, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range all {
		if red := strings.HasPrefix(l.Text, "\x1b[31m"); red != (l.From < 2*block) {
			t.Fatalf("the line at %d: %q", l.From, l.Text)
		}
		if i%101 != 0 {
			continue
		}
		if page, _ := Page(path, l.From, -1, 1); len(page) != 1 || page[0] != l {
			t.Fatalf("the line at %d, read alone: %q", l.From, page[0].Text)
		}
	}
}

func TestFileGrowsAndIsTruncated(t *testing.T) {
	path := write(t, t.TempDir(), "")
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var whole bytes.Buffer
	for i := range 200 {
		part := fmt.Sprintf("line %d\nstart of ", i) + strings.Repeat("x", i*40)
		f.WriteString(part)
		whole.WriteString(part)
		tail, err := Tail(path, -1, 2)
		if err != nil || tail.Size != int64(whole.Len()) {
			t.Fatalf("size %d, %v", tail.Size, err)
		}
		if want := "start of " + strings.Repeat("x", i*40); tail.Lines[1].Text != want {
			t.Fatalf("tail: %q", tail.Lines[1].Text)
		}
	}
	v, err := open(path, -1)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(20); err != nil {
		t.Fatal(err)
	}
	if lines := v.before(v.size, 5, 0); len(lines) > 0 || v.close() != nil {
		t.Errorf("lines of a file that is no longer: %q", texts(lines))
	}
	tail, err := Tail(path, int64(whole.Len()), 5)
	if err != nil || tail.Size != 20 {
		t.Errorf("after truncation: %d, %v", tail.Size, err)
	}
	if page, err := Page(path, 500, -1, 5); err != nil || len(page) > 0 {
		t.Errorf("beyond the end: %q, %v", texts(page), err)
	}
}

func BenchmarkTail(b *testing.B) {
	plain := strings.Repeat("2026-01-02 03:04:05 INFO request served in 12 ms, path /index.html\n", 1<<20)
	colour := strings.Repeat("\x1b[2m2026-01-02 03:04:05\x1b[0m \x1b[32mINFO\x1b[0m request served in 12 ms\n", 1<<18)
	bar := "start\n" + strings.Repeat("\r 33%|###       | 1/3 [00:00<00:00,  9.99it/s]", 1<<18)
	for _, c := range []struct{ name, content string }{{"plain", plain}, {"colour", colour}, {"bar", bar}} {
		path := write(b, b.TempDir(), c.content)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Tail(path, -1, 10); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
