// Command gofunc shows its own goroutines: a Go program that runs functions of its own as jobs, on
// the same screen and with the same keys as scripts.
//
//	go run ./examples/gofunc            on a terminal: panes, lanes, pause, cancel
//	go run ./examples/gofunc --plain    as lines
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"

	"parallax/monitor"
	"parallax/runner"
	"parallax/runner/goroutine"
	"parallax/runner/journal"
	"parallax/themes"
	"parallax/ui/cli/session"
	"parallax/ui/dashboard"
	"parallax/ui/plain"
)

// primes is a job: it counts the primes below its argument. Checkpoint, called often, is where it is
// held while it is paused and where it learns that it was cancelled.
func primes(_ context.Context, call *runner.Call) error {
	limit, err := strconv.Atoi(call.Args[0])
	if err != nil {
		return fmt.Errorf("how far to count: %w", err)
	}
	count := 0
	for n := 2; n < limit; n++ {
		if err := call.Checkpoint(); err != nil {
			return err
		}
		if isPrime(n) {
			count++
		}
		if n%(limit/10) == 0 {
			if _, err := fmt.Fprintf(call.Out, "%d primes up to %d\n", count, n); err != nil {
				return err
			}
		}
	}
	_, err = fmt.Fprintf(call.Out, "%d primes below %d\n", count, limit)
	return err
}

func isPrime(n int) bool {
	for d := 2; d*d <= n; d++ {
		if n%d == 0 {
			return false
		}
	}
	return true
}

// faulty is a job too. Its panic fails it and nothing else.
func faulty(context.Context, *runner.Call) error { panic("on purpose") }

func main() {
	jobs := []runner.Job{{Name: "faulty", Func: faulty}}
	for _, limit := range []string{"1000000", "2000000", "3000000"} {
		jobs = append(jobs, runner.Job{Name: "primes " + limit, Func: primes, Args: []string{limit}})
	}
	st, err := run(context.Background(), jobs, slices.Contains(os.Args[1:], "--plain"))
	if err != nil {
		fmt.Fprintln(os.Stderr, "gofunc:", err)
		os.Exit(1)
	}
	if st.Count(runner.Succeeded) < len(jobs) {
		os.Exit(1)
	}
}

// run runs jobs with everything that belongs to it: a folder that keeps the run, a sampler, and
// either lines or the dashboard. It returns how the run ended.
func run(ctx context.Context, jobs []runner.Job, lines bool) (runner.State, error) {
	launchers := func() map[runner.Model]runner.Launcher {
		return map[runner.Model]runner.Launcher{runner.Goroutines: goroutine.New()}
	}
	jobs, err := runner.Prepare(jobs, launchers())
	if err != nil {
		return runner.State{}, err
	}
	root, err := journal.Root()
	if err != nil {
		return runner.State{}, err
	}
	cores, quota, _ := monitor.Usable()
	stage := session.NewStage(ctx, session.Env{Root: root, Launchers: launchers, Cores: cores, Quota: quota})
	s, err := stage.Start(session.Plan{Name: "gofunc", Jobs: jobs, Workers: len(jobs), Hold: !lines})
	if err != nil {
		return runner.State{}, err
	}
	if lines {
		err = plain.New(plain.Options{Out: os.Stdout, Err: os.Stderr, Format: plain.Line, Tag: true, Dir: s.Dir()}).Run(ctx, s.Feed)
	} else {
		err = screen(stage, s)
	}
	stage.Leave() // what still runs is cancelled
	if err = errors.Join(err, stage.Wait()); err != nil {
		return runner.State{}, err
	}
	return s.Wait()
}

// screen draws a run until the user leaves it.
func screen(stage *session.Stage, s *session.Session) error {
	all := themes.All(nil)
	theme, colours := themes.Detect(themes.Env{Getenv: os.Getenv}, nil, "")
	return dashboard.Run(stage.Whole(), dashboard.Options{
		Act:       dashboard.Act{Title: "gofunc", Feed: s.Feed, Do: s.Do, Dir: s.Dir(), Clock: s.Clock},
		Theme:     theme,
		Styles:    func(t themes.Theme) themes.Styles { return themes.New(t, colours) },
		NextTheme: func(t themes.Theme) themes.Theme { return all.Next(t.Name) },
		Broke:     stage.Break,
	})
}
