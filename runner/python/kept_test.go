//go:build linux || darwin

package python

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"parallax/runner/python/which"
	"parallax/runner/python/wire"
)

// boot has an interpreter read a program of one module, as a host does, and returns what that printed.
func boot(t *testing.T, python, kept, says string) string {
	t.Helper()
	conn, theirs, err := wire.Pair("host")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	defer theirs.Close()
	text, err := json.Marshal([]any{kept, [][2]string{{"main", "def serve():\n    print('" + says + "')\n"}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write(append(fmt.Appendf(nil, "%08d", len(text)), text...)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-c", bootstrap())
	cmd.ExtraFiles = []*os.File{theirs}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return strings.TrimSpace(string(out))
}

func TestWhatWasCompiledIsKeptAndNeverTrustedBlindly(t *testing.T) {
	found, err := which.Find("")
	if err != nil {
		t.Skip("needs a Python: ", err)
	}
	python := found.Path
	dir := t.TempDir()
	kept := filepath.Join(dir, "program")
	if got := boot(t, python, kept, "first"); got != "first" {
		t.Fatalf("it printed %q", got)
	}
	files, err := filepath.Glob(kept + "-*")
	if err != nil || len(files) != 1 {
		t.Fatalf("kept are %q, %v; want one file, and no draft", files, err)
	}
	if got := boot(t, python, kept, "second"); got != "first" {
		t.Errorf("under the same name it printed %q: it was compiled again", got)
	}
	for what, damage := range map[string]string{"empty": "", "no code": "[\x01\x00\x00\x00N", "noise": "\xff\x00parallax"} {
		if err := os.WriteFile(files[0], []byte(damage), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := boot(t, python, kept, what); got != what {
			t.Errorf("with a damaged file (%s) it printed %q", what, got)
		}
		if got := boot(t, python, kept, "again"); got != what {
			t.Errorf("the damaged file (%s) was not replaced: it printed %q", what, got)
		}
	}
	for _, nowhere := range []string{"", filepath.Join(dir, "no", "such", "folder")} {
		if got := boot(t, python, nowhere, "plain"); got != "plain" {
			t.Errorf("kept at %q it printed %q", nowhere, got)
		}
	}
}

func TestTheNameOfWhatIsKeptTellsWhatWasCompiled(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	one, other := keptAs([]byte("one")), keptAs([]byte("other"))
	if one == "" || one == other || one != keptAs([]byte("one")) {
		t.Errorf("%q and %q", one, other)
	}
	if err := os.Chmod(filepath.Dir(one), 0o777); err != nil {
		t.Fatal(err)
	}
	if got := keptAs([]byte("one")); got != "" {
		t.Errorf("a folder that anybody can write to is used: %q", got)
	}
}
