package inside

import (
	"path/filepath"
	"regexp"
	"strings"
)

// named matches what a Python's program is called.
var named = regexp.MustCompile(`^python[0-9.]*t?(\.exe)?$`)

// isPython reports whether a command is a Python that will read PYTHONPATH. Of a command line for a
// shell it must be the only command: what is set for it others would see, too.
func isPython(argv []string) bool {
	if len(argv) == 3 && argv[1] == "-c" && filepath.Base(argv[0]) == "sh" {
		argv = onlyCommand(argv[2])
	}
	return len(argv) > 1 && named.MatchString(filepath.Base(argv[0])) && heeds(argv[1:])
}

// onlyCommand returns the words of a command line that is just one command, or nil. It need not read
// quotes: what is in them is after the options. A line that names a variable which we set is left alone:
// the shell would put into it what we set, or it sets it itself and would take ours away.
func onlyCommand(line string) []string {
	if strings.ContainsAny(line, ";|&()`\n") || strings.Contains(line, "PYTHONPATH") || strings.Contains(line, variable) {
		return nil
	}
	words := strings.Fields(line)
	for len(words) > 0 && (words[0] == "exec" || assignment.MatchString(words[0])) {
		words = words[1:]
	}
	return words
}

var assignment = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*=[^'"\\$]*$`)

// heeds reports whether a Python with these arguments takes notice of PYTHONPATH and imports
// sitecustomize.
func heeds(args []string) bool {
	for i := 0; i < len(args); i++ {
		arg := args[i]
		switch {
		case arg == "-" || !strings.HasPrefix(arg, "-"):
			return true // the script
		case arg == "--check-hash-based-pycs":
			i++
			continue
		case strings.HasPrefix(arg, "--"):
			continue
		}
		for at, letter := range arg[1:] {
			switch letter {
			case 'I', 'E', 'S', 'V', 'h', '?':
				return false
			case 'c', 'm':
				return true
			case 'W', 'X', 'Q':
				if at == len(arg)-2 { // its value is the next word
					i++
				}
			default:
				continue
			}
			break
		}
	}
	return true
}
