package jobfile

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"parallax/runner"
)

func columns(args ...string) []List {
	var out []List
	for _, a := range args {
		out = append(out, List{Args: []string{a}, From: ":::"})
	}
	return out
}

// The expected lines are what GNU parallel's manual says, and were seen with its version 20221122.
func TestTemplateAsGNUParallel(t *testing.T) {
	for _, c := range []struct {
		line string
		args []string
		want string
	}{
		{"echo", []string{"a"}, "echo a"},
		{"echo {}", []string{"a b"}, "echo 'a b'"},
		{"echo", []string{"it's"}, `echo 'it'"'"'s'`},
		{"echo", []string{""}, "echo ''"},
		{"echo {.} {/} {//} {/.}", []string{"a.b/c.d.e"}, "echo a.b/c.d c.d.e a.b c.d"},
		{"echo {.} {/} {//} {/.}", []string{"/x"}, "echo /x x / x"},
		{"echo {.} {/} {//} {/.}", []string{"x/"}, "echo x/ '' . ''"},
		{"echo {.} {/} {//} {/.}", []string{"."}, "echo '' . . ''"},
		{"echo {.} {/} {//} {/.}", []string{".bashrc"}, "echo '' .bashrc . ''"},
		{"echo {.} {/} {//} {/.}", []string{"a.b/.c"}, "echo a.b/ .c a.b ''"},
		{"echo {.} {/} {//} {/.}", []string{"a/b/"}, "echo a/b/ '' a ''"},
		{"echo {.} {/} {//} {/.}", []string{"/"}, "echo / '' / ''"},
		{"echo {.} {/} {//} {/.}", []string{""}, "echo '' '' . ''"},
		{"echo {.} {/} {//} {/.}", []string{"a.tar.gz"}, "echo a.tar a.tar.gz . a.tar"},
		{"echo {1.} {2/} {1//} {2/.} {-1} {-2}", []string{"a/b.c", "d/e.f"}, "echo a/b e.f a e d/e.f a/b.c"},
		{"echo", []string{"A", "B"}, "echo A B"},
		{"echo {/}", []string{"x/A", "y/B 1"}, "echo A 'B 1'"},
		{"echo {1}{1}-{}", []string{"a", "c"}, "echo aa-a c"},
		{"echo {01}", []string{"a"}, "echo a"},
		{"echo {#}", []string{"a"}, "echo 7"},
		{"echo {. {{}} {foo} { } {1 {1#} {+/} {..}", []string{"x.y"}, "echo {. {x.y} {foo} { } {1 {1#} {+/} {..}"},
		{"{} foo", []string{"ls -l"}, "ls -l foo"},
		{"", []string{"echo 1 | wc"}, "echo 1 | wc"},
		{"", []string{"a b", "c d"}, "a b c d"},
	} {
		check(t, c.line, c.args, c.want)
	}
}

// Where we differ: a replacement string within quotes is quoted to mean its argument there too, only
// the first one of a line is left bare, and a backslash before it keeps it.
func TestTemplateWithinQuotes(t *testing.T) {
	for _, c := range []struct {
		line string
		args []string
		want string
	}{
		{`echo "{}"`, []string{"a b"}, `echo ""'a b'""`},
		{`echo "{}.jpg"`, []string{"a"}, `echo "a.jpg"`},
		{`echo '{}'`, []string{"$x"}, `echo '''$x'''`},
		{`echo "{}"`, []string{""}, `echo ""`},
		{`echo "$(wc {})"`, []string{"a b"}, `echo "$(wc 'a b')"`},
		{`echo "$(wc "{}")"`, []string{"a b"}, `echo "$(wc ""'a b'"")"`},
		{`echo $(( (1) + ${x} )) "$((2))" {}`, []string{"a b"}, `echo $(( (1) + ${x} )) "$((2))" 'a b'`},
		{`echo \"{}\"`, []string{"a b"}, `echo \"'a b'\"`},
		{`find . -exec rm \{} \; {}`, []string{"a"}, `find . -exec rm \{} \; a`},
		{"{} {}", []string{"a b"}, "a b 'a b'"},
		{`echo $HOME{}`, []string{"x"}, `echo $HOME'x'`},
		{`echo "$HOME{}"`, []string{"x"}, `echo "$HOME"'x'""`},
		{`echo {%}-"{%}"-'{%}'`, []string{"x"}, `echo "$PARALLAX_SLOT"-"${PARALLAX_SLOT}"-''"$PARALLAX_SLOT"''`},
		{"case {} in a) echo b;; esac; echo {} #c", []string{"a b"}, "case 'a b' in a) echo b;; esac; echo 'a b' #c"},
		{"echo a#b {}", []string{"x"}, "echo a#b x"},
		{"(a)#{\n{}", []string{"x"}, "(a)#{\nx"},
		{"echo <<<x {}", []string{"a"}, "echo <<<x a"},
	} {
		check(t, c.line, c.args, c.want)
	}
}

