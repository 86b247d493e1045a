package examples

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"parallax/ui/config"
	"parallax/ui/dashboard/keys"
)

// code is what stands in backquotes in a table; a pipe is written \| there.
var code = regexp.MustCompile("`([^`]+)`")

// TestTheReadmeKnowsTheKeys holds the table of keys in README.md against those of the program.
func TestTheReadmeKnowsTheKeys(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## Keys\n")
	section, _, _ = strings.Cut(section, "\n## ")
	listed := map[string]bool{}
	for line := range strings.Lines(section) {
		cells := strings.Split(line, " | ")
		if !strings.HasPrefix(line, "| ") || len(cells) < 2 {
			continue
		}
		for _, key := range code.FindAllStringSubmatch(cells[0], -1) {
			if listed[key[1]] {
				t.Errorf("README.md lists the key %q twice", key[1])
			}
			listed[key[1]] = true
		}
	}
	does := map[string]bool{}
	for _, action := range keys.Actions() {
		for _, key := range action.Keys {
			name := config.KeyName(key)
			if !listed[name] {
				t.Errorf("README.md lacks the key %q, which does %q", name, action.Name)
			}
			does[name] = true
		}
	}
	for key := range listed {
		if !does[key] {
			t.Errorf("README.md has the key %q, which does nothing", key)
		}
	}
}

// TestTheReadmeLeadsSomewhere checks the links to files of the repository.
func TestTheReadmeLeadsSomewhere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	for _, page := range []string{"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "examples/README.md", "docs/models.md"} {
		text, err := os.ReadFile("../" + page)
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.Dir(filepath.Join("..", page))
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			if _, err := os.Stat(filepath.Join(dir, m[1])); err != nil {
				t.Errorf("%s leads to %s, which is not there", page, m[1])
			}
		}
	}
}
