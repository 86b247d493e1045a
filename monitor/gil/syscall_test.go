package gil

import (
	"slices"
	"testing"
)

func TestParseCall(t *testing.T) {
	for text, want := range map[string]call{
		"running\n": {},
		"":          {},
		"-":         {},
		"202 0x7f32ba8a4f98 0x189 0x0 0x7ffd9c 0x0 0xffffffff 0x7ffd 0x7f32\n": {true, 202, 0x7f32ba8a4f98},
		"202 0xffffffffffffffff 0x0\n":                                         {true, 202, ^uint64(0)},
		"-1 0x7ffd9c 0x7f32ba\n":                                               {blocked: true, number: -1},
		"202":                                                                  {},
		"202 garbage":                                                          {},
		"99999999999 0x1":                                                      {},
	} {
		if got := parseCall([]byte(text)); got != want {
			t.Errorf("%q: got %+v, want %+v", text, got, want)
		}
	}
}

func FuzzParseCall(f *testing.F) {
	f.Add([]byte("202 0x7f32ba8a4f98 0x189 0x0\n"))
	f.Add([]byte("-1 0x1 0x2\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if c := parseCall(text); !c.blocked && (c.number != 0 || c.first != 0) {
			t.Errorf("%q: running, but in %+v", text, c)
		}
	})
}

func TestFirstMappings(t *testing.T) {
	const maps = "55d0-55e0 r--p 00000000 fe:00 12 /usr/bin/my python\n" +
		"55e0-55f0 r-xp 00010000 fe:00 12                        /usr/bin/my python\n" +
		"7f00-7f10 rw-p 00000000 00:00 0 \n" +
		"7f10-7f20 rw-p 00000000 00:00 0                         [heap]\n" +
		"zz-7f20 rw-p 00000000 00:00 0                           /not/a/number\n" +
		"7f20-7f30 r--p 00000000 fe:00 13                        /lib/libpython3.9.so.1.0 (deleted)\n" +
		"7f30-7f40 r--p 00000000 fe:00 13                        /lib/other.so\n" +
		"7f50-7f60 r--p 00000000 fe:00 14                        /lib/cut"
	got := firstMappings([]byte(maps), func(path []byte) bool { return string(path) != "/lib/other.so" })
	want := []mapping{{0x55d0, "/usr/bin/my python"}, {0x7f20, "/lib/libpython3.9.so.1.0 (deleted)"}, {0x7f50, "/lib/cut"}}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
