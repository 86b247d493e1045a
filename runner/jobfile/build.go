package jobfile

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"parallax/runner"
)

// seqMark stands for the number of a replica.
const seqMark = "{#}"

// jobs names the entries, checks how they depend on each other, and makes the jobs of them. Faults
// go to d; the jobs are of use only without any.
func (d *decoder) jobs(entries []*entry, place Place) []runner.Job {
	owners := d.name(entries)
	d.depend(entries, owners)
	var out []runner.Job
	for _, e := range entries {
		e.job.Origin = fmt.Sprintf("%s:%d:%d", d.path, e.at.line, e.at.col)
		place.apply(&e.job)
		for _, a := range e.after {
			e.job.After = append(e.job.After, a.text)
		}
		if e.count == 0 {
			out = append(out, replica(e.job, 1))
			continue
		}
		for i := 1; i <= e.count; i++ {
			job := replica(e.job, i)
			job.Group, job.Name = e.job.Name, replicaName(e.job.Name, i)
			out = append(out, job)
		}
	}
	return out
}

func replicaName(group string, i int) string { return group + "." + strconv.Itoa(i) }

// replica is the job with {#} replaced by its number. It shares no map or list with the original.
func replica(job runner.Job, i int) runner.Job {
	number := strconv.Itoa(i)
	fill := func(s string) string { return strings.ReplaceAll(s, seqMark, number) }
	fillAll := func(list []string) []string {
		var out []string
		for _, s := range list {
			out = append(out, fill(s))
		}
		return out
	}
	job.Line, job.Argv, job.Args = fill(job.Line), fillAll(job.Argv), fillAll(job.Args)
	job.Stdin, job.Dir = fill(job.Stdin), fill(job.Dir)
	job.Env = maps.Clone(job.Env)
	for name, value := range job.Env {
		job.Env[name] = fill(value)
	}
	job.After = append([]string(nil), job.After...)
	job.CPUs = append([]int(nil), job.CPUs...)
	job.Preload = slices.Clone(job.Preload) // an empty one stays: it says that nothing is wanted
	return job
}

// apply makes the job's relative paths, written relative to the job file's folder, hold for the
// program, and makes the job run in that folder unless it names another.
func (p Place) apply(job *runner.Job) {
	moved := job.Dir != "" || !p.Here // else the job runs where its file lies and we are
	within := func(path string) string {
		if path == "" || filepath.IsAbs(path) || !moved {
			return path
		}
		return filepath.Join(p.Folder, path)
	}
	job.Script, job.Stdin = within(job.Script), within(job.Stdin)
	if filepath.Base(job.Python) != job.Python { // else a name or a version
		job.Python = within(job.Python)
	}
	switch {
	case job.Dir != "":
		job.Dir = within(job.Dir)
	case !p.Here:
		job.Dir = p.Folder
	}
}

// name gives each entry its name and returns who has which: names of jobs and of groups. Given
// names come first, so that a name made up never takes one away.
func (d *decoder) name(entries []*entry) map[string]*entry {
	owners := make(map[string]*entry, len(entries))
	for _, e := range entries {
		if !e.named {
			continue
		}
		for _, name := range e.names(e.job.Name) {
			if other, taken := owners[name]; taken && other != e {
				d.add(e.where["name"], "another job is called %q: it is in line %d", short(name), other.at.line)
				break
			}
			owners[name] = e
		}
	}
	unique := newNamer(len(entries), func(base string, e *entry) bool {
		for _, name := range e.names(base) {
			if _, taken := owners[name]; taken {
				return false
			}
		}
		return true
	})
	for _, e := range entries {
		if e.named {
			continue
		}
		shown := e.job
		shown.Line = strings.ReplaceAll(shown.Line, seqMark, "#")
		e.job.Name = unique.name(oneLine(shown.DefaultName()), e)
		for _, name := range e.names(e.job.Name) {
			owners[name] = e
		}
	}
	return owners
}

// names is what an entry called base takes: base itself, and the names of its replicas.
func (e *entry) names(base string) []string {
	out := make([]string, 1, e.count+1)
	out[0] = base
	for i := 1; i <= e.count; i++ {
		out = append(out, replicaName(base, i))
	}
	return out
}

// depend checks after: unknown names, and cycles, each named.
func (d *decoder) depend(entries []*entry, owners map[string]*entry) {
	known := make([]string, 0, len(entries))
	for _, e := range entries {
		known = append(known, e.job.Name)
	}
	// Replicas wait alike, so one job for each entry is enough to find the cycles in.
	stand := make([]runner.Job, len(entries))
	index := make(map[*entry]int, len(entries))
	for i, e := range entries {
		stand[i], index[e] = runner.Job{Name: "#" + strconv.Itoa(i)}, i
	}
	for i, e := range entries {
		for _, a := range e.after {
			owner, ok := owners[a.text]
			if !ok {
				hint := ""
				if len(known) <= 1000 { // a guess for each of 100 000 would cost minutes
					hint = suggest(a.text, known)
				}
				d.add(a.at, "after names %q, which is no job%s", short(a.text), hint)
				continue
			}
			stand[i].After = append(stand[i].After, stand[index[owner]].Name)
		}
	}
	d.cycles(entries, stand)
}

// cycles finds them one by one, cutting each where it was found. stand[i] stands for entries[i] and
// is called "#i".
func (d *decoder) cycles(entries []*entry, stand []runner.Job) {
	for range 20 { // so many are enough to read
		found := runner.Validate(stand)
		if len(found) == 0 {
			return
		}
		for _, err := range found {
			var fault *runner.JobError
			if !errors.As(err, &fault) {
				continue
			}
			i, _ := strconv.Atoi(strings.TrimPrefix(fault.Job, "#"))
			d.add(entries[i].after[0].at, "%s", d.plain(fault.Err.Error(), entries))
			stand[i].After = nil
		}
	}
}

// plain puts the entries' own names in place of "#0", "#1" …
func (d *decoder) plain(message string, entries []*entry) string {
	words := strings.Fields(message)
	for k, w := range words {
		if i, err := strconv.Atoi(strings.TrimPrefix(w, "#")); err == nil && strings.HasPrefix(w, "#") {
			words[k] = strconv.Quote(entries[i].job.Name)
		}
	}
	return strings.Join(words, " ")
}
