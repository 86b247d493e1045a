package dashboard

import "testing"

// parts are the parts of a layout that take room, by name.
func (l *layout) parts() map[string]rect {
	return map[string]rect{
		"header": l.header, "before": l.before, "cores": l.cores, "parallelism": l.parallelism, "memory": l.memory,
		"advice": l.advice, "locks": l.locks, "closing": l.closing, "body": l.body, "queue": l.queue, "footer": l.footer,
	}
}

func TestEveryCellOfTheScreenBelongsToOnePart(t *testing.T) {
	for w := minWidth; w <= 220; w += 19 {
		for h := minHeight; h <= 70; h += 3 {
			for mask := range 16 {
				show := wishes{cores: 1 + (w*h)%64, locks: (w + h) % 4, before: mask&1 > 0, closing: 3 * b2i(mask&2 > 0 && h >= 30), queue: mask&4 > 0, whole: mask&8 > 0}
				l := arrange(w, h, show)
				owner := make([]string, w*h)
				for name, r := range l.parts() {
					if r.h == 0 {
						continue
					}
					if r.x < 0 || r.y < 0 || r.w <= 0 || r.x+r.w > w || r.y+r.h > h {
						t.Fatalf("%dx%d %+v: %s is off the screen: %+v", w, h, show, name, r)
					}
					for y := r.y; y < r.y+r.h; y++ {
						for x := r.x; x < r.x+r.w; x++ {
							if other := owner[y*w+x]; other != "" {
								t.Fatalf("%dx%d %+v: %s and %s overlap at %d,%d", w, h, show, name, other, x, y)
							}
							owner[y*w+x] = name
						}
					}
				}
				for at, name := range owner {
					if name == "" {
						t.Fatalf("%dx%d %+v: nobody draws %d,%d", w, h, show, at%w, at/w)
					}
				}
				if l.body.h < 5 {
					t.Fatalf("%dx%d %+v: the body has %d rows", w, h, show, l.body.h)
				}
			}
		}
	}
}

func TestPanelsAreLostInOrderAsTheTerminalShrinks(t *testing.T) {
	for _, c := range []struct {
		w, h                       int
		memory, parallelism, lanes bool
	}{
		{200, 60, true, true, true},
		{140, 42, true, true, true},
		{110, 42, false, true, true},
		{80, 24, false, false, true},
		{60, 16, false, false, false},
	} {
		l := arrange(c.w, c.h, wishes{cores: 4})
		if got := l.memory.h > 0; got != c.memory {
			t.Errorf("%dx%d: memory is shown: %v", c.w, c.h, got)
		}
		if got := l.parallelism.h > 0; got != c.parallelism {
			t.Errorf("%dx%d: parallelism is shown: %v", c.w, c.h, got)
		}
		if got := l.cores.h > 0; got != c.lanes {
			t.Errorf("%dx%d: lanes are shown: %v", c.w, c.h, got)
		}
		if !c.lanes && l.advice.h != 1 {
			t.Errorf("%dx%d: the sentence is lost with the lanes", c.w, c.h)
		}
	}
	if !arrange(59, 50, wishes{}).small || !arrange(100, 15, wishes{}).small {
		t.Error("a terminal too small for anything is drawn on")
	}
}
