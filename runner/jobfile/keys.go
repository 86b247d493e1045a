package jobfile

import (
	"maps"
	"math"
	"time"

	"github.com/goccy/go-yaml/ast"

	"parallax/runner"
)

// key is one key of parallax.yaml. The table below is all that the parser, the JSON schema and the
// messages know of keys, so they cannot disagree.
type key struct {
	name, doc string
	inFile    bool // may stand at the top
	inJob     bool // may stand in an entry of jobs; with inFile it is a default for all jobs
	schema    map[string]any
	examples  []any
	apply     func(d *decoder, to target, label string, n ast.Node)
}

// target is where a key's value goes: a key of the run sets the file, all others the entry.
type target struct {
	file  *File
	entry *entry
}

// entry is one item of jobs while it is read, or the defaults of all of them.
type entry struct {
	job   runner.Job
	named bool // the name was given
	count int  // replicas; 0 means that count was not given
	after []placed
	at    pos
	where map[string]pos // of the keys that it gives itself
	meant bool           // a key that is not known was probably meant to say what to run
}

func ofFile[T any](name, doc string, k kind[T], examples []any, set func(*File, T)) key {
	return key{
		name: name, doc: doc, inFile: true, schema: k.schema, examples: examples,
		apply: func(d *decoder, to target, label string, n ast.Node) {
			if v, ok := k.read(d, label, n); ok {
				set(to.file, v)
			}
		},
	}
}

func ofJob[T any](name, doc string, k kind[T], examples []any, set func(*entry, T)) key {
	return key{
		name: name, doc: doc, inJob: true, schema: k.schema, examples: examples,
		apply: func(d *decoder, to target, label string, n ast.Node) {
			if v, ok := k.read(d, label, n); ok {
				set(to.entry, v)
			}
		},
	}
}

func ofBoth[T any](name, doc string, k kind[T], examples []any, set func(*entry, T)) key {
	made := ofJob(name, doc, k, examples, set)
	made.inFile = true
	return made
}

var models = choice(append([]runner.Model{runner.Auto}, runner.Models()...))

var halts = choice([]runner.Halt{runner.HaltNever, runner.HaltSoon, runner.HaltFail})

var losses = choice([]HostLoss{LossFail, LossRestart})

const preloadDoc = "Modules that Python processes have imported before they start, by being forked from an interpreter that has; auto is those that the scripts share."

const noGrace = "no time at all would be a kill; give at least 1ms"

