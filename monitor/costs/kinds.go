package costs

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"parallax/runner"
)

//go:embed scripts/*.py
var scripts embed.FS

// kind is one kind of job and how it is measured.
type kind struct {
	name   string
	model  runner.Model
	shares bool       // its jobs share what the first of them starts
	empty  runner.Job // does nothing
	probe  runner.Job // writes a byte and ends
	wait   runner.Job // writes a byte and waits
	starts int        // how many are started one after the other in a round
	more   int        // how many more than one wait, to tell what one needs; even
	talks  []talk
	absent string // why there is none of it here, or ""
}

// talk is one way to send messages.
type talk struct {
	by  string
	run func(ctx context.Context, s *stand) (seconds float64, err error) // of one, there and back
}

// errNone is why what needs a Python is not measured where none was named and nobody said why.
var errNone = errors.New("no Python was found")

// kindsFor makes the kinds, with scripts in a folder of the caller's. It writes them there.
func kindsFor(opts Options, dir string) ([]kind, error) {
	for _, name := range []string{"probe.py", "wait.py", "talk.py"} {
		text, err := scripts.ReadFile("scripts/" + name)
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			return nil, fmt.Errorf("measure costs: %w", err)
		}
	}
	for name, text := range map[string]string{"empty.py": "pass\n", "byte": "x"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return nil, fmt.Errorf("measure costs: %w", err)
		}
	}
	py := pythonJobs{path: opts.Python, dir: dir}
	all := []kind{
		goroutines(),
		py.kind(Thread, runner.Threads, 8, 16),
		py.kind(Interpreter, runner.Interpreters, 1, 2),
		py.kind(Process, runner.Processes, 3, 4),
		commands(dir),
	}
	all[1].talks = []talk{py.talk("queue.Queue", "thread_queue", runner.Threads)}
	all[2].talks = []talk{py.talk("queue", "interpreter_queue", runner.Processes), py.talk("pipe", "interpreter_pipe", runner.Processes)}
	all[3].talks = []talk{py.talk("pipe", "process_pipe", runner.Processes), py.talk("multiprocessing.Queue", "process_queue", runner.Processes)}
	if opts.Python == "" {
		why := errNone
		if opts.NoPython != nil {
			why = opts.NoPython
		}
		for i := 1; i <= 3; i++ {
			all[i].absent = why.Error()
		}
	}
	return all, nil
}

// pythonJobs makes jobs of the embedded scripts, which are in dir.
type pythonJobs struct{ path, dir string }

func (p pythonJobs) job(m runner.Model, script string, args ...string) runner.Job {
	return runner.Job{Name: script, Model: m, Script: filepath.Join(p.dir, script), Args: args, Python: p.path}
}

func (p pythonJobs) kind(name string, m runner.Model, starts, more int) kind {
	return kind{
		name: name, model: m, shares: m != runner.Processes, starts: starts, more: more,
		empty: p.job(m, "empty.py"), probe: p.job(m, "probe.py"), wait: p.job(m, "wait.py"),
	}
}

// commands are processes of programs that are small and everywhere.
func commands(dir string) kind {
	k := kind{name: Command, model: runner.Processes, starts: 5, more: 8}
	program := func(name string, args ...string) runner.Job {
		path, err := exec.LookPath(name)
		if err != nil {
			k.absent = fmt.Sprintf("there is no program %q here", name)
		}
		return runner.Job{Name: name, Model: k.model, Argv: append([]string{path}, args...)}
	}
	k.empty, k.probe = program("true"), program("echo", "x")
	k.wait = program("tail", "-f", filepath.Join(dir, "byte")) // it writes what is in there, and waits
	program("cat")
	k.talks = []talk{{"pipe", talkWithCat}}
	return k
}

func goroutines() kind {
	job := func(f runner.Func) runner.Job {
		return runner.Job{Name: Goroutine, Model: runner.Goroutines, Func: f}
	}
	tell := func(call *runner.Call) error {
		_, err := call.Out.Write([]byte("x"))
		return err
	}
	return kind{
		name: Goroutine, model: runner.Goroutines, starts: 20, more: 64,
		empty: job(func(context.Context, *runner.Call) error { return nil }),
		probe: job(func(_ context.Context, call *runner.Call) error { return tell(call) }),
		wait: job(func(ctx context.Context, call *runner.Call) error {
			if err := tell(call); err != nil {
				return err
			}
			<-ctx.Done()
			return nil
		}),
		talks: []talk{{"channel", talkByChannel}},
	}
}
