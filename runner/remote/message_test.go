package remote

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const id = "20261122-091503-k3f9"

func TestRequestsThatMakeNoSense(t *testing.T) {
	for line, want := range map[string]string{
		``:            "no request",
		`[]`:          "no request",
		`{"do":"pau`:  "no request",
		`{"tasks":{}`: "no request",
		`{}`:          "version 0",
		`{"version":2,"run":"20261122-091503-k3f9","do":"pause","all":true}`:                 "version 2",
		`{"version":1,"do":"pause","all":true}`:                                              `not ""`,
		`{"version":1,"run":"other","do":"pause","all":true}`:                                `not "other"`,
		`{"version":1,"run":"20261122-091503-k3f9","all":true}`:                              `unknown request ""`,
		`{"version":1,"run":"20261122-091503-k3f9","do":"explode","all":true}`:               `unknown request "explode"`,
		`{"version":1,"run":"20261122-091503-k3f9","do":"cancel"}`:                           "name the tasks",
		`{"version":1,"run":"20261122-091503-k3f9","do":"cancel","tasks":[]}`:                "name the tasks",
		`{"version":1,"run":"20261122-091503-k3f9","do":"cancel","tasks":[1],"all":true}`:    "name the tasks",
		`{"version":1,"run":"20261122-091503-k3f9","do":"cancel","tasks":[3]}`:               "no task 3",
		`{"version":1,"run":"20261122-091503-k3f9","do":"cancel","tasks":[-1]}`:              "no task -1",
		`{"version":1,"run":"20261122-091503-k3f9","do":"workers"}`:                          "0 workers",
		`{"version":1,"run":"20261122-091503-k3f9","do":"cancel","tasks":[1],"force":true}`:  `it is for "kill"`,
		`{"version":1,"run":"20261122-091503-k3f9","do":"workers","workers":4097}`:           "4097 workers",
		`{"version":1,"run":"20261122-091503-k3f9","do":"workers","workers":99999999999999}`: "99999999999999",
	} {
		if _, err := decodeRequest([]byte(line), id, 3); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want an error with %q", line, err, want)
		}
	}
}

func TestARequestIsRead(t *testing.T) {
	got, err := decodeRequest([]byte(`{"version":1,"run":"`+id+`","do":"restart","tasks":[2,0,2],"new":"field"}`), id, 3)
	if err != nil || got.Do != Restart || !slices.Equal(got.Tasks, []int{0, 2}) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestAnswersOfAnotherVersion(t *testing.T) {
	if _, err := decodeAnswer([]byte(`{"version":2,"ok":true}`)); err == nil || !strings.Contains(err.Error(), "version 2") {
		t.Error(err)
	}
	if a, err := decodeAnswer([]byte(`{"version":1}`)); err != nil || a.Error == "" {
		t.Errorf("%+v, %v: an answer that is neither", a, err)
	}
}

func TestLinesAreBounded(t *testing.T) {
	r := bufio.NewReaderSize(strings.NewReader("short\n"+strings.Repeat("x", 99)+"\n"+strings.Repeat("y", 100)+"\n"), 16)
	for _, want := range []int{5, 99} {
		if line, err := readLine(r, 100); err != nil || len(line) != want {
			t.Errorf("%d bytes, %v; want %d", len(line), err, want)
		}
	}
	if _, err := readLine(r, 100); !errors.Is(err, errTooLong) {
		t.Errorf("a line that is too long: %v", err)
	}
}

func FuzzDecodeRequest(f *testing.F) {
	for _, m := range documented(f) {
		f.Add([]byte(m))
	}
	f.Add([]byte(`{"version":1,"tasks":[null,1e9]}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		req, err := decodeRequest(line, id, 5)
		if err != nil {
			return
		}
		if req.Do != Workers && req.All == (len(req.Tasks) > 0) {
			t.Errorf("accepted without saying whom it is for: %+v", req)
		}
		for _, task := range req.Tasks {
			if task < 0 || task > 4 {
				t.Errorf("accepted task %d", task)
			}
		}
		if req.Do != Workers {
			command(req, make([]seen, len(req.Tasks))) // panics at nothing
		}
	})
}

func FuzzDecodeAnswer(f *testing.F) {
	for _, m := range documented(f) {
		f.Add([]byte(m))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		if a, err := decodeAnswer(line); err == nil && !a.OK && a.Error == "" {
			t.Errorf("an answer that is neither: %+v", a)
		}
	})
}

// documented returns the messages that docs/remote.md shows.
func documented(t testing.TB) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "remote.md"))
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(`(?m)^\{.*\}$`).FindAllString(string(text), -1)
}

// TestTheDocumentationIsTrue reads the examples of docs/remote.md as the program would.
func TestTheDocumentationIsTrue(t *testing.T) {
	said := map[Verb]bool{}
	answers := 0
	for _, m := range documented(t) {
		var head struct {
			Do Verb  `json:"do"`
			OK *bool `json:"ok"`
		}
		if err := json.Unmarshal([]byte(m), &head); err != nil {
			t.Errorf("%s: %v", m, err)
		}
		if head.OK != nil {
			dec := json.NewDecoder(strings.NewReader(m))
			dec.DisallowUnknownFields()
			if err := dec.Decode(&Answer{}); err != nil {
				t.Errorf("%s: %v", m, err)
			}
			if _, err := decodeAnswer([]byte(m)); err != nil {
				t.Errorf("%s: %v", m, err)
			}
			answers++
			continue
		}
		if _, err := decodeRequest([]byte(m), id, 5); err != nil {
			t.Errorf("%s: %v", m, err)
		}
		said[head.Do] = true
	}
	for _, v := range verbs {
		if !said[v] {
			t.Errorf("docs/remote.md shows no request to %s", v)
		}
	}
	if answers < 3 {
		t.Errorf("docs/remote.md shows %d answers", answers)
	}
}
