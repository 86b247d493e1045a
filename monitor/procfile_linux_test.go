package monitor

import (
	"os"
	"testing"
	"time"
)

func TestParseStat(t *testing.T) {
	const line = "4711 (a) b (c) S 12 4711 99 0 -1 4194304 1 2 3 4 250 50 7 3 20 0 5 0 123456 1000 20 18446744073709551615 " +
		"1 1 0 0 0 0 0 0 2 0 0 0 17 11 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
	s, ok := parseStat([]byte(line))
	want := threadStat{'S', 12, 4711, 99, 3 * time.Second, 100 * time.Millisecond, 5, 123456, 11}
	if !ok || s != want {
		t.Errorf("got %+v %v, want %+v", s, ok, want)
	}
	for _, bad := range []string{"", "1 (x", "1 (x)", "1 (x) R 1 2", ")"} {
		if _, ok := parseStat([]byte(bad)); ok {
			t.Errorf("%q was read", bad)
		}
	}
	text, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		t.Fatal(err)
	}
	if s, ok := parseStat(text); !ok || s.parent != os.Getppid() || s.threads < 1 || s.birth == 0 {
		t.Errorf("own: %+v", s)
	}
}

func FuzzParsers(f *testing.F) {
	f.Add([]byte("4711 (a) b (c) S 12 4711 99"))
	f.Add([]byte("cpu0 1 2 3 4 5 6 7 8\ncpu 1"))
	f.Add([]byte("Pss:"))
	f.Fuzz(func(t *testing.T, text []byte) {
		parseStat(text)
		parseSchedstat(text)
		parsePSS(text)
		parseCores(text, nil)
		number(text)
		new(memoryLane).numbers(text)
	})
}

func TestParseOthers(t *testing.T) {
	if c := parseSchedstat([]byte("37580 5811 2\n")); c != (counters{37580, 5811}) {
		t.Errorf("schedstat: %v", c)
	}
	if pss, ok := parsePSS([]byte("1-2 ---p 0 0:0 0 [rollup]\nRss: 9 kB\nPss:        38 kB\nPss_Dirty: 4 kB\n")); !ok || pss != 38<<10 {
		t.Errorf("PSS: %d %v", pss, ok)
	}
	if _, ok := parsePSS([]byte("Rss: 9 kB\nSwapPss: 3 kB\n")); ok {
		t.Error("SwapPss is not PSS")
	}
	got := parseCores([]byte("cpu  9 9 9 9 9 9 9 9 0 0\ncpu0 1 2 3 4 5 6 7 8 100 0\ncpu5 0 0 0 9 0 0 0 0 0 0\nintr 5 5\n"), nil)
	tick := userTick
	want := []coreTimes{{0, 19 * tick, 8 * tick, 36 * tick}, {5, 0, 0, 9 * tick}}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("cores: %v, want %v", got, want)
	}
	if got := new(memoryLane).numbers([]byte("12 345 \n6")); len(got) != 3 || got[1] != 345 || got[2] != 6 {
		t.Errorf("numbers: %v", got)
	}
}

func TestHostHere(t *testing.T) {
	h := newHostReader().(*procHost)
	defer h.close()
	whole := len(h.cores())
	h.buf = make([]byte, 64) // grows until all cores are seen
	if got := h.cores(); whole == 0 || len(got) != whole {
		t.Errorf("%d cores, %d with a small buffer", whole, len(got))
	}
	for _, c := range h.out {
		if c.total <= 0 || c.busy > c.total {
			t.Errorf("core %+v", c)
		}
	}
}
