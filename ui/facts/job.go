package facts

import (
	"strings"

	"parallax/runner"
	"parallax/runner/journal"
	"parallax/ui/dashboard/panes"
)

// Job is what is known of a job: of its last try. What is not known is null. It has many fields because it is
// a record for other programs, which is read by name.
type Job struct {
	Task    int          `json:"task"`
	Name    string       `json:"name"`
	Model   runner.Model `json:"as"`
	Python  string       `json:"python,omitempty"` // the interpreter it ran in: "python 3.13.0"
	Command string       `json:"command"`
	Status  string       `json:"status"`
	Try     int          `json:"try"`
	Exit    *int         `json:"exit"`
	Signal  string       `json:"signal,omitempty"`
	Lost    bool         `json:"lost,omitempty"` // it ended with its interpreter, for which it is not to blame
	Reason  string       `json:"reason,omitempty"`
	Stalled string       `json:"stalled,omitempty"` // why a running job makes no sign of life
	Started *float64     `json:"started_seconds"`   // since the start of the run
	Wall    float64      `json:"wall_seconds"`
	CPU     *float64     `json:"cpu_seconds"`
	Memory  *int64       `json:"max_rss"` // bytes
	Output  int64        `json:"output_bytes"`
	Log     string       `json:"log,omitempty"`
	Err     string       `json:"stderr_log,omitempty"`
}

// OfJob returns the facts of a run's job.
func OfJob(rec *journal.Recording, task int) Job {
	st := &rec.State
	asked, t := &st.Jobs[task], &st.Tasks[task]
	j := Job{
		Task: task, Name: asked.Name, Model: asked.Model, Python: t.Host.Name, Command: asked.Command(), Status: Status(rec, t),
		Try: t.Try, Lost: t.Exit.Lost, Reason: t.Reason, Wall: t.Wall(st.Now).Seconds(), CPU: CPU(t), Memory: RSS(t),
		Output: t.LogSize[0] + t.LogSize[1], Log: t.Log, Err: t.Err,
	}
	if st.IsStalled(task) && rec.Status != journal.Interrupted {
		j.Stalled = stalled(st, task)
	}
	if t.Ran() {
		started := t.Started.Seconds()
		j.Started = &started
		j.Exit, j.Signal = Exit(t.Status, t.Reason, t.Exit, t.Host.ID != 0)
	}
	return j
}

// stalled says why a task makes no sign of life; the sentence may not be there yet.
func stalled(st *runner.State, task int) string {
	if n := st.Notices[task]; n.Code == runner.CodeStalled || n.Code == runner.CodeDeadlock {
		return n.Text
	}
	return runner.CodeStalled
}

// Status is how a job stands, in words. Of one that was not over when parallax itself ended nobody has
// seen how it went on.
func Status(rec *journal.Recording, t *runner.Task) string {
	switch {
	case rec.Status != journal.Interrupted || t.Status.Over():
		return t.Status.String()
	case t.Ran() || t.Try > 1:
		return string(journal.Interrupted)
	}
	return "not started"
}

// killed is the exit status that a shell makes of SIGKILL, and an interpreter of a script that it was told
// to kill.
const killed = 137

// Stopped reports whether parallax ended a try: it was cancelled, or its time was up.
func Stopped(status runner.Status, reason string) bool {
	return status == runner.Cancelled || strings.HasPrefix(reason, "timed out")
}

// Exit is how a try ended: its exit status, or nil, and the signal that ended it, or "". shared says
// that it ran inside an interpreter, which tells a kill as an exit status.
func Exit(status runner.Status, reason string, exit runner.Exit, shared bool) (code *int, signal string) {
	switch {
	case shared && Stopped(status, reason) && exit.Code == killed:
		return nil, "SIGKILL"
	case status.Over() && exit.Signal == "" && exit.Code >= 0:
		return &exit.Code, ""
	}
	return nil, exit.Signal
}

// CPU is the time in seconds that a task's last try had on cores: as the system accounts it, else as
// measured so far; nil where neither is known.
func CPU(t *runner.Task) *float64 {
	had := t.Exit.Usage.CPU().Seconds()
	switch {
	case !t.Ran():
		return nil
	case t.Status.Over() && t.Exit.Usage.Known:
	case t.Stats != nil:
		had = t.Stats.Total.OnCore.Seconds()
	default:
		return nil
	}
	if had < 0 {
		return nil
	}
	return &had
}

// RSS is the largest memory that was seen of a task, in bytes, as the screen tells it; nil where none was. The
// system tells the peak of the largest process only, and only from what parallax itself takes upwards; sampling
// sees all processes, but not what is short.
func RSS(t *runner.Task) *int64 {
	if peak := panes.Peak(t); t.Ran() && peak > 0 {
		return &peak
	}
	return nil
}
