package logs

import (
	"bytes"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFollower(t *testing.T) {
	path := write(t, t.TempDir(), "")
	var f Follower
	add := func(s string) {
		t.Helper()
		file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		if _, err := file.WriteString(s); err != nil {
			t.Fatal(err)
		}
	}
	var at int64
	step := func(limit int64, ended bool, want string, more bool) {
		t.Helper()
		c, err := f.Next(path, at, limit, ended)
		if err != nil || string(c.Data) != want || c.More != more || c.Cont || c.Next != at+int64(len(want)) {
			t.Errorf("at %d: %q, next %d, more %v, cont %v, %v; want %q, more %v", at, c.Data, c.Next, c.More, c.Cont, err, want, more)
		}
		at = c.Next
	}
	step(-1, false, "", false)
	add("one\ntwo\nthr")
	step(4, false, "one\n", false)
	step(-1, false, "two\n", true)
	step(-1, false, "", true)
	add("ee\r\nlast")
	step(-1, false, "three\r\n", true)
	step(int64(len("one\ntwo\nthree\r\nla")), true, "la", false)
	at -= 2
	step(-1, true, "last", false)
	step(-1, true, "", false)
	if err := os.WriteFile(path, []byte("new\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := f.Next(path, at, -1, false)
	if err != nil || string(c.Data) != "new\n" || c.Next != 4 {
		t.Errorf("after truncation: %q, %d, %v", c.Data, c.Next, err)
	}
}

func TestFollowerDeliversEverythingInWholeLines(t *testing.T) {
	dir := t.TempDir()
	var f Follower
	for seed := range uint64(3) {
		r := rand.New(rand.NewPCG(seed, 4))
		s := content(seed, 40*block)
		if seed == 0 {
			s += strings.Repeat("漢", chunkSize) // a line of 768 KiB
		}
		path := write(t, dir, s)
		var got bytes.Buffer
		var at int64
		for at < int64(len(s)) {
			limit := min(at+int64(r.IntN(3*chunkSize)), int64(len(s)))
			c, err := f.Next(path, at, limit, limit == int64(len(s)))
			if err != nil {
				t.Fatal(err)
			}
			if c.Cont != (at > 0 && s[at-1] != '\n' && len(c.Data) > 0) {
				t.Fatalf("seed %d: Cont = %v at %d", seed, c.Cont, at)
			}
			if n := len(c.Data); n > 0 && c.Data[n-1] != '\n' && c.Next < int64(len(s)) {
				if n < chunkSize-lookBack {
					t.Fatalf("seed %d: part of a line of %d bytes", seed, n)
				}
				if seed == 0 && s[at] == "漢"[0] && !utf8.Valid(c.Data) {
					t.Fatal("a character is torn")
				}
			}
			got.Write(c.Data)
			at = c.Next
		}
		if got.String() != s {
			t.Fatalf("seed %d: %d bytes of %d delivered", seed, got.Len(), len(s))
		}
	}
}

func BenchmarkFollower(b *testing.B) {
	content := strings.Repeat("2026-01-02 03:04:05 INFO request served in 12 ms, path /index.html\n", 1<<20)
	path := write(b, b.TempDir(), content)
	var f Follower
	b.SetBytes(int64(len(content)))
	b.ReportAllocs()
	for b.Loop() {
		for at := int64(0); at < int64(len(content)); {
			c, err := f.Next(path, at, -1, true)
			if err != nil {
				b.Fatal(err)
			}
			at = c.Next
		}
	}
}
