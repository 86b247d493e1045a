//go:build race

package journal

// The race detector makes the largest test take half a minute; it finds nothing there that a
// smaller one does not show.
const hundredThousand = 10_000
