package journal

import (
	"crypto/rand"
	"regexp"
	"time"
)

// idLayout is the part of an id that sorts; it is in UTC, since local time goes back once a year.
const idLayout = "20060102-150405"

// idAlphabet leaves out letters that are taken for digits or for each other: 0/o, 1/l/i.
const idAlphabet = "23456789abcdefghjkmnpqrstuvwxyz"

var idPattern = regexp.MustCompile(`^[0-9]{8}-[0-9]{6}-[0-9a-z]{4}$`)

// NewID makes the id of a run, or of what holds several: when it began and four random letters, such as 20261122-091503-k3f9.
func NewID(start time.Time) string {
	var random [4]byte
	rand.Read(random[:]) // never fails: it ends the program instead
	for i, r := range random {
		random[i] = idAlphabet[int(r)%len(idAlphabet)]
	}
	return start.UTC().Format(idLayout) + "-" + string(random[:])
}

// IsID reports whether a name is an id as [NewID] makes them.
func IsID(name string) bool { return idPattern.MatchString(name) }
