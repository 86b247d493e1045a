package goroutine

import (
	"context"
	"crypto/sha256"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// Workload is a job built into the program, to try out the machine and the screen with.
type Workload struct {
	Name  string
	Usage string // its arguments, such as "SECONDS"; each has a default
	Help  string // one sentence
}

// workloads in the order in which they are listed. Each argument has an upper bound that keeps it
// from filling the machine or from never ending by mistake.
var workloads = []struct {
	Workload
	args []argument
	run  func(t *task, args []float64) error
}{
	{
		Workload{"spin", "[SECONDS]", "keeps a core busy"},
		[]argument{{"SECONDS", 5, 86400, false}},
		spin,
	},
	{
		Workload{"sleep", "[SECONDS]", "waits, using no core"},
		[]argument{{"SECONDS", 5, 86400, false}},
		nap,
	},
	{
		Workload{"hash", "[MIB]", "computes the SHA-256 of so many MiB"},
		[]argument{{"MIB", 1024, 1 << 24, true}},
		hash,
	},
	{
		Workload{"primes", "[N]", "counts the primes up to N by trial division"},
		[]argument{{"N", 5_000_000, 1 << 32, true}},
		primes,
	},
	{
		Workload{"chatter", "[LINES [SECONDS]]", "prints so many lines a second"},
		[]argument{{"LINES", 100, 1_000_000, true}, {"SECONDS", 5, 86400, false}},
		chatter,
	},
	{
		Workload{"alloc", "[MIB [SECONDS]]", "holds so much memory"},
		[]argument{{"MIB", 64, 1 << 16, true}, {"SECONDS", 5, 86400, false}},
		alloc,
	},
}

// argument of a workload: a number from 0 (whole ones from 1) to most.
type argument struct {
	name  string
	value float64 // when it is left out
	most  float64
	whole bool
}

func (a argument) parse(s string) (float64, error) {
	v, err := strconv.ParseFloat(strings.TrimSuffix(s, "s"), 64)
	least, kind := 0.0, "a number"
	if a.whole {
		least, kind = 1, "a whole number"
	}
	if err != nil || !(v >= least && v <= a.most) || a.whole && v != float64(int64(v)) {
		return 0, fmt.Errorf("%s is %q: must be %s from %g to %.0f", a.name, s, kind, least, a.most)
	}
	return v, nil
}

// workload returns the body of a built-in workload, or what is wrong with its name or arguments.
func workload(name string, args []string) (body, error) {
	for _, w := range workloads {
		if w.Name != name {
			continue
		}
		if len(args) > len(w.args) {
			return nil, fmt.Errorf("workload %s %s has %d arguments at most, not %d", name, w.Usage, len(w.args), len(args))
		}
		values := make([]float64, len(w.args))
		for i, a := range w.args {
			values[i] = a.value
			if i >= len(args) {
				continue
			}
			v, err := a.parse(args[i])
			if err != nil {
				return nil, fmt.Errorf("workload %s %s: %w", name, w.Usage, err)
			}
			values[i] = v
		}
		return func(_ context.Context, t *task) error { return w.run(t, values) }, nil
	}
	var known []string
	for _, w := range workloads {
		known = append(known, w.Name)
	}
	return nil, fmt.Errorf("unknown workload %q: one of %s", name, strings.Join(known, ", "))
}

// progress prints lines about a second apart in the job's own time, and is its checkpoint.
type progress struct {
	t    *task
	next time.Duration
}

func (p *progress) tick(format string, args ...any) error {
	if err := p.t.pass(goStack); err != nil {
		return err
	}
	if now := p.t.elapsed(); now >= p.next {
		p.next = now + time.Second
		return p.t.say(format, args...)
	}
	return nil
}

// say writes one line to the log, in one write.
func (t *task) say(format string, args ...any) error {
	if _, err := fmt.Fprintf(t.log, format+"\n", args...); err != nil {
		return fmt.Errorf("write to the log: %w", bare(err))
	}
	return nil
}

// seconds turns an argument into a duration. Its bound keeps it far from overflow.
func seconds(v float64) time.Duration { return time.Duration(v * float64(time.Second)) }

func spin(t *task, args []float64) error {
	p, whole, sum := progress{t: t}, seconds(args[0]), uint64(1)
	for t.elapsed() < whole {
		for range 1 << 16 { // some 50 µs
			sum = sum*6364136223846793005 + 1442695040888963407
		}
		if err := p.tick("spun for %.0f of %g s", t.elapsed().Seconds(), args[0]); err != nil {
			return err
		}
	}
	return t.say("done: %x", sum)
}

func nap(t *task, args []float64) error {
	whole := seconds(args[0])
	for t.elapsed() < whole {
		if err := t.say("slept for %.0f of %g s", t.elapsed().Seconds(), args[0]); err != nil {
			return err
		}
		if err := t.sleep(min(time.Second, whole-t.elapsed()), goStack); err != nil {
			return err
		}
	}
	return t.say("done")
}

func hash(t *task, args []float64) error {
	p, h, block := progress{t: t}, sha256.New(), make([]byte, 1<<20)
	for i := range int(args[0]) {
		if err := p.tick("hashed %d of %.0f MiB", i, args[0]); err != nil {
			return err
		}
		h.Write(block)
	}
	return t.say("sha256 %x", h.Sum(nil))
}

func primes(t *task, args []float64) error {
	p, most, count := progress{t: t}, int(args[0]), 0
	for n := 2; n <= most; n++ {
		if n%64 == 0 { // at most a few million divisions
			if err := p.tick("%d primes up to %d", count, n); err != nil {
				return err
			}
		}
		prime := true
		for d := 2; d*d <= n && prime; d++ {
			prime = n%d != 0
		}
		if prime {
			count++
		}
	}
	return t.say("%d primes up to %d", count, most)
}

// chatter keeps its rate on average: when it was held up it catches up, and it always prints as many
// lines as were asked for.
func chatter(t *task, args []float64) error {
	whole, total := seconds(args[1]), int(args[0]*args[1])
	for lines := 0; lines < total; {
		now := t.elapsed()
		for due := min(int(now.Seconds()*args[0])+1, total); lines < due; lines++ {
			if err := t.say("line %d at %.3f s", lines+1, now.Seconds()); err != nil {
				return err
			}
			if err := t.pass(goStack); err != nil {
				return err
			}
		}
		next := seconds(float64(lines) / args[0])
		if err := t.sleep(max(next-t.elapsed(), time.Millisecond), goStack); err != nil {
			return err
		}
	}
	return t.sleep(whole-t.elapsed(), goStack)
}

func alloc(t *task, args []float64) error {
	p, mib, kept := progress{t: t}, int(args[0]), [][]byte(nil)
	for i := range mib {
		if err := p.tick("holding %d of %d MiB", i, mib); err != nil {
			return err
		}
		block := make([]byte, 1<<20)
		for at := 0; at < len(block); at += 4096 { // touched, so that the memory is real
			block[at] = 1
		}
		kept = append(kept, block)
	}
	if err := t.say("holding %d MiB for %g s", mib, args[1]); err != nil {
		return err
	}
	if err := t.sleep(seconds(args[1]), goStack); err != nil {
		return err
	}
	runtime.KeepAlive(kept)
	return t.say("done")
}
