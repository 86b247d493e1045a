package compare

import (
	"testing"

	"parallax/runner"
	"parallax/ui/dashboard/frame"
)

// BenchmarkFrame is a frame of six columns while a run goes on: at most ten are drawn a second.
func BenchmarkFrame(b *testing.B) {
	feed := runner.NewFeed()
	feed.Put(ran(threads, 4*second, false))
	now := goingOnAt(status(b, all, 3), Trying, 1, 4, feed)
	s := shown(options(now), 140, 42)
	s.hears(now)
	for b.Loop() {
		s.Update(frame.News{})
		_ = s.View()
	}
}
