package journal

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"parallax/runner"
)

// Format is the version of the format that this package writes. It grows only when an older reader
// would get it wrong; new fields and new types of event do not change it.
const Format = 1

// The files in a run's folder.
const (
	infoFile   = "run.json"
	eventsFile = "events.ndjson"
	logsDir    = "logs"
)

// Info is what is known of a run before anything happens: the content of run.json.
type Info struct {
	Format   int       `json:"format"`
	ID       string    `json:"id"`
	Name     string    `json:"name,omitempty"`
	Start    time.Time `json:"started"`
	Version  string    `json:"parallax,omitempty"` // the version of parallax that ran it
	Argv     []string  `json:"argv,omitempty"`     // the command line of parallax
	Cwd      string    `json:"cwd"`                // the folder it was started in: that of a job with Dir ""
	Host     Host      `json:"host"`
	Settings Settings  `json:"settings"`
	Writer   Process   `json:"writer"`
	Tasks    int       `json:"tasks"` // len(Jobs), for who reads only the head of the file

	// Exact holds, in base64, the strings that are no valid UTF-8 and so cannot be said in JSON
	// (a file name can be any bytes), by their place: "cwd", "jobs.3.argv.1".
	Exact map[string]string `json:"exact,omitempty"`

	// Jobs is last in the file, so that the head can be read without it. A job that was a Go
	// function comes back with nothing to run.
	Jobs []runner.Job `json:"-"`

	first  string         // the name of the first job, where only the head was read
	models []runner.Model // those of the first jobs, each once, likewise
}

// Host is the machine that a run ran on.
type Host struct {
	Name  string  `json:"name"`
	OS    string  `json:"os"`    // as Go names it: linux/amd64
	Cores []int   `json:"cores"` // ids of the cores that the run could use
	Quota float64 `json:"quota"` // how many cores' time it could use
}

// Settings are the options of the run as a whole.
type Settings struct {
	Workers  int         `json:"workers"`
	Halt     runner.Halt `json:"halt,omitempty"`
	Separate bool        `json:"separate,omitempty"`
}

// whole is run.json as a whole.
type whole struct {
	Info
	Jobs []runner.Job `json:"jobs"`
}

// encode writes the content of run.json: the head indented, then one job a line. It holds one job at
// a time in memory: there may be 100 000.
func (i *Info) encode(w io.Writer) error {
	i.Exact = nil
	i.visit(func(at place, s *string) {
		if !utf8.ValidString(*s) {
			if i.Exact == nil {
				i.Exact = map[string]string{}
			}
			i.Exact[at.String()] = base64.StdEncoding.EncodeToString([]byte(*s))
		}
	})
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(i); err != nil {
		return err
	}
	b.Truncate(bytes.LastIndexByte(b.Bytes(), '}') - 1) // and the newline before it
	b.WriteString(",\n  \"jobs\": [")
	enc.SetIndent("", "")
	for n := range i.Jobs {
		if n > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n    ")
		if err := enc.Encode(&i.Jobs[n]); err != nil {
			return fmt.Errorf("job %q: %w", i.Jobs[n].Name, err)
		}
		b.Truncate(b.Len() - 1)
		if _, err := b.WriteTo(w); err != nil {
			return err
		}
	}
	b.WriteString("\n  ]\n}\n")
	_, err := b.WriteTo(w)
	return err
}

// place is where in run.json a string stands. It is made into words only when that is needed:
// there are a dozen for each of maybe 100 000 jobs.
type place struct {
	job   int // or -1
	field string
	item  string // of a list or a map, or ""
}

func (p place) String() string {
	s := p.field
	if p.job >= 0 {
		s = "jobs." + strconv.Itoa(p.job) + "." + s
	}
	if p.item != "" {
		s += "." + p.item
	}
	return s
}

// visit calls f for every string that may hold any bytes.
func (i *Info) visit(f func(at place, s *string)) {
	list := func(job int, field string, l []string) {
		for n := range l {
			f(place{job, field, strconv.Itoa(n)}, &l[n])
		}
	}
	f(place{-1, "cwd", ""}, &i.Cwd)
	list(-1, "argv", i.Argv)
	for n := range i.Jobs {
		j := &i.Jobs[n]
		f(place{n, "name", ""}, &j.Name)
		f(place{n, "line", ""}, &j.Line)
		f(place{n, "template", ""}, &j.Template)
		f(place{n, "script", ""}, &j.Script)
		f(place{n, "python", ""}, &j.Python)
		f(place{n, "dir", ""}, &j.Dir)
		f(place{n, "stdin", ""}, &j.Stdin)
		list(n, "argv", j.Argv)
		list(n, "args", j.Args)
		for k, v := range j.Env {
			was := v
			if f(place{n, "env", k}, &v); v != was {
				j.Env[k] = v
			}
		}
	}
}

