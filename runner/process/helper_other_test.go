//go:build unix && !linux

package process

func state(int) byte      { return 0 }
func childrenLeft() []int { return nil }