func check(t *testing.T, line string, args []string, want string) {
	t.Helper()
	tmpl, err := newTemplate(line, len(args))
	if err != nil {
		t.Errorf("%s: %v", line, err)
		return
	}
	if got := tmpl.render(args, 7); got != want {
		t.Errorf("%s\n  got  %s\n  want %s", line, got, want)
	}
}

func TestTemplateRefusals(t *testing.T) {
	for line, want := range map[string]string{
		"echo {3}":                         "{3} names an argument list that is not there: there are 2, counted from 1 (or -1 from the end)",
		"echo {0} {-3.}":                   "{0} names an argument list that is not there: there are 2, counted from 1 (or -1 from the end)\n{-3.} names an argument list that is not there: there are 2, counted from 1 (or -1 from the end)",
		"echo `wc {}`":                     "{} stands inside backquotes: write $( ) instead",
		"echo $((1 + {}))":                 "{} stands inside $(( )): put it into a variable before, and write that there",
		"echo # {}":                        "{} stands in a comment of the shell",
		"echo # no argument":               "{} stands in a comment of the shell",
		"echo >#{}":                        "{} stands in a comment of the shell",
		"(a)#{}":                           "{} stands in a comment of the shell",
		"a \\\n# {}":                       "{} stands in a comment of the shell",
		"echo ${x:-{}}":                    "{} stands inside ${ }, where it cannot be quoted safely",
		"echo ${x:-'}'} {}":                "{} stands after a ${ } or $(( )) with quotes in it, where it cannot be quoted safely",
		"echo ${1}":                        "{1} stands right after a $, which would make a variable of it",
		"cat <<X\n{}\nX":                   "{} stands after a here-document, where it cannot be quoted safely",
		"echo $'a' {}":                     "{} stands after $'…', which shells read differently, where it cannot be quoted safely",
		"echo $\\\n(a {})":                 "{} stands after a $ with the line broken after it, where it cannot be quoted safely",
		"echo it's":                        `the command 'echo it'"'"'s': a ' is never closed`,
		"echo \"{}":                        `the command 'echo "{}': a " is never closed`,
		"echo ${x":                         "the command 'echo ${x': a ${ is never closed",
		`"$(case a in a) echo {};; esac)"`: "{} stands after a case inside a quoted $( ), where it cannot be quoted safely",
	} {
		_, err := newTemplate(line, 2)
		if err == nil || err.Error() != want {
			t.Errorf("%s\n  got  %v\n  want %s", line, err, want)
		}
	}
}

// hostile are arguments that a careless quoting would run, split, expand or lose.
var hostile = []string{
	"a b", "it's", `"`, `'"'"'`, "$HOME", "$(touch pwned)", "`touch pwned`", "; touch pwned", "&& touch pwned", "\n", "a\nb\n", "\n touch pwned\n",
	"-n", "--", "~", "~root", "*", "?", "[a]", "{a,b}", "\\", "\\\\n", "%s", "%%", "#x", "!x", "=a", "é日本😀", "\xff\xfe", "\r", "\t", "\x1b[31m",
	"a=b", "|", ">f", "<f", "&", "'", "''", "$", "$'x'", "${x}", "{}", "{1}", "{%}", "", " ", "\x7f", "\x01", "if", "a;b",
}

