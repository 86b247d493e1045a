package jobfile

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

type schema struct {
	Required             []string          `json:"required"`
	AdditionalProperties any               `json:"additionalProperties"`
	Properties           map[string]schema `json:"properties"`
	Defs                 map[string]schema `json:"$defs"`
	Examples             []any             `json:"examples"`
	Description          string            `json:"description"`
}

func readSchema(t *testing.T) schema {
	t.Helper()
	var s schema
	if err := json.Unmarshal(Schema(), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// What the schema allows the parser takes, key by key, with the schema's own examples. What neither
// knows both refuse.
func TestSchemaAndParserAgree(t *testing.T) {
	s := readSchema(t)
	job := s.Defs["job"]
	for level, o := range map[string]schema{"file": s, "job": job} {
		if o.AdditionalProperties != false || len(o.Properties) < 10 {
			t.Errorf("%s: unknown keys are not refused, or few are known", level)
		}
	}
	for name, key := range s.Properties {
		for _, text := range jsonTexts(t, name, key) {
			doc := fmt.Sprintf("{%q: %s, jobs: [{run: a, name: primes}]}", name, text)
			if name == "jobs" {
				doc = fmt.Sprintf("{jobs: %s}", text)
			}
			mustParse(t, doc, here)
		}
	}
	for name, key := range job.Properties {
		for _, text := range jsonTexts(t, name, key) {
			more := ", run: a"
			switch {
			case slices.Contains(runKeys, name):
				more = ""
			case name == "args":
				more = ", script: a"
			}
			other := "{run: b, name: primes}"
			if name == "name" {
				other = "{run: b}"
			}
			mustParse(t, fmt.Sprintf("jobs: [{%q: %s%s}, %s]", name, text, more, other), here)
		}
	}
}

// Every key that the parser knows at a level is in the schema, and none of the other level.
func TestParserKnowsNoMoreThanTheSchema(t *testing.T) {
	s := readSchema(t)
	every := append(names(false), names(true)...)
	for _, name := range append(every, "x", "Run", "unknown") {
		for level, o := range map[string]schema{"{%s: 1}": s, "jobs: [{%s: 1}]": s.Defs["job"]} {
			_, err := Parse("f", []byte(fmt.Sprintf(level, name)), here)
			refused := err != nil && (strings.Contains(err.Error(), "unknown key") || strings.Contains(err.Error(), "belongs to"))
			if _, known := o.Properties[name]; known == refused {
				t.Errorf("%s in %s: in the schema: %v; parser: %v", name, level, known, err)
			}
		}
	}
}

func jsonTexts(t *testing.T, name string, key schema) []string {
	t.Helper()
	if len(key.Examples) == 0 || key.Description == "" {
		t.Errorf("%s has no example or no description", name)
	}
	var out []string
	for _, e := range key.Examples {
		text, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(text))
	}
	return out
}

// The documentation names every key, and its examples work.
func TestDocumentation(t *testing.T) {
	text, err := os.ReadFile("../../docs/jobfile.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(text)
	for _, name := range append(names(false), names(true)...) {
		if !strings.Contains(doc, "| `"+name+"` |") {
			t.Errorf("docs/jobfile.md has no row for %s", name)
		}
	}
	examples := 0
	for _, part := range strings.Split(doc, "```yaml\n")[1:] {
		example, _, _ := strings.Cut(part, "```")
		mustParse(t, example, here)
		examples++
	}
	if examples == 0 {
		t.Error("docs/jobfile.md has no example")
	}
	_, part, _ := strings.Cut(doc, "```procfile\n")
	example, _, _ := strings.Cut(part, "```")
	if _, err := ParseProcfile("Procfile", []byte(example), here); err != nil {
		t.Error(err)
	}
}
