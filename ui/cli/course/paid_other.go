//go:build !unix

package course

import "time"

// descendants is not known here: 0.
func descendants() time.Duration { return 0 }