// shellWith runs the line as a job would be and returns what it printed.
func shellWith(t interface{ Fatalf(string, ...any) }, dir, line string) string {
	cmd := exec.Command("sh", "-c", line)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), SlotVariable+"=3")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\nof %s", err, line)
	}
	return string(out)
}

// Whatever an argument holds, the program gets those bytes and nothing else happens.
func TestHostileArguments(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("needs sh")
	}
	dir := t.TempDir()
	const line = `printf '<%s>' {1} "{1}" '{1}' x"{1}"y "$(printf '<%s>.' {1} "{1}")" {2}`
	rapid.Check(t, func(t *rapid.T) {
		arg := strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(hostile), rapid.String()), 1, 3).Draw(t, "arg"), "")
		arg = strings.ReplaceAll(arg, "\x00", "")
		jobs, err := Expand([]string{line}, columns(arg, "end"), runner.Job{})
		if err != nil {
			t.Fatal(err)
		}
		one := "<" + arg + ">"
		want := one + one + one + "<x" + arg + "y>" + "<" + one + "." + one + ".>" + "<end>"
		if got := shellWith(t, dir, jobs[0].Line); got != want {
			t.Fatalf("argument %q\nline %s\ngot  %q\nwant %q", arg, jobs[0].Line, got, want)
		}
	})
	for _, arg := range hostile {
		jobs, err := Expand([]string{"printf", "%s"}, columns(arg), runner.Job{})
		if err != nil {
			t.Fatal(err)
		}
		if got := shellWith(t, dir, jobs[0].Line); got != arg {
			t.Errorf("appended %q: got %q", arg, got)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "pwned")); err == nil {
		t.Error("an argument was run as a command")
	}
}

// Whatever command line we accept, an argument is never run: lines are put together at random from
// all that decides how a shell reads, and the argument tries every way out.
func TestArgumentsAreNeverRun(t *testing.T) {
	var shells []string
	for _, name := range []string{"sh", "bash"} {
		if path, err := exec.LookPath(name); err == nil {
			shells = append(shells, path)
		}
	}
	if len(shells) == 0 {
		t.Skip("needs sh")
	}
	dir := t.TempDir()
	const attack = "'; touch pwned; \"; touch pwned; $(touch pwned) `touch pwned`\n touch pwned\n) ; touch pwned; } ; touch pwned; X\ntouch pwned\n"
	parts := []string{
		"echo", " ", " ", "{}", "{}", "{}", `"`, `"`, "'", "'", "$(echo ", ")", "\\", "\n", ";", "#", "$x", "${x}", "${x:-", "}", "$", "a", "`echo ", "`",
		"$((", "))", "1+", "<<X\n", "\nX\n", "<<", "case a in a) ", ";;", " esac", "(", "|", "&&", "$'", "{", "\\\n", "$#", "if true; then ", "; fi",
	}
	rapid.Check(t, func(t *rapid.T) {
		line := "echo " + strings.Join(rapid.SliceOfN(rapid.SampledFrom(parts), 1, 14).Draw(t, "line"), "")
		jobs, err := Expand([]string{line}, columns(attack), runner.Job{})
		if err != nil {
			return
		}
		for _, shell := range shells {
			cmd := exec.Command(shell, "-c", jobs[0].Line)
			cmd.Dir = dir
			_ = cmd.Run() // most such lines are no good; what matters is what they must not do
		}
		if _, err := os.Stat(filepath.Join(dir, "pwned")); err == nil {
			_ = os.Remove(filepath.Join(dir, "pwned"))
			t.Fatalf("the argument was run by %q:\n%s", line, jobs[0].Line)
		}
	})
}

func TestSlotIsAVariable(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("needs sh")
	}
	jobs, err := Expand([]string{`echo {%} "x{%}y" 'z{%}' {}`}, columns("a"), runner.Job{})
	if err != nil {
		t.Fatal(err)
	}
	if got := shellWith(t, t.TempDir(), jobs[0].Line); got != "3 x3y z3 a\n" {
		t.Errorf("got %q from %s", got, jobs[0].Line)
	}
}

