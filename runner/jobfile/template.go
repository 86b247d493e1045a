package jobfile

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"al.essio.dev/pkg/shellescape"

	"parallax/runner"
)

// SlotVariable is the environment variable that tells a job which worker it has, from 1. {%} is
// replaced by it, since the number is known only when the job starts.
const SlotVariable = "PARALLAX_SLOT"

// replacementForm is a replacement string at the start of a text.
var replacementForm = regexp.MustCompile(`^\{(?:([#%])|(-?\d{1,9})?(//|/\.|/|\.)?)\}`)

// template is a command line cut at its replacement strings.
type template []piece

// piece is a literal text followed by one replacement, if any.
type piece struct {
	literal string
	what    byte   // 0 none, 'a' arguments, '#' the job's number, '%' its slot
	column  int    // of the arguments, from 0; -1 all of them
	form    string // how an argument is cut: "" . / // or /.
	quote   string // the quote mark to be closed before and opened after
	bare    bool   // not quoted at all
	forced  bool   // quoted even where that needs no quotes: a variable's name stands before it
}

// newTemplate reads a command line for arguments of so many columns. A line without a replacement
// string gets {} appended; an empty line is {}: the argument is the command.
func newTemplate(line string, columns int) (template, error) {
	if strings.TrimSpace(line) == "" {
		line = "{}"
	}
	t, faults := cut(line, columns)
	if len(faults) == 0 && !t.replaces() {
		t, faults = cut(line+" {}", columns)
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return t, nil
}

func (t template) replaces() bool {
	for _, p := range t {
		if p.what != 0 {
			return true
		}
	}
	return false
}

func cut(line string, columns int) (template, runner.Faults) {
	var out template
	var faults runner.Faults
	scan := newShellScan()
	from := 0
	for i := 0; i < len(line); {
		found := replacementForm.FindStringSubmatch(line[i:])
		if found == nil {
			i += scan.next(line[i:])
			continue
		}
		p, err := replacement(found, columns)
		mark, refusal := scan.quote()
		if refusal != "" {
			err = errors.New(refusal)
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("%s %w", found[0], err))
		}
		// The shell would take a quoted argument for the name of one program, blanks and all; who
		// begins a line with an argument means it to be the command.
		p.bare = i == 0 && p.what == 'a'
		p.literal, p.quote, p.forced = line[from:i], mark, scan.naming
		out = append(out, p)
		i += len(found[0])
		from = i
		scan.fresh, scan.dollar, scan.naming = false, false, false
	}
	if open := scan.end(); open != "" {
		faults = append(faults, fmt.Errorf("the command %s: %s", shellescape.Quote(line), open))
	}
	return append(out, piece{literal: line[from:]}), faults
}

// replacement reads the parts that replacementForm found.
func replacement(found []string, columns int) (piece, error) {
	special, number, form := found[1], found[2], found[3]
	switch {
	case special != "":
		return piece{what: special[0]}, nil
	case number == "":
		return piece{what: 'a', column: -1, form: form}, nil
	}
	n, err := strconv.Atoi(number)
	if err != nil || n == 0 || n > columns || -n > columns {
		if columns == 1 {
			return piece{}, errors.New("names an argument list that is not there: there is one, number 1")
		}
		return piece{}, fmt.Errorf("names an argument list that is not there: there are %d, counted from 1 (or -1 from the end)", columns)
	}
	if n < 0 {
		n += columns + 1
	}
	return piece{what: 'a', column: n - 1, form: form}, nil
}

// render fills in the arguments of job number seq.
func (t template) render(args []string, seq int) string {
	var b strings.Builder
	for _, p := range t {
		b.WriteString(p.literal)
		switch {
		case p.what == '#':
			b.WriteString(strconv.Itoa(seq))
		case p.what == '%' && p.quote == string(inDouble):
			b.WriteString("${" + SlotVariable + "}")
		case p.what == '%':
			b.WriteString(p.quote + `"$` + SlotVariable + `"` + p.quote)
		case p.what == 'a' && p.column >= 0:
			p.argument(&b, args[p.column])
		case p.what == 'a':
			for i, arg := range args {
				if i > 0 {
					b.WriteByte(' ')
				}
				p.argument(&b, arg)
			}
		}
	}
	return b.String()
}

func (p piece) argument(b *strings.Builder, arg string) {
	arg = shorten(arg, p.form)
	switch {
	case p.bare, p.quote != "" && arg == "":
		b.WriteString(arg)
	case !plainWord(arg):
		b.WriteString(p.quote + quoted(arg) + p.quote)
	case p.forced:
		b.WriteString(p.quote + "'" + arg + "'" + p.quote)
	default:
		b.WriteString(arg)
	}
}

// plainWord reports whether text holds nothing that means anything to a shell, in quotes or out.
// With quoted it does what shellescape.Quote does, of which the regular expression would take most of
// the time for 100 000 arguments. A test holds them against each other.
func plainWord(text string) bool {
	for i := range len(text) {
		c := text[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && strings.IndexByte("_@%+=:,./-", c) < 0 {
			return false
		}
	}
	return text != ""
}

// quoted quotes a text that is no plainWord for the shell.
func quoted(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'"'"'`) + "'"
}

// shorten cuts an argument as a replacement string of that form asks for.
func shorten(arg, form string) string {
	base := strings.LastIndexByte(arg, '/') + 1
	switch form {
	case "/":
		return arg[base:]
	case "//":
		return dirname(arg)
	case ".":
		return arg[:base] + withoutExtension(arg[base:])
	case "/.":
		return withoutExtension(arg[base:])
	}
	return arg
}

func withoutExtension(name string) string {
	if dot := strings.LastIndexByte(name, '.'); dot >= 0 {
		return name[:dot]
	}
	return name
}

// dirname is dirname(1); unlike path.Dir it keeps what it returns as it was written.
func dirname(arg string) string {
	trimmed := strings.TrimRight(arg, "/")
	if trimmed == "" && arg != "" {
		return "/"
	}
	slash := strings.LastIndexByte(trimmed, '/')
	if slash < 0 {
		return "."
	}
	if dir := strings.TrimRight(trimmed[:slash], "/"); dir != "" {
		return dir
	}
	return "/"
}
