package journal

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// Root is the folder that holds all runs of this user: $XDG_STATE_HOME/parallax/runs where that
// variable is an absolute path; else, under the folder that the system has for such things:
// ~/.local/state (Linux and others), ~/Library/Application Support (macOS), %LocalAppData%
// (Windows). It need not exist.
func Root() (string, error) {
	base := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(base) { // the XDG specification: a relative path is to be ignored
		var err error
		if base, err = stateHome(); err != nil {
			return "", fmt.Errorf("find the folder for runs: %w: set XDG_STATE_HOME", err)
		}
	}
	return filepath.Join(base, "parallax", "runs"), nil
}

func stateHome() (string, error) {
	switch runtime.GOOS {
	case "windows":
		return os.UserCacheDir() // %LocalAppData%; logs have no place in the roaming profile
	case "darwin":
		return os.UserConfigDir()
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".local", "state"), err
}
