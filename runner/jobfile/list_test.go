package jobfile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"al.essio.dev/pkg/shellescape"

	"parallax/runner"
)

func TestSplit(t *testing.T) {
	words := func(s string) []string { return strings.Fields(s) }
	for _, c := range []struct {
		args    string
		command string
		sources []Source
	}{
		{"echo a", "echo a", nil},
		{"echo ::: a b", "echo", []Source{{Args: words("a b")}}},
		{"::: a", "", []Source{{Args: words("a")}}},
		{"e ::: a ::: b c", "e", []Source{{Args: words("a")}, {Args: words("b c")}}},
		{"e ::: a :::+ b", "e", []Source{{Args: words("a")}, {Args: words("b"), Linked: true}}},
		{"e :::: f g ::: a", "e", []Source{{File: "f"}, {File: "g"}, {Args: words("a")}}},
		{"e :::: f ::::+ -", "e", []Source{{File: "f"}, {File: "-", Linked: true}}},
		{"e :::", "e", []Source{{Args: []string{}}}},
		{"e ::::", "e", []Source{{Args: []string{}}}},
		{"e ::::: a", "e ::::: a", nil},
	} {
		command, sources := Split(words(c.args))
		if strings.Join(command, " ") != c.command || !reflect.DeepEqual(sources, c.sources) {
			t.Errorf("%s: got %q %+v", c.args, command, sources)
		}
	}
}

func TestExpandCombinations(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"::: 1 2 ::: a b c", "1 a|1 b|1 c|2 a|2 b|2 c"},
		{"::: a b c :::+ 1 2 3 ::: X Y :::+ 11 22", "a 1 X 11|a 1 Y 22|b 2 X 11|b 2 Y 22|c 3 X 11|c 3 Y 22"},
		{"::: a b c :::+ 1 2", "a 1|b 2"},
		{"::: a b ::: X Y :::+ 1 2", "a X 1|a Y 2|b X 1|b Y 2"},
		{":::+ a", "a"},
		{"::: a :::+ b :::+ c d", "a b c"},
		{"::: 1 2 ::: a b ::: x y", "1 a x|1 a y|1 b x|1 b y|2 a x|2 a y|2 b x|2 b y"},
	} {
		_, sources := Split(strings.Fields(c.args))
		lists, err := ReadLists(sources, nil)
		if err != nil {
			t.Fatal(err)
		}
		jobs, err := Expand([]string{"echo"}, lists, runner.Job{Model: runner.Processes})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, j := range jobs {
			got = append(got, strings.TrimPrefix(j.Line, "echo "))
			if j.Model != runner.Processes || j.Name != strings.TrimPrefix(j.Line, "echo ") {
				t.Errorf("%s: got %+v", c.args, j)
			}
		}
		if strings.Join(got, "|") != c.want {
			t.Errorf("%s\n  got  %s\n  want %s", c.args, strings.Join(got, "|"), c.want)
		}
	}
}

func TestReadLists(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "list")
	if err := os.WriteFile(file, []byte("x y\n\nlast"), 0o600); err != nil {
		t.Fatal(err)
	}
	lists, err := ReadLists(append(FileSources([]string{file}), Source{File: Stdin, Linked: true}, Source{Args: []string{"z"}}), strings.NewReader("p\r\nq\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []List{
		{Args: []string{"x y", "", "last"}, From: file},
		{Args: []string{"p\r", "q"}, Linked: true, From: "standard input"},
		{Args: []string{"z"}, From: ":::"},
	}
	if !reflect.DeepEqual(lists, want) {
		t.Errorf("got %+v", lists)
	}
	_, err = ReadLists([]Source{{File: filepath.Join(dir, "none")}, {File: Stdin}, {File: Stdin}}, strings.NewReader(""))
	var faults runner.Faults
	if !errors.As(err, &faults) || len(faults) != 2 || !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "named twice") {
		t.Errorf("got %v", err)
	}
}

func TestExpandFaultsAllAtOnce(t *testing.T) {
	_, err := Expand([]string{"echo {2} {9} `{}`\x00"}, []List{{Args: []string{"a", "b\x00"}, From: "f.txt"}, {From: ":::"}}, runner.Job{})
	want := "{9} names an argument list that is not there: there are 2, counted from 1 (or -1 from the end)\n" +
		"{} stands inside backquotes: write $( ) instead\n" +
		"the command holds a NUL byte, which no program can be given\n" +
		"f.txt: argument 2 holds a NUL byte, which no program can be given\n" +
		"after ::: there are no arguments"
	if err == nil || err.Error() != want || !errors.Is(err, ErrNoArguments) {
		t.Errorf("got:\n%v\nwant:\n%s", err, want)
	}
	if _, err := Expand([]string{"echo"}, nil, runner.Job{}); !errors.Is(err, ErrNoArguments) {
		t.Errorf("without lists: got %v", err)
	}
	many := List{Args: make([]string, 2000), From: ":::"}
	if _, err := Expand([]string{"echo"}, []List{many, many, many, many, many, many, many}, runner.Job{}); err == nil || !strings.Contains(err.Error(), "the argument lists combine to 4000000 jobs or more") {
		t.Errorf("too many: got %v", err)
	}
}

func TestExpandNames(t *testing.T) {
	args := []string{"photo-1.jpg", "a", "a", "", "x\ny\x1b[2J", "/very/long/path/to/some/folder/with/pictures/photo-1.jpg", "\xff", "a 2", "a"}
	jobs, err := Expand([]string{"echo"}, []List{{Args: args, From: ":::"}}, runner.Job{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"photo-1.jpg", "a", "a 2", "''", "x y[2J", "…ome/folder/with/pictures/photo-1.jpg", "\uFFFD", "a 2 2", "a 3"}
	want[5] = "…" + args[5][len(args[5])-39:]
	for i, j := range jobs {
		if j.Name != want[i] {
			t.Errorf("%q: got %q, want %q", args[i], j.Name, want[i])
		}
	}
}

// bigList is 100 000 arguments as lines of a text.
func bigList() string {
	var b strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&b, "photos/2024/day %d/photo-%d.jpg\n", i%365, i)
	}
	return b.String()
}

// Equal names are told apart by counting on, not by searching: this test would not end otherwise.
func TestManyEqualNames(t *testing.T) {
	jobs, err := Expand([]string{"echo"}, []List{{Args: slices.Repeat([]string{"same"}, 100_000), From: ":::"}}, runner.Job{})
	if err != nil || jobs[99_999].Name != "same 100000" {
		t.Fatalf("got %v, %q", err, jobs[99_999].Name)
	}
}

func TestQuotingIsThatOfShellescape(t *testing.T) {
	for c := range 256 {
		for _, s := range []string{string([]byte{byte(c)}), string(rune(c)), "a" + string(rune(c)) + "b"} {
			got := s
			if !plainWord(s) {
				got = quoted(s)
			}
			if want := shellescape.Quote(s); got != want {
				t.Errorf("%q: got %s, want %s", s, got, want)
			}
		}
	}
}

func BenchmarkExpand100k(b *testing.B) {
	text := bigList()
	b.ReportAllocs()
	for b.Loop() {
		lists, err := ReadLists([]Source{{File: Stdin}}, strings.NewReader(text))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := Expand([]string{"convert {} {.}.png"}, lists, runner.Job{}); err != nil {
			b.Fatal(err)
		}
	}
}
