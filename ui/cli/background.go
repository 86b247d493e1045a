package cli

import "strings"

// darkFromEnvironment reads COLORFGBG, which some terminals set to "foreground;background" in the
// numbers of the 16 colours.
func darkFromEnvironment(v string) (dark, known bool) {
	at := strings.LastIndexByte(v, ';')
	if at < 0 {
		return true, false
	}
	switch v[at+1:] {
	case "0", "1", "2", "3", "4", "5", "6", "8":
		return true, true
	case "7", "9", "10", "11", "12", "13", "14", "15":
		return false, true
	}
	return true, false
}
