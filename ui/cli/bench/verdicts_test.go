//go:build linux || darwin

package bench_test

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A kind is jobs of which everybody knows what they are to be run as.
type kind struct {
	name   string
	jobs   int
	script string
	right  []string // models; any of them is right
}

var kinds = []kind{
	{"pure", 4, "n = 0\nfor i in range(4_000_000):\n    n += i * i\nprint(n)\n", []string{"processes", "interpreters"}},
	{"waiting", 4, "import time\nfor i in range(10):\n    time.sleep(0.04)\nprint(i)\n", []string{"threads"}},
	{"hashing", 4, "import hashlib\nb = bytes(16 << 20)\nfor i in range(30):\n    h = hashlib.sha256(b)\nprint(h.hexdigest())\n", []string{"threads"}},
	{"mixed", 8, "import time\nfor i in range(4):\n    n = 0\n    for k in range(600_000):\n        n += k * k\n    time.sleep(0.06)\nprint(n)\n", []string{"hybrid"}},
	{"short", 40, "n = 0\nfor i in range(60_000):\n    n += i * i\nprint(n)\n", []string{"threads", "hybrid"}},
}

// BenchmarkVerdicts compares jobs of each kind, alone and while other programs want every core, and
// counts the verdicts that are right, inconclusive and wrong. An iteration is a comparison. Wrong is any
// other model, also one that is only suggested. It needs a Python 3.8 or later.
func BenchmarkVerdicts(b *testing.B) {
	if _, err := exec.LookPath("python3"); err != nil {
		b.Skip("needs python3: ", err)
	}
	for _, loaded := range []bool{false, true} {
		beside := "alone"
		if loaded {
			beside = "loaded"
		}
		for _, k := range kinds {
			b.Run(beside+"/"+k.name, func(b *testing.B) { k.measure(b, loaded) })
		}
	}
}

func (k kind) measure(b *testing.B, loaded bool) {
	p := newPlace(b)
	path := p.write(k.name+".py", k.script)
	args := []string{"compare", "--json", "--quiet", "--rounds", "5", "--", path, "{}", ":::"}
	for i := range k.jobs {
		args = append(args, strconv.Itoa(i))
	}
	if loaded {
		for range runtime.NumCPU() {
			busy := p.shell("while :; do :; done")
			if err := busy.Start(); err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() {
				_ = busy.Process.Kill()
				_ = busy.Wait() // it was killed, and says so
			})
		}
	}
	before := load()
	var right, none, wrong float64
	once := func() {
		model, said := p.verdict(args)
		switch {
		case model == "":
			none++
			b.Logf("inconclusive: %s", said)
		case slices.Contains(k.right, model):
			right++
		default:
			wrong++
			b.Logf("wrong: %s", said)
		}
	}
	for b.Loop() {
		once()
	}
	report(b, before, map[string]float64{"right": right, "inconclusive": none, "wrong": wrong})
	if wrong > 0 {
		b.Fail()
	}
}

// verdict makes a comparison and reads the last line that it prints: the model, and what is said of it.
func (p *place) verdict(args []string) (model, said string) {
	p.b.Helper()
	var out bytes.Buffer
	cmd := p.command(args...)
	cmd.Stdout = &out
	p.timed(cmd)
	lines := bytes.Split(bytes.TrimSpace(out.Bytes()), []byte("\n"))
	var v struct {
		Type, Model, Headline string
		Reasons, Doubts       []string
	}
	if err := json.Unmarshal(lines[len(lines)-1], &v); err != nil || v.Type != "verdict" {
		p.b.Fatalf("the last line is no verdict: %v\n%s", err, lines[len(lines)-1])
	}
	return v.Model, strings.Join(slices.Concat([]string{v.Headline}, v.Reasons, v.Doubts), " ")
}
