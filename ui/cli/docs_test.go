package cli

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

var update = flag.Bool("update", false, "write docs/cli.md anew")

// TestDocs holds docs/cli.md against the help of the commands. `go test ./ui/cli -update` writes it.
func TestDocs(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Commands\n\nMade from the program's own help by `go test ./ui/cli -update`: change it there.\n")
	root := (&app{std: Streams{os.Stdin, os.Stdout, os.Stderr}}).root()
	document(t, &b, root)
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() && c.Name() != "help" && c.Name() != "completion" {
			document(t, &b, c)
		}
	}
	path := filepath.Join("..", "..", "docs", "cli.md")
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != b.String() {
		t.Error("docs/cli.md differs from the commands' help: run go test ./ui/cli -update")
	}
}

func document(t *testing.T, b *strings.Builder, c *cobra.Command) {
	t.Helper()
	var help bytes.Buffer
	c.SetOut(&help)
	c.SetErr(&help)
	if err := c.Help(); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(b, "\n## %s\n\n```\n%s\n```\n", c.CommandPath(), strings.TrimSpace(help.String()))
}
