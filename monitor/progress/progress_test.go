package progress

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const unknownShare = -1

// after is what a tracker knows after some output.
func after(text string) float64 {
	var t Tracker
	t.Output(0, []byte(text))
	return known(&t)
}

func known(t *Tracker) float64 {
	if share, ok := t.Share(); ok {
		return share
	}
	return unknownShare
}

func TestOutput(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       float64
	}{
		{"nothing", "", unknownShare},
		{"tqdm", "\r  0%|          | 0/100 [00:00<?, ?it/s]\r 45%|████▌     | 45/100 [00:04<00:05,  9.98it/s]", 0.45},
		{"tqdm at its end", "\r  0%|          | 0/100\r 45%|████▌     | 45/100 [00:04<00:05]\r100%|██████████| 100/100 [00:10<00:00]\n", 1},
		{"tqdm with a name and figures", "\rtrain:   0%|     | 0/9\rtrain:  33%|██   | 3/9 [00:04<00:05, loss=2%, acc=97%]", 0.33},
		{"git", "Receiving objects:  44% (440/1000)\rReceiving objects:  45% (450/1000)\rR", 0.45},
		{"git, at rest", "Receiving objects:  44% (440/1000)\rReceiving objects:  45% (450/1000)\r", unknownShare},
		{"curl -#", "\r######                      20.5%\r############             45.2%", 0.452},
		{"pv", "\r 400MiB 0:00:09 [45.1MiB/s] [==>    ] 40% ETA 0:00:11\r 450MiB 0:00:10 [45.0MiB/s] [===>   ] 45% ETA 0:00:10", 0.45},
		{"rsync", "\r        32,768   0%    0.00kB/s    0:00:00  \r 1,234,567,890  45%   11.20MB/s    0:00:10 (xfr#1, to-chk=12/50)", 0.45},
		{"steps", "\r[11/50] CC a.o\r[12/50] CC b.o", 0.24},
		{"keras", "Epoch 1/10\n\r11/50 [==>.......] - ETA: 3s\r12/50 [==>.......] - ETA: 3s - loss: 0.25", 0.24},
		{"wiped first", "\r\x1b[2K\x1b[32m 44%\x1b[0m\r\x1b[2K\x1b[32m 45%\x1b[0m", 0.45},
		{"to the first column", "44%\x1b[1G45%\x1b[G46%", 0.46},
		{"a space before the sign", "\r44 % done\r45 % done", 0.45},
		{"the same twice", "\r45% [====>    ] 45%\r46% [====>    ] 46%", 0.46},
		{"a second bar", "\r 50%|#\r100%|##\n\r  0%|\r 10%|#", 0.1},
		{"a second bar over the first", "\r 50%|#\r100%|##\r  0%|\r  8%|#", 0.08},
		{"lines between", "\r 44%|#\r 45%|#\r        \r100% of users\n\r 45%|#\r 46%|#", 0.46},

		{"a sentence", "100% of users\n", unknownShare},
		{"sentences", "10% done\n20% done\n30% done\n", unknownShare},
		{"sentences of Windows", "10% done\r\n20% done\r\n30% done\r\n", unknownShare},
		{"sentences of Windows, twice translated", "10% done\r\r\n20% done\r\r\n30% done\r\r\n", unknownShare},
		{"fractions", "12/50\n13/50\n", unknownShare},
		{"drawn once", "\r45% of users agree", unknownShare},
		{"drawn once, then text", "45% of users agree\rno\n46% do", unknownShare},
		{"a load", "\rCPU 40%\rCPU 45%\rCPU 30%\rCPU 50%\rCPU 60%", 0.45}, // not followed once it has fallen
		{"several", "\rCPU 40% MEM 20%\rCPU 45% MEM 20%", unknownShare},
		{"several fractions", "\repoch 1/2 step 3/10\repoch 1/2 step 4/10", unknownShare},
		{"a change", "\r-4%\r+5%", unknownShare},
		{"more than all", "\r120%\r130%", unknownShare},
		{"a format", "\r45%d\r46%s", unknownShare},
		{"a date", "\r12/11/2026\r13/11/2026", unknownShare},
		{"a time", "\r00:12/05:00\r00:13/05:00", unknownShare},
		{"a path", "\rlib/12/50/x\rlib/13/50/x", unknownShare},
		{"half a number", "\r1/100\r1/1", unknownShare},
		{"a bar of no known length", "\r\x1b[2K" + strings.Repeat("x", 2000) + "45%\r" + strings.Repeat("x", 2000) + "46%", unknownShare},
		{"backspaces", "44%\b\b\b45%\b\b\b46%", unknownShare},

		{"a sequence", "x\x1b]9;4;1;42\ay", 0.42},
		{"a sequence, other end", "x\x1b]9;4;1;42\x1b\\y", 0.42},
		{"an error", "\x1b]9;4;1;42\a\x1b]9;4;2;50\a", 0.5},
		{"an error without a figure", "\x1b]9;4;1;42\a\x1b]9;4;2\a\x1b]9;4;2;\a", 0.42},
		{"paused", "\x1b]9;4;4;42\a", 0.42},
		{"not known, taken away", "\x1b]9;4;1;42\a\x1b]9;4;3;0\a\x1b]9;4;0;0\a", 0.42},
		{"no figure", "\x1b]9;4;1;x\a\x1b]9;4;1;-1\a\x1b]9;4;1;101\a\x1b]9;4;12;5\a\x1b]9;5;1;5\a", unknownShare},
		{"a title", "\x1b]0;45% done\a\r\x1b]0;46% done\a", unknownShare},
		{"broken off", "\x1b]9;4;1;42\n\x1b]9;4;1;4", unknownShare},
		{"too long", "\x1b]9;4;1;" + strings.Repeat("0", 40) + "42\a", unknownShare},
		{"before a bar", "\x1b]9;4;1;42\a\r44%\r45%\r46%", 0.42},
		{"after a bar", "\r44%\r45%\r46%\x1b]9;4;1;42\a", 0.42},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := after(c.text); math.Abs(got-c.want) > 1e-9 {
				t.Errorf("%q: got %v, want %v", c.text, got, c.want)
			}
		})
	}
}

