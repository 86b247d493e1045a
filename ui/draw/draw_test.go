package draw

import (
	"testing"
	"time"

	"parallax/ui/text"
)

func TestAGaugeGivesItsWordsUpBeforeItsBar(t *testing.T) {
	g := Gauge{Share: 0.5, Full: "=", Void: "-", Words: []string{"50 %", "12 s left"}}
	for _, c := range []struct {
		share float64
		want  string
	}{
		{.5, "=====----- 50 % · 12 s left "},
		{.5, "====---- 50 % "},
		{.5, "======------"},
		{0, "--------"},
		{1, "========"},
		{7, "========"},
		{-1, "--------"},
	} {
		g.Share = c.share
		r := text.NewRow(text.Width(c.want))
		g.Put(r, text.Width(c.want))
		if got := r.String(); got != c.want {
			t.Errorf("%v: %q, want %q", c.share, got, c.want)
		}
	}
}

func TestLeft(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "1 s left", 1400 * time.Millisecond: "1 s left", 59 * time.Second: "59 s left",
		250 * time.Second: "4 min 10 s left", 3 * time.Hour: "3 h 0 min left",
	} {
		if got := Left(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}
