//go:build !race

package journal

const hundredThousand = 100_000
