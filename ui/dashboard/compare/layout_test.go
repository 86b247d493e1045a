package compare

import (
	"testing"

	"pgregory.net/rapid"

	"parallax/ui/dashboard/frame"
)

func TestWhatShrinksFirst(t *testing.T) {
	for _, c := range []struct {
		name                    string
		w, h                    int
		show                    want
		columns, each, gutter   int
		lanes, table, verdict   int
		air                     bool
		boxes, tableY, verdict0 int // where they begin
	}{
		{"wide columns with room", 140, 42, want{3, 4, 10, 9}, 3, 46, 0, 8, 10, 11, true, 3, 17, 28},
		{"a gutter where columns are narrow", 140, 42, want{6, 4, 10, 9}, 6, 20, 15, 8, 10, 11, true, 3, 17, 28},
		{"fewer columns and no blank rows", 80, 24, want{6, 4, 10, 20}, 3, 21, 15, 4, 6, 7, false, 2, 10, 16},
		{"two cores leave more for the table", 80, 24, want{3, 2, 10, 20}, 3, 21, 15, 2, 7, 8, false, 2, 8, 15},
		{"a short verdict leaves more for the table", 80, 24, want{3, 2, 10, 3}, 3, 21, 15, 2, 10, 5, false, 2, 8, 18},
		{"the least", 60, 16, want{6, 4, 10, 20}, 2, 22, 15, 2, 3, 4, false, 2, 8, 11},
		{"one core", 60, 16, want{1, 1, 10, 6}, 1, 60, 0, 1, 4, 4, false, 2, 7, 11},
		{"many cores", 140, 42, want{3, 64, 10, 9}, 3, 46, 0, 10, 10, 11, true, 3, 19, 30},
		{"nothing known yet", 140, 42, want{0, 2, 10, 6}, 1, 140, 0, 8, 10, 8, true, 3, 17, 28},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := arrange(c.w, c.h, c.show)
			if l.columns != c.columns || l.each != c.each || l.gutter != c.gutter {
				t.Errorf("%d columns of %d after %d; want %d of %d after %d", l.columns, l.each, l.gutter, c.columns, c.each, c.gutter)
			}
			if l.lanes != c.lanes || l.table.H != c.table || l.verdict.H != c.verdict || l.air != c.air {
				t.Errorf("lanes %d, table %d, verdict %d, air %v; want %d, %d, %d, %v", l.lanes, l.table.H, l.verdict.H, l.air, c.lanes, c.table, c.verdict, c.air)
			}
			if l.boxes.Y != c.boxes || l.table.Y != c.tableY || l.verdict.Y != c.verdict0 {
				t.Errorf("rows %d, %d, %d; want %d, %d, %d", l.boxes.Y, l.table.Y, l.verdict.Y, c.boxes, c.tableY, c.verdict0)
			}
		})
	}
}

// Nothing lies on anything else or outside, in whatever size.
func TestPartsDoNotMeet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(1, 400).Draw(t, "width"), rapid.IntRange(1, 120).Draw(t, "height")
		show := want{
			rapid.IntRange(0, 8).Draw(t, "columns"), rapid.IntRange(0, 300).Draw(t, "cores"), 10,
			rapid.IntRange(0, 80).Draw(t, "verdict"),
		}
		l := arrange(w, h, show)
		if frame.Small(w, h) {
			if l != (layout{columns: 1}) {
				t.Fatalf("%+v", l)
			}
			return
		}
		ends := 2
		for _, r := range []frame.Rect{l.boxes, l.table, l.verdict} {
			if r.Y < ends || r.H < 1 {
				t.Fatalf("%+v begins before row %d: %+v", r, ends, l)
			}
			ends = r.Y + r.H
		}
		if ends > h-1 {
			t.Fatalf("the verdict ends in row %d of %d, in the footer", ends, h)
		}
		if right := l.column(l.columns - 1); right.X+right.W > w || l.each < leastColumn {
			t.Fatalf("the last of %d columns is %+v of %d", l.columns, right, w)
		}
		if l.boxes.H < l.lanes+boxRest || l.verdict.H < 4 {
			t.Fatalf("%+v", l)
		}
		_, value, bar := cellWidths(l)
		if value < 8 || bar < 0 {
			t.Fatalf("a value has %d columns, its bar %d", value, bar)
		}
	})
}
