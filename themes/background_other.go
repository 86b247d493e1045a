//go:build !linux && !darwin

package themes

import "time"

// ask is not built for this system; the background then counts as dark unless COLORFGBG tells.
func ask(string, time.Duration, func(string) bool) string { return "" }
