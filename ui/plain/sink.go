package plain

import (
	"bufio"
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"parallax/runner"
	"parallax/ui/text"
)

var newline = []byte{'\n'}

// sink writes pieces of one stream of one try in the format asked for.
type sink struct {
	p      *Printer
	t      *try
	stderr bool
	w      *bufio.Writer
	style  *text.Style // the colours in force, on a terminal
}

// raw reports whether output is passed on as it is, without waiting for the ends of lines: nothing
// else is printed in between.
func (s *sink) raw() bool {
	o := s.p.opts
	return o.Format == Line && !s.tagged() && !o.Terminal && len(s.p.state.Jobs) == 1
}

// tagged reports whether lines are to say whose they are: those of interpreters always do.
func (s *sink) tagged() bool { return s.p.opts.Tag || s.t.host != nil }

func (s *sink) write(data []byte) error {
	_, err := s.w.Write(data)
	return err
}

// lines writes whole lines.
func (s *sink) lines(data []byte) error {
	o := s.p.opts
	if o.Format != JSON && !s.tagged() && !o.Terminal {
		return s.write(data)
	}
	for len(data) > 0 {
		end := bytes.IndexByte(data, '\n') + 1
		line := data[:end]
		data = data[end:]
		if hide, err := s.hides(line); hide || err != nil {
			if err != nil {
				return err
			}
			continue
		}
		if err := s.begin(); err != nil {
			return err
		}
		if err := s.part(line, true); err != nil {
			return err
		}
	}
	return nil
}

// begin opens a line.
func (s *sink) begin() error {
	if s.p.opts.Format == JSON || !s.tagged() {
		return nil
	}
	return s.write(s.p.tags.of(s.t))
}

// part writes a piece of the open line; last closes it.
func (s *sink) part(data []byte, last bool) error {
	if s.p.opts.Format == JSON {
		return s.p.enc.write(s, data)
	}
	if s.p.opts.Terminal {
		if _, err := s.w.WriteString(text.Clean(bytes.TrimSuffix(data, newline), s.style)); err != nil || !last {
			return err
		}
		return s.write(newline)
	}
	if err := s.write(data); err != nil || !last || bytes.HasSuffix(data, newline) {
		return err
	}
	return s.write(newline)
}

// piece is how much of a long line is printed at once, where it has to be worked on.
const piece = 64 << 10

// cut returns how much of a piece of a line to print so that no character and no colour is torn.
func (s *sink) cut(data []byte) int {
	o := s.p.opts
	if o.Format != JSON && !o.Terminal {
		return len(data)
	}
	data = data[:min(len(data), piece)]
	if n := text.Whole(data); n > 0 {
		return n
	}
	return len(data)
}

// output is one line of output, or a piece of one, as JSON prints it among the events.
type output struct {
	Type string `json:"type"`
	// T is when it was read: seconds since the start of the run.
	T      json.Number `json:"t"`
	Task   int         `json:"task"`
	Name   string      `json:"name"`
	Try    int         `json:"try"`
	Stream string      `json:"stream"`
	Text   string      `json:"text,omitempty"`
	// Base64 is there instead of Text when the bytes are not UTF-8.
	Base64 []byte `json:"base64,omitempty"`
	// Partial says that the line goes on in the next output of this stream, or that no newline
	// ended it.
	Partial bool `json:"partial,omitempty"`
}

// encoder writes outputs as JSON.
type encoder struct {
	buf bytes.Buffer
	enc *json.Encoder
}

func (e *encoder) write(s *sink, data []byte) error {
	if e.enc == nil {
		e.enc = json.NewEncoder(&e.buf)
		e.enc.SetEscapeHTML(false)
	}
	line, ended := bytes.CutSuffix(data, newline)
	o := output{
		Type: "output", T: json.Number(strconv.FormatFloat(s.p.now().Seconds(), 'f', 6, 64)), Task: s.t.task,
		Name: s.t.name(s.p.state.Jobs), Try: s.t.num, Stream: "stdout", Partial: !ended,
	}
	switch {
	case s.t.host != nil:
		o.Stream = "host"
	case s.stderr:
		o.Stream = "stderr"
	}
	if utf8.Valid(line) {
		o.Text = string(line)
	} else {
		o.Base64 = line
	}
	e.buf.Reset()
	if err := e.enc.Encode(o); err != nil {
		return err
	}
	return s.write(e.buf.Bytes())
}

// hues are the colours of names: the terminal's own, which its owner chose to be legible.
var hues = []string{"36", "33", "35", "32", "34", "96", "93", "95", "92", "94"}

// maxAlign is the widest name that others are aligned to.
const maxAlign = 24

// tags makes what is put before each line of a job.
type tags struct {
	jobs  []runner.Job
	width int // columns that names are filled up to
	color bool
}

func newTags(jobs []runner.Job, o Options) tags {
	t := tags{jobs: jobs, color: o.Color}
	if o.Terminal && o.Tag {
		for _, j := range jobs {
			t.width = max(t.width, min(text.Width(printable(j.Name)), maxAlign))
		}
	}
	return t
}

func (t *tags) of(try *try) []byte {
	if try.tag == nil {
		name := printable(try.name(t.jobs))
		name += strings.Repeat(" ", max(t.width-text.Width(name), 0))
		tag := name + " | "
		if t.color {
			hue := "2" // faint
			if try.host == nil {
				hue = hues[try.task%len(hues)]
			}
			tag = "\x1b[" + hue + "m" + name + " |\x1b[0m "
		}
		try.tag = []byte(tag)
	}
	return try.tag
}

// name is what its lines are said to be from.
func (t *try) name(jobs []runner.Job) string {
	if t.host != nil {
		return t.host.Title()
	}
	return jobs[t.task].Name
}

// printable replaces what would act on a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return '�'
		}
		return r
	}, s)
}