// restore puts the strings of Exact back in their places.
func (i *Info) restore() error {
	if len(i.Exact) == 0 {
		return nil
	}
	var errs []error
	i.visit(func(at place, s *string) {
		coded, ok := i.Exact[at.String()]
		if !ok {
			return
		}
		raw, err := base64.StdEncoding.DecodeString(coded)
		if err != nil {
			errs = append(errs, fmt.Errorf("exact %q: %w", at, err))
			return
		}
		*s = string(raw)
	})
	i.Exact = nil
	return errors.Join(errs...)
}

// maxTasks is more jobs than anyone can have asked for; it keeps a damaged number from using up the
// memory.
const maxTasks = 1 << 24

// errNewer begins the refusal of a format that this version cannot read.
var errNewer = errors.New("written in format")

// check refuses what this package cannot read.
func (i *Info) check() error {
	switch {
	case i.Format > Format:
		return fmt.Errorf("%w %d, this parallax reads up to %d: use a newer parallax", errNewer, i.Format, Format)
	case i.Format < 1:
		return errors.New("it has no format version, so it is no run.json")
	case i.ID == "":
		return errors.New("it has no id")
	case i.Tasks < 0 || i.Tasks > maxTasks:
		return fmt.Errorf("it cannot have %d tasks", i.Tasks)
	}
	return nil
}

// readInfo reads run.json with its jobs. unknown names a field that this version does not know, or
// is nil.
func readInfo(dir string) (info Info, unknown, err error) {
	path := filepath.Join(dir, infoFile)
	data, err := os.ReadFile(path)
	if err != nil {
		return Info{}, nil, err
	}
	if info, unknown, err = decodeInfo(data); err != nil {
		return Info{}, nil, fmt.Errorf("read %s: %w", path, err)
	}
	return info, unknown, nil
}

func decodeInfo(data []byte) (info Info, unknown, err error) {
	var version struct{ Format int }
	if json.Unmarshal(data, &version) == nil && version.Format > Format {
		return Info{}, nil, (&Info{Format: version.Format}).check() // before anything else seems wrong
	}
	var w whole
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err = dec.Decode(&w); err != nil && strings.Contains(err.Error(), "unknown field") {
		unknown = fmt.Errorf("%s: %w: left out", infoFile, err)
		w = whole{}
		err = json.Unmarshal(data, &w)
	}
	if err != nil {
		return Info{}, nil, err
	}
	info = w.Info
	info.Jobs = w.Jobs
	info.Tasks = len(info.Jobs)
	if err = info.check(); err == nil {
		err = info.restore()
	}
	return info, unknown, err
}

// readHead reads run.json up to its jobs, so that looking over many large runs is cheap.
func readHead(dir string) (Info, error) {
	f, err := os.Open(filepath.Join(dir, infoFile))
	if err != nil {
		return Info{}, err
	}
	defer f.Close()
	head, some, err := headOf(f)
	if err != nil {
		return Info{}, fmt.Errorf("read %s: %w", f.Name(), err)
	}
	var info Info
	err = json.Unmarshal(head, &info)
	if err == nil && (info.ID == "" || info.Start.IsZero()) { // somebody has sorted the keys
		info, _, err = readInfo(dir)
		info.met(info.Jobs[:min(len(info.Jobs), someJobs)])
		info.Jobs = nil
		return info, err
	}
	info.met(some)
	if err == nil {
		err = info.check()
	}
	if err != nil {
		return Info{}, fmt.Errorf("read %s: %w", f.Name(), err)
	}
	return info, nil
}

// someJobs is how many jobs are looked at for a line in a list: there may be 100 000.
const someJobs = 16

// met keeps what a list says of the first jobs.
func (i *Info) met(some []runner.Job) {
	for n, j := range some {
		if n == 0 {
			i.first = j.Name
		}
		if !slices.Contains(i.models, j.Model) {
			i.models = append(i.models, j.Model)
		}
	}
}

// jobsOf reads the first jobs of the list that comes next. What cannot be read of it is left out: it is
// told when the run is opened.
func jobsOf(dec *json.Decoder) (some []runner.Job) {
	if t, err := dec.Token(); err != nil || t != json.Delim('[') {
		return nil
	}
	for len(some) < someJobs && dec.More() {
		var j runner.Job
		if dec.Decode(&j) != nil {
			break
		}
		some = append(some, j)
	}
	return some
}

// headOf returns a JSON object with all members of the one in r that come before "jobs", and the first
// of those.
func headOf(r io.Reader) (whole []byte, some []runner.Job, err error) {
	dec := json.NewDecoder(r)
	if t, err := dec.Token(); err != nil {
		return nil, nil, err
	} else if t != json.Delim('{') {
		return nil, nil, errors.New("it holds no JSON object")
	}
	head := []byte{'{'}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, nil, err
		}
		name, err := json.Marshal(key)
		if err != nil {
			return nil, nil, err
		}
		if key == "jobs" {
			some = jobsOf(dec)
			break
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, nil, err
		}
		if len(head) > 1 {
			head = append(head, ',')
		}
		head = append(append(append(head, name...), ':'), value...)
	}
	return append(head, '}'), some, nil
}