func TestSkippedOutput(t *testing.T) {
	var tr Tracker
	tr.Skip(0)
	tr.Output(0, []byte("5%\r6%|#\r7%|#")) // the first may be half of 95%
	if got := known(&tr); got != 0.07 {
		t.Errorf("got %v", got)
	}
	tr.Output(0, []byte("\x1b]9;4;1;"))
	tr.Skip(0)
	tr.Output(0, []byte("42\a"))
	if got := known(&tr); got != 0.07 {
		t.Errorf("two halves became %v", got)
	}
	tr.Output(1, []byte("\r8%\r9%"))
	if got := known(&tr); got != 0.09 {
		t.Errorf("standard error: got %v", got)
	}
}

func TestDescriptor(t *testing.T) {
	for _, c := range []struct {
		text  string
		whole bool
		want  float64
	}{
		{"42\n", true, 0.42},
		{"42%\n", true, 0.42},
		{"42.5 %\n", true, 0.425},
		{"0.42\n", true, 0.42},
		{"1.0\n", true, 1},
		{"1\n", true, 0.01},
		{"0\n", true, 0},
		{"100\n", true, 1},
		{"3/10\n", true, 0.3},
		{" 3/10\t\r\n", true, 0.3},
		{"1\n2\n3\n", true, 0.03},
		{"1\n2\nthree\n", true, 0.02},
		{"1\n2", true, 0.01},
		{"2\n", false, unknownShare},
		{"2\n3\n", false, 0.03},
		{"", true, unknownShare},
		{"\n\n", true, unknownShare},
		{"42", true, unknownShare},
		{"101\n", true, unknownShare},
		{"1.5\n", true, unknownShare},
		{"-1\n", true, unknownShare},
		{"3/0\n", true, unknownShare},
		{"11/10\n", true, unknownShare},
		{"3/10/4\n", true, unknownShare},
		{"0.3/1\n", true, unknownShare},
		{"1e2\n", true, unknownShare},
		{".5\n", true, unknownShare},
		{"42 of 100\n", true, unknownShare},
		{"99999999999999999999999999999999\n", true, unknownShare},
	} {
		var tr Tracker
		tr.Descriptor([]byte(c.text), c.whole)
		if got := known(&tr); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%q: got %v, want %v", c.text, got, c.want)
		}
	}
}

