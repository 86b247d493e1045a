package python

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"al.essio.dev/pkg/shellescape"

	"parallax/runner"
)

func TestACommandLineIsReadAsAShellReadsIt(t *testing.T) {
	for line, want := range map[string][]string{
		"python a.py":                    {"python", "a.py"},
		"  python\t a.py  ":              {"python", "a.py"},
		`python 'a b.py'`:                {"python", "a b.py"},
		`python "a b".py`:                {"python", "a b.py"},
		`python a\ b.py`:                 {"python", "a b.py"},
		`python 'it'"'"'s' 'it'\''s'`:    {"python", "it's", "it's"},
		`python '' "" x''`:               {"python", "", "", "x"},
		`python '$x' '|&;<>()*?[]#~{}!'`: {"python", "$x", "|&;<>()*?[]#~{}!"},
		`python \$x "\$x" "\a" "\\"`:     {"python", "$x", "$x", `\a`, `\`},
		`python "\"" "a'b" 'a"b' '\'`:    {"python", `"`, "a'b", `a"b`, `\`},
		"python a\\\nb \"a\\\nb\"":       {"python", "ab", "ab"},
		"python 'a\nb'":                  {"python", "a\nb"},
		"python größe 'naïve ☃' 日本語":     {"python", "größe", "naïve ☃", "日本語"},
		"python \xff":                    {"python", "\xff"},
		"":                               nil,
	} {
		if got, err := plainWords(line); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q %v, want %q", line, got, err, want)
		}
	}
}

func TestWhatTakesAShellIsRefusedByItsCharacter(t *testing.T) {
	for line, want := range map[string]string{
		"a | b": `needs a shell, for its "|"`, "a & b": `its "&"`, "a; b": `its ";"`, "a <b": `its "<"`, "a >b": `its ">"`,
		"(a)": `its "("`, "a)": `its ")"`, "a $x": `its "$"`, "a `b`": "its \"`\"", "a *": `its "*"`, "a ?": `its "?"`,
		"a [b]": `its "["`, "a # b": `its "#"`, "a ~/b": `its "~"`, "a {b,c}": `its "{"`, "a !": `its "!"`, "a\nb": `its "\n"`,
		`a "$x"`: `its "$"`, "a \"`b`\"": "its \"`\"", `a 'b' "c" | d`: `its "|"`,
		"a 'b": "a ' is never closed", `a "b\"`: `a " is never closed`, `a b\`: `ends with a \`,
	} {
		if got, err := plainWords(line); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q %v, want %q", line, got, err, want)
		}
	}
}

// What the expansion of arguments writes for a shell is read as the arguments that were given.
func TestArgumentsOfAnyNameCanRunAsThreads(t *testing.T) {
	for _, name := range []string{"a b", "it's", "$x", "größe", "日本語 ☃", `"q"`, `\`, "*", "-n", "a\nb", "~", "!", "{}", "#", "&", "", "\xff\xfe"} {
		quoted := shellescape.Quote(name)
		for line, want := range map[string]string{
			"python3 x.py " + quoted: name, "python3 x.py '<'" + quoted + "'>'": "<" + name + ">", `python3 x.py "<"` + quoted + `">"`: "<" + name + ">",
		} {
			its, err := targetOf(runner.Job{Line: line})
			if err != nil || !slices.Equal(its.argv, []string{"x.py", want}) {
				t.Errorf("%s: %q %v", line, its.argv, err)
			}
		}
	}
}

// FuzzPlainWords holds what is read without a shell against what a shell reads.
func FuzzPlainWords(f *testing.F) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		f.Skip("there is no sh")
	}
	for _, line := range []string{"python -m a.b c", `a\ b`, `'a' "b"`, `"\$" '' \\`, "a=b", "'\n'", `"\a\"`, "if x", "é\u00a0b"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		got, err := plainWords("say " + line)
		if err != nil || strings.ContainsRune(line, 0) {
			return
		}
		out, err := exec.Command(shell, "-c", `say() { for w in "$@"; do printf '%s\0' "$w"; done; }; say `+line).Output()
		if want := strings.Join(got[1:], "\x00"); err != nil || strings.TrimSuffix(string(out), "\x00") != want || len(got) > 1 != (len(out) > 0) {
			t.Errorf("%q is %q without a shell, %q (%v) with one", line, got[1:], out, err)
		}
	})
}
