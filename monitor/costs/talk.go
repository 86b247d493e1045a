package costs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"parallax/runner"
)

// talking is how long messages are sent in a round: many times what a clock can tell apart.
const talking = 30 * time.Millisecond

// trips sends messages there and back, twice as many each time, until that takes long enough, and
// returns the seconds of one.
func trips(ctx context.Context, one func() error) (float64, error) {
	for range 2 { // the other side begins
		if err := one(); err != nil {
			return 0, err
		}
	}
	for n := 1; ctx.Err() == nil; n *= 2 {
		began := time.Now()
		for range n {
			if err := one(); err != nil {
				return 0, err
			}
		}
		if span := time.Since(began); span >= talking {
			return span.Seconds() / float64(n), nil
		}
	}
	return 0, context.Cause(ctx)
}

// talkByChannel sends messages between two jobs that are goroutines, each on its own thread.
func talkByChannel(ctx context.Context, s *stand) (seconds float64, err error) {
	there, back := make(chan struct{}), make(chan struct{})
	job := func(f func(context.Context) error) runner.Job {
		return runner.Job{Name: "channel", Model: runner.Goroutines, Func: func(ctx context.Context, _ *runner.Call) error { return f(ctx) }}
	}
	echo, err := s.launch(ctx, job(func(context.Context) error {
		for m := range there {
			back <- m
		}
		return nil
	}), s.null, s.null)
	if err != nil {
		return 0, err
	}
	asks, err := s.launch(ctx, job(func(ctx context.Context) (err error) {
		defer close(there)
		seconds, err = trips(ctx, func() error {
			there <- struct{}{}
			<-back
			return nil
		})
		return err
	}), s.null, s.null)
	if err != nil {
		close(there)
		return 0, errors.Join(err, echo.succeeds(ctx))
	}
	err = asks.succeeds(ctx)
	return seconds, errors.Join(err, echo.succeeds(ctx))
}

// talkWithCat sends messages to a program that sends back what comes.
func talkWithCat(ctx context.Context, _ *stand) (float64, error) {
	cmd := exec.CommandContext(ctx, "cat")
	cmd.WaitDelay = giveUp
	in, err1 := cmd.StdinPipe()
	out, err2 := cmd.StdoutPipe()
	if err := errors.Join(err1, err2, cmd.Start()); err != nil {
		return 0, fmt.Errorf("start cat: %w", err)
	}
	message, answer := []byte("12345678"), make([]byte, 8)
	seconds, err := trips(ctx, func() error {
		if _, err := in.Write(message); err != nil {
			return err
		}
		_, err := io.ReadFull(out, answer)
		return err
	})
	_ = in.Close() // it ends now
	if end := cmd.Wait(); err == nil {
		err = end
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return seconds, err
}

// talk has the embedded script send messages in a way that it knows by a name.
func (p pythonJobs) talk(by, way string, m runner.Model) talk {
	return talk{by, func(ctx context.Context, s *stand) (float64, error) {
		text, err := s.output(ctx, p.job(m, "talk.py", way), p.dir)
		if err != nil {
			return 0, err
		}
		seconds, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil {
			return 0, fmt.Errorf("the script that sends messages printed %q", text)
		}
		return seconds, nil
	}}
}

// output runs a job that prints little and returns it. An error has the last line that it complained
// with. Both are kept in files in dir.
func (s *stand) output(ctx context.Context, job runner.Job, dir string) (string, error) {
	var files [2]*os.File
	for i := range files {
		f, err := os.CreateTemp(dir, "out-")
		if err != nil {
			files[0].Close() // no harm where there is none
			return "", fmt.Errorf("measure messages: %w", err)
		}
		files[i] = f
	}
	defer func() { // the folder goes as a whole, with what is in it
		for _, f := range files {
			f.Close()
		}
	}()
	t, err := s.launch(ctx, job, files[0], files[1])
	if err != nil {
		return "", err
	}
	if err := t.succeeds(ctx); err != nil {
		complaint, _ := os.ReadFile(files[1].Name()) // without one there is still err
		if lines := strings.Split(strings.TrimSpace(string(complaint)), "\n"); lines[len(lines)-1] != "" {
			err = fmt.Errorf("%w: %s", err, lines[len(lines)-1])
		}
		return "", err
	}
	text, err := os.ReadFile(files[0].Name())
	return string(text), err
}
