//go:build unix

package which

import "testing"

func TestAVersionIsWhatPATHHasByItsName(t *testing.T) {
	l := newLab(t)
	for _, v := range []string{"3.9.18", "3.11.4", "3.11.9", "3.11.9t"} {
		l.interpreter(v, v, "")
	}
	l.write("version", "3.11.4\n3.9.18\n", 0o600)
	l.shim("python3", "3*")
	l.shim("python3.11", "3.11*")
	l.shim("python3.11t", "3.11*t")
	for of, want := range map[string]string{
		"3.11": "3.11.4", "python3.11": "3.11.4", "3": "3.11.4", "3.9": "3.9.18", "3.11.9": "3.11.9", "3.11t": "3.11.9t",
	} {
		if got := l.of(Want{Choice: of}); got != want {
			t.Errorf("%s: %s, want %s", of, got, want)
		}
	}
}
