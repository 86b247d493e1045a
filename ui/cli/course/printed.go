package course

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"

	"parallax/runner"
)

// mostRead is how much of the jobs' output is looked at, in bytes, all together: looking is not to take longer
// than running.
const mostRead = 64 << 20

// printed stands for what the jobs of a run printed on their output. It is "" where that is too much, or cannot
// be read.
func printed(dir string, s *runner.State) string {
	sum, left := sha256.New(), int64(mostRead)
	for i := range s.Tasks {
		if left -= s.Tasks[i].LogSize[0]; left < 0 || s.Tasks[i].Log == "" {
			return ""
		}
		f, err := os.Open(filepath.Join(dir, s.Tasks[i].Log))
		if err != nil {
			return ""
		}
		_, err = io.Copy(sum, f)
		f.Close()
		if err != nil {
			return ""
		}
		sum.Write([]byte{0}) // never an error; who printed what matters, too
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}