func TestTheBetterSourceCounts(t *testing.T) {
	var tr Tracker
	tr.Output(0, []byte("\r44%\r45%"))
	tr.Output(1, []byte("\x1b]9;4;1;50\a"))
	tr.Output(0, []byte("\r46%\r47%"))
	if got := known(&tr); got != 0.5 {
		t.Errorf("after a sequence: %v", got)
	}
	tr.Descriptor([]byte("60\n"), true)
	tr.Output(1, []byte("\x1b]9;4;1;70\a"))
	tr.Descriptor([]byte("nothing\n"), true)
	if got := known(&tr); got != 0.6 {
		t.Errorf("after the descriptor: %v", got)
	}
	tr.Descriptor([]byte("55\n"), true)
	if got := known(&tr); got != 0.55 {
		t.Errorf("it may say less than before: %v", got)
	}
}

// What a job writes comes in pieces of any size.
func TestPiecesMakeNoDifference(t *testing.T) {
	part := rapid.SampledFrom([]string{
		"\r", "\n", "\r\n", "\x1b[2K", "\x1b[G", "\x1b[1A", "\x1b]9;4;1;", "\x1b]9;4;1;42\a", "\x1b]9;4;4;43\x1b\\", "\a", "\x1b", "\\", "\b",
		" 4", "5%", "46%|##", "100%", "12/50", " 13/50 ", "text ", "█", "0.5%", strings.Repeat("y", 700),
	})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(part, 0, 40).Draw(t, "parts"), "")
		var tr, whole Tracker
		for rest := text; rest != ""; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "piece")
			tr.output[0].scan([]byte(rest[:n]), tr.set)
			rest = rest[n:]
		}
		whole.output[0].scan([]byte(text), whole.set)
		if got, want := known(&tr), known(&whole); got != want {
			t.Fatalf("%q: in pieces %v, at once %v", text, got, want)
		}
	})
}

func FuzzOutput(f *testing.F) {
	for _, s := range []string{"\r 45%|##| 45/100", "\x1b]9;4;1;42\a", "100% of users\r\n", "\r[12/50]\r[13/50]"} {
		f.Add([]byte(s), 3)
	}
	f.Fuzz(func(t *testing.T, text []byte, cut int) {
		var tr Tracker
		cut = min(max(cut, 0), len(text))
		tr.Output(0, text[:cut])
		tr.Skip(0)
		tr.Output(0, text[cut:])
		tr.Descriptor(text, true)
		if share, ok := tr.Share(); ok && !(share >= 0 && share <= 1) || !ok && share != 0 {
			t.Fatalf("share %v, %t", share, ok)
		}
		if o := &tr.output[0]; len(o.line) > maxBar || len(o.sequence) > maxSequence {
			t.Fatalf("keeps %d and %d bytes", len(o.line), len(o.sequence))
		}
	})
}

// FuzzPlainLines is the promise that ordinary lines are never taken for progress.
func FuzzPlainLines(f *testing.F) {
	f.Add("100% of users")
	f.Add("12/50\r\n13/50\r\n45%")
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "")
		text = strings.ReplaceAll(text, "\x1b", "")
		for _, end := range []string{"\n", "\r\n"} {
			if got := after(strings.ReplaceAll(text, "\n", end) + end); got != unknownShare {
				t.Fatalf("%q: %v", text, got)
			}
		}
	})
}

func BenchmarkOutput(b *testing.B) {
	bar := []byte(strings.Repeat("\r 45%|████▌     | 45/100 [00:04<00:05,  9.98it/s]", Tail/60))
	lines := []byte(strings.Repeat("a line of ordinary output with some words and 45 numbers\n", Tail/57))
	for name, text := range map[string][]byte{"bar": bar, "lines": lines} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			var tr Tracker
			for b.Loop() {
				tr.Output(0, text)
			}
		})
	}
}
