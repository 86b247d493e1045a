package draw

import (
	"slices"
	"testing"
)

func TestABoxStandsInTheMiddle(t *testing.T) {
	for _, c := range []struct {
		rows, box, want []string
		width           int
	}{
		{[]string{"abcdef", "ghijkl", "mnopqr"}, []string{"##"}, []string{"abcdef", "gh##kl", "mnopqr"}, 6},
		{[]string{"abcdef", "ghijkl"}, []string{"##", "##", "##"}, []string{"ab##ef", "gh##kl"}, 6},
		{[]string{"a漢漢f"}, []string{"##"}, []string{"a ## f"}, 6}, // half a wide character is a blank
		{[]string{"a"}, []string{"##"}, []string{"a ##"}, 6},
	} {
		got := Over(c.rows, c.box, c.width)
		if !slices.Equal(got, c.want) {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