// keys is every key, in the order in which the documentation lists them. The key "name" stands
// twice: at the top it names the run.
var keys = []key{
	ofFile("name", "The name of the run.", nameText, []any{"crunch"}, func(f *File, v string) { f.Name = v }),
	ofFile("workers", "How many jobs run at once: a number, or a share of the usable cores.", workersSpec, []any{4, "50%"},
		func(f *File, v string) { f.Workers = v }),
	ofFile("halt", "What the first failure means: never (nothing), soon (start no more), fail (cancel the rest).", halts, []any{"never", "soon", "fail"},
		func(f *File, v runner.Halt) { f.Halt = v }),
	ofFile("on-host-loss", "What becomes of jobs whose interpreter ended because of another job in it: fail, or restart (at most three times).", losses, []any{"restart"},
		func(f *File, v HostLoss) { f.OnHostLoss = v }),
	ofFile("interpreters", "Over how many interpreters the model hybrid spreads the jobs.", whole(1, runner.MaxWorkers), []any{2},
		func(f *File, v int) { f.Interpreters = v }),
	ofFile("preload", preloadDoc, preloads, []any{"auto", []any{"numpy", "json"}}, func(f *File, v []string) { f.Preload = v }),
	ofFile("backoff", "The wait before the first retry; it doubles with each.", duration("a retry needs some wait; give at least 1ms"), []any{"500ms"},
		func(f *File, v time.Duration) { f.Backoff = v }),
	{name: "jobs", doc: "What to run.", inFile: true, schema: map[string]any{
		"type": "array", "minItems": 1, "items": map[string]any{"$ref": "#/$defs/job"},
	}, examples: []any{[]any{map[string]any{"run": "make test"}}}},

	ofJob("run", "A command line, run by sh -c.", commandLine, []any{"python primes.py 200000"}, func(e *entry, v string) { e.job.Line = v }),
	ofJob("script", "A script file; its ending says what interprets it.", someText, []any{"primes.py"}, func(e *entry, v string) { e.job.Script = v }),
	ofJob("argv", "A program and its arguments, run without a shell.", list(anyText, 1), []any{[]any{"sleep", 1}}, func(e *entry, v []string) { e.job.Argv = v }),
	ofJob("workload", "A workload built into parallax.", someText, []any{"spin"}, func(e *entry, v string) { e.job.Workload = v }),
	ofJob("args", "Arguments of the script or workload.", list(anyText, 0), []any{[]any{200000, "-v"}}, func(e *entry, v []string) { e.job.Args = v }),
	ofJob("name", "The name of the job; without one it is made from what it runs.", nameText, []any{"primes"},
		func(e *entry, v string) { e.job.Name, e.named = v, true }),
	ofJob("count", "Replicas, named NAME.1 to NAME.N; {#} is the number of each.", whole(1, MaxJobs), []any{4}, func(e *entry, v int) { e.count = v }),
	ofJob("after", "Jobs that must have succeeded before this one starts.", oneOrMore(placedText), []any{[]any{}, "primes"},
		func(e *entry, v []placed) { e.after = v }),

	ofJob("preload", preloadDoc, preloads, []any{"auto", []any{"numpy"}, []any{}}, func(e *entry, v []string) { e.job.Preload = v }),

	ofBoth("as", "The model of parallelism.", models, []any{"processes", "auto"}, func(e *entry, v runner.Model) { e.job.Model = v }),
	ofBoth("python", "The Python for Python scripts: a path, a name or a version.", someText, []any{"python3.13", "3.13", ".venv/bin/python"}, func(e *entry, v string) { e.job.Python = v }),
	ofBoth("env", "Variables added to the environment.", environment, []any{map[string]any{"SEED": "{#}"}}, func(e *entry, v map[string]string) {
		env := maps.Clone(e.job.Env) // the defaults' map is shared by all entries
		if env == nil {
			env = make(map[string]string, len(v))
		}
		maps.Copy(env, v)
		e.job.Env = env
	}),
	ofBoth("dir", "The folder to run in.", someText, []any{"work"}, func(e *entry, v string) { e.job.Dir = v }),
	ofBoth("timeout", "How long a try may take; 0 means for ever.", duration(""), []any{"1m30s", 30, 0}, func(e *entry, v time.Duration) { e.job.Timeout = v }),
	ofBoth("grace", "The time between asking a job to end and killing it.", duration(noGrace), []any{"5s"}, func(e *entry, v time.Duration) { e.job.Grace = v }),
	ofBoth("stalled_after", "How long a job may use no core, print nothing and wait for nothing that is known to end before it is marked as stalled; 0 means never.", duration(""),
		[]any{"2m", 0}, func(e *entry, v time.Duration) { e.job.StalledAfter = runner.StalledAfterOf(v) }),
	ofBoth("retries", "Further tries after a failure.", whole(0, math.MaxInt32), []any{2}, func(e *entry, v int) { e.job.Retries = v }),
	ofBoth("stdin", "A file given as standard input.", someText, []any{"input.txt"}, func(e *entry, v string) { e.job.Stdin = v }),
	ofBoth("cpus", "The cores that the job may use, by number.", list(whole(0, math.MaxUint16), 1), []any{[]any{0, 1}},
		func(e *entry, v []int) { e.job.CPUs = v }),
}

// find returns the key of that name at the top of the file or in a job.
func find(name string, inJob bool) (key, bool) {
	for _, k := range keys {
		if k.name == name && (inJob && k.inJob || !inJob && k.inFile) {
			return k, true
		}
	}
	return key{}, false
}

// names lists the keys that may stand at the top of the file or in a job.
func names(inJob bool) []string {
	var out []string
	for _, k := range keys {
		if inJob && k.inJob || !inJob && k.inFile {
			out = append(out, k.name)
		}
	}
	return out
}
