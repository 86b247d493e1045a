// Package draw has the small shapes that every part of the screen is made of: boxes, bars, sparks
// and figures in words. All functions are pure.
package draw

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// Clock writes a duration as 00:12, or 01:02:07 from an hour on.
func Clock(d time.Duration) string {
	s := int(max(d, 0) / time.Second)
	if s >= 3600 {
		return fmt.Sprintf("%02d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%02d:%02d", s/60, s%60)
}

// Wall writes how long something has run: to the tenth of a second while that is short, else as Clock.
func Wall(d time.Duration) string {
	if d < 9950*time.Millisecond {
		return Seconds(d)
	}
	return Clock(d)
}

// ClockTenths is Clock with tenths of a second while under an hour.
func ClockTenths(d time.Duration) string {
	if d >= time.Hour {
		return Clock(d)
	}
	return Clock(d) + "." + strconv.Itoa(int(max(d, 0)/(100*time.Millisecond)%10))
}

// Seconds writes a span of time the way one says it: 40 ms, 3.9 s, 12 s, 4 min 10 s, 2 h 5 min.
func Seconds(d time.Duration) string {
	switch s := d.Seconds(); {
	case d < 0:
		return "–"
	case d == 0:
		return "0 s"
	case s < 0.0995:
		return fmt.Sprintf("%.0f ms", s*1000)
	case s < 9.95:
		return fmt.Sprintf("%.1f s", s)
	case s < 120:
		return fmt.Sprintf("%.0f s", s)
	case s < 7200:
		return fmt.Sprintf("%d min %d s", int(s)/60, int(s)%60)
	default:
		return fmt.Sprintf("%d h %d min", int(s)/3600, int(s)/60%60)
	}
}

// Left writes how long something will go on, to the second: 1 s left, 4 min 10 s left.
func Left(d time.Duration) string {
	s := max(d.Round(time.Second), time.Second)
	if s < 2*time.Minute {
		return fmt.Sprintf("%d s left", s/time.Second)
	}
	return Seconds(s) + " left"
}

// Bytes writes a size in binary units with up to three digits: 900 B, 17.1 MiB, 212 MiB.
// A negative size is unknown and drawn as a dash.
func Bytes(n int64) string {
	if n < 0 {
		return "–"
	}
	if n < 1024 {
		return strconv.FormatInt(n, 10) + " B"
	}
	v, unit := float64(n)/1024, 0
	for v >= 999.5 && unit < 3 {
		v, unit = v/1024, unit+1
	}
	digits := 0
	if v < 99.95 {
		digits = 1
	}
	return strconv.FormatFloat(v, 'f', digits, 64) + " " + [...]string{"KiB", "MiB", "GiB", "TiB"}[unit]
}

// Count writes a number with its thousands set apart by a space: 4 811.
func Count(n int) string {
	s := strconv.Itoa(n)
	for at := len(s) - 3; at > 0 && s[at-1] != '-'; at -= 3 {
		s = s[:at] + " " + s[at:]
	}
	return s
}

// Percent writes a share of 0..1: "4 %", "93 %", "100 %". A negative share is unknown.
func Percent(share float64) string {
	if share < 0 {
		return "–"
	}
	return fmt.Sprintf("%.0f %%", 100*share)
}

// Plural writes a count with its noun: 1 process, 4 processes.
func Plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Count(n) + " " + many
}

// Precise writes seconds for comparing: with three digits, 812 ms, 8.12 s, 81.2 s, 812 s.
func Precise(s float64) string {
	if s < 0.9995 {
		if s < 0.00995 {
			return fmt.Sprintf("%.1f ms", s*1000)
		}
		return fmt.Sprintf("%.0f ms", s*1000)
	}
	return Significant(s) + " s"
}

// Significant writes a number of everyday size with about three digits.
func Significant(v float64) string {
	switch a := math.Abs(v); {
	case a < 9.995:
		return strconv.FormatFloat(v, 'f', 2, 64)
	case a < 99.95:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 0, 64)
}
