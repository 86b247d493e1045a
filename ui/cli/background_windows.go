package cli

import "os"

// darkBackground cannot ask the console on Windows: the environment decides, else it counts as dark.
func darkBackground() bool {
	dark, _ := darkFromEnvironment(os.Getenv("COLORFGBG"))
	return dark
}