// A template that is accepted never lets an argument become code, whatever quotes it has: a marked
// argument must come out of the shell's own reading whole, or the shell must refuse the line.
func FuzzTemplate(f *testing.F) {
	for _, seed := range []string{
		"echo {}", `echo "{}" '{1/.}'`, "echo `{}`", "a ${x} {}", "(a) # {}\n{}", `"$(a "{}")" {%}`, "case a in b) {};; esac", "$'a' {}", "a <<X\n{}\nX", "\\{} {}",
		`"$(case {} in a) {};; esac)"`, "$((1 + {})) {#}", `a\` + "\n# {}", "$$ $# $?{}", "${#}{}", ">#{}",
	} {
		f.Add(seed, "a b")
		f.Add(seed, "'; touch x; '")
	}
	sh, _ := exec.LookPath("sh")
	f.Fuzz(func(t *testing.T, line, arg string) {
		tmpl, err := newTemplate(line, 1)
		if err != nil {
			var faults runner.Faults
			if !errors.As(err, &faults) || len(faults) == 0 {
				t.Fatalf("no runner.Faults: %v", err)
			}
			return
		}
		tmpl.render([]string{arg}, 1)
		if sh == "" || len(tmpl) == 0 || tmpl[0].bare || strings.ContainsAny(line, "\x00") {
			return
		}
		// The shell only reads the lines (-n): if it takes a harmless argument it must take a
		// hostile one, and the hostile one must stay data, so that a syntax error in it is none.
		safe := exec.Command(sh, "-n", "-c", tmpl.render([]string{"x y"}, 1)).Run()
		bad := exec.Command(sh, "-n", "-c", tmpl.render([]string{"'\"\n;;fi)}`$((\n\"'"}, 1)).Run()
		if safe == nil && bad != nil {
			t.Fatalf("the argument was read as code in %q:\n%s", line, tmpl.render([]string{"'\"\n;;fi)}`$((\n\"'"}, 1))
		}
	})
}

func TestArgumentsOfAScript(t *testing.T) {
	lists := []List{{Args: []string{"a b", "d/c.txt"}, From: ":::"}, {Args: []string{"", "$x"}, From: ":::"}}
	for _, c := range []struct {
		words, last string // of the last job
		lists       int
	}{
		{"", "[d/c.txt]", 1},
		{"-n 3", "[-n 3 d/c.txt]", 1},
		{"{} --out={/.}.{#}", "[d/c.txt --out=c.2]", 1},
		{"{}", "[d/c.txt $x]", 2},
		{"x{}y {2} {1//}", "[xd/c.txt $xy $x d]", 2},
		{"{3}", "{3} names an argument list that is not there: there are 2, counted from 1 (or -1 from the end)", 2},
	} {
		jobs, err := Expand(strings.Fields(c.words), lists[:c.lists], runner.Job{Script: "x.py"})
		if err != nil {
			if err.Error() != c.last {
				t.Errorf("%q: %v", c.words, err)
			}
			continue
		}
		last := jobs[len(jobs)-1]
		if got := fmt.Sprint(last.Args); got != c.last || last.Line != "" || last.Script != "x.py" {
			t.Errorf("%q: %s, want %s", c.words, got, c.last)
		}
	}
	jobs, err := Expand([]string{"{2}"}, lists, runner.Job{Script: "x.py"})
	if err != nil || len(jobs[0].Args) != 1 || jobs[0].Args[0] != "" {
		t.Errorf("%+v %v: an empty argument stays one", jobs, err)
	}
	for words, want := range map[string]bool{
		"": true, "-n {} --x={2/.}": true, "{%}": false, "a{%}": false, "| sort": false, "> {.}": false, "*.txt": false, "~/a": false, "$HOME": false, "{a,b}": false,
	} {
		if got := Plain(strings.Fields(words)); got != want {
			t.Errorf("%q: %v", words, got)
		}
	}
}
