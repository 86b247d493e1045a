package jobfile

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"al.essio.dev/pkg/shellescape"
	"github.com/rivo/uniseg"

	"parallax/runner"
)

// maxAligned is the width beyond which a cell no longer widens its column for all the others.
var maxAligned = [4]int{10, 40, 20, 72}

// Describe writes what would run, one job a line: its number, name, model, command, and what else
// was asked for it. The command is as a shell would take it; by says what runs a job's script, for
// scripts that are run by something else.
func Describe(w io.Writer, jobs []runner.Job, by func(runner.Job) []string) error {
	rows := make([][4]string, len(jobs))
	var widths [4]int
	for i, j := range jobs {
		rows[i] = [4]string{strconv.Itoa(i + 1), visible(j.Name), string(runner.Resolve(j)), command(j, by(j))}
		for c, cell := range rows[i] {
			if width := uniseg.StringWidth(cell); width <= maxAligned[c] {
				widths[c] = max(widths[c], width)
			}
		}
	}
	out := bufio.NewWriter(w)
	for i, row := range rows {
		line := pad(row[0], widths[0], true) + "  " + pad(row[1], widths[1], false) + "  " +
			pad(row[2], widths[2], false) + "  " + pad(row[3], widths[3], false) + "  " + strings.Join(extras(jobs[i]), "; ")
		// bufio keeps the first error for Flush.
		_, _ = out.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("describe jobs: %w", err)
	}
	return nil
}

func pad(cell string, width int, right bool) string {
	blanks := strings.Repeat(" ", max(width-uniseg.StringWidth(cell), 0))
	if right {
		return blanks + cell
	}
	return cell + blanks
}

// command is what the job runs, quoted so that it could be pasted into a shell.
func command(j runner.Job, by []string) string {
	words := func(first string, rest []string) string {
		out := make([]string, 0, len(rest)+1)
		for _, w := range append([]string{first}, rest...) {
			out = append(out, word(w))
		}
		return strings.Join(out, " ")
	}
	switch {
	case j.Line != "":
		return visible(j.Line)
	case len(j.Argv) > 0:
		return words(j.Argv[0], j.Argv[1:])
	case j.Script != "":
		all := append(append(slices.Clone(by), j.Script), j.Args...)
		return words(all[0], all[1:])
	case j.Workload != "":
		return words(j.Workload, j.Args)
	}
	return visible(j.Command())
}

// word quotes one argument; one that would break the line or steer the terminal becomes $'…'.
func word(s string) string {
	if v := visible(s); v != s {
		return v
	}
	return shellescape.Quote(s)
}

// visible returns text as it is when it can be shown on one line, else in the $'…' of bash and zsh.
func visible(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r == unicode.ReplacementChar || !unicode.IsPrint(r) }) < 0 {
		return s
	}
	var b strings.Builder
	b.WriteString("$'")
	for i, r := range s {
		switch {
		case r == '\'' || r == '\\':
			b.WriteString(`\` + string(r))
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == unicode.ReplacementChar && !strings.HasPrefix(s[i:], "\uFFFD"):
			fmt.Fprintf(&b, `\x%02x`, s[i]) // a byte that is not UTF-8
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			for _, c := range []byte(string(r)) {
				fmt.Fprintf(&b, `\x%02x`, c)
			}
		}
	}
	b.WriteString("'")
	return b.String()
}

// extras lists what was asked for the job beside its command.
func extras(j runner.Job) []string {
	var out []string
	add := func(label, value string) {
		if value != "" {
			out = append(out, label+" "+value)
		}
	}
	after := make([]string, len(j.After))
	for i, name := range j.After {
		after[i] = visible(name)
	}
	add("after", strings.Join(after, ", "))
	var env []string
	for _, name := range slices.Sorted(maps.Keys(j.Env)) {
		env = append(env, visible(name)+"="+word(j.Env[name]))
	}
	add("env", strings.Join(env, " "))
	if j.Dir != "" {
		add("dir", word(j.Dir))
	}
	if j.Stdin != "" {
		add("stdin", word(j.Stdin))
	}
	if j.Python != "" {
		add("python", word(j.Python))
	}
	if len(j.Preload) > 0 {
		add("preload", word(strings.Join(j.Preload, ",")))
	}
	var cpus []string
	for _, c := range j.CPUs {
		cpus = append(cpus, strconv.Itoa(c))
	}
	add("cpus", strings.Join(cpus, ","))
	add("timeout", humanDuration(j.Timeout))
	add("grace", humanDuration(j.Grace))
	if j.StalledAfter < 0 {
		out = append(out, "never stalled")
	} else {
		add("stalled after", humanDuration(j.StalledAfter))
	}
	if j.Retries > 0 {
		add("retries", strconv.Itoa(j.Retries))
	}
	return out
}

// humanDuration is 1h rather than 1h0m0s, and "" for 0.
func humanDuration(d time.Duration) string {
	if d == 0 {
		return ""
	}
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
