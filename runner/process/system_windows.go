package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"

	"parallax/runner"
)

// system is what a launcher holds between launches.
type system struct{ null *os.File }

func newSystem() (*system, error) {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	return &system{null: null}, nil
}

func (s *system) close() error { return s.null.Close() }

// launch starts a process in a job object of its own: what the process starts belongs to it, and
// the system ends it all when parallax's handle is closed, however parallax ended.
func (s *system) launch(ctx context.Context, cmd command, files []*os.File, spec runner.Spec) (*handle, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if len(files) > 3 {
		return nil, errors.New("a process can be given no further descriptors on Windows")
	}
	if err := checkCPUs(cmd.cpus); err != nil {
		return nil, err
	}
	object, err := newJobObject()
	if err != nil {
		return nil, err
	}
	c := &exec.Cmd{
		Path: cmd.path, Args: cmd.argv, Env: cmd.env, Dir: cmd.dir,
		Stdin: files[0], Stdout: files[1], Stderr: files[2],
		SysProcAttr: &syscall.SysProcAttr{
			CmdLine: cmd.line, CreationFlags: windows.CREATE_NEW_PROCESS_GROUP,
		},
	}
	began := time.Now()
	if err := c.Start(); err != nil {
		windows.CloseHandle(object)
		return nil, fmt.Errorf("exec: %q: %w", cmd.path, err)
	}
	h := &handle{cmd: c, object: object, grace: spec.Job.GraceOrDefault(), killed: make(chan struct{}), began: began}
	if err := assign(object, c.Process.Pid); err != nil {
		// It runs, but what it starts could not be ended: better not at all.
		_ = c.Process.Kill()
		_ = c.Wait()
		windows.CloseHandle(object)
		return nil, err
	}
	return h, nil
}

func newJobObject() (windows.Handle, error) {
	object, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return 0, fmt.Errorf("create a job object: %w", err)
	}
	info := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{
		BasicLimitInformation: windows.JOBOBJECT_BASIC_LIMIT_INFORMATION{
			LimitFlags: windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
		},
	}
	_, err = windows.SetInformationJobObject(object, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&info)), uint32(unsafe.Sizeof(info)))
	if err != nil {
		windows.CloseHandle(object)
		return 0, fmt.Errorf("set up a job object: %w", err)
	}
	return object, nil
}

// assign puts a process into a job object. What it started in the instant before is not in it.
func assign(object windows.Handle, pid int) error {
	p, err := windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false, uint32(pid))
	if err != nil {
		if errors.Is(err, windows.ERROR_INVALID_PARAMETER) { // it has ended already
			return nil
		}
		return fmt.Errorf("open pid %d: %w", pid, err)
	}
	defer windows.CloseHandle(p)
	if err := windows.AssignProcessToJobObject(object, p); err != nil && !errors.Is(err, windows.ERROR_ACCESS_DENIED) {
		return fmt.Errorf("put pid %d into a job object: %w", pid, err)
	}
	return nil
}

// handle is one try.
type handle struct {
	cmd    *exec.Cmd
	object windows.Handle
	grace  time.Duration
	began  time.Time
	title  string // of the interpreter of its script, or ""
	lens   *lens  // always nil: nothing can be looked into here

	once   sync.Once
	killed chan struct{} // closed by the first Stop(Kill)
	mu     sync.Mutex
	over   bool
}

// Began implements [runner.Dated].
func (h *handle) Began() time.Time { return h.began }

// Identity implements [runner.Handle].
func (h *handle) Identity() runner.Identity {
	pid := h.cmd.Process.Pid
	return runner.Identity{PID: pid, Tree: true, Label: fmt.Sprintf("pid %d", pid), Host: runner.Host{Name: h.title}}
}

// Pause implements [runner.Handle]. It always refuses.
func (h *handle) Pause() error {
	return errors.New("pausing a process needs POSIX signals, which Windows has not")
}

// Resume implements [runner.Handle].
func (h *handle) Resume() error { return nil }

// Stop implements [runner.Handle]. Asking sends CTRL+BREAK, which console programs may act on.
func (h *handle) Stop(how runner.Stop) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.over {
		return nil
	}
	if how == runner.Kill {
		h.once.Do(func() { close(h.killed) })
		return windows.TerminateJobObject(h.object, 1)
	}
	return windows.GenerateConsoleCtrlEvent(windows.CTRL_BREAK_EVENT, uint32(h.cmd.Process.Pid))
}

// Wait implements [runner.Handle].
func (h *handle) Wait() runner.Exit {
	err := h.cmd.Wait()
	exit := runner.Exit{Code: -1}
	if state := h.cmd.ProcessState; state != nil {
		exit.Code = state.ExitCode()
		exit.Usage = runner.Usage{Known: true, User: state.UserTime(), System: state.SystemTime()}
	} else if err != nil {
		exit.Reason = err.Error()
	}
	if n := h.linger(); n > 0 {
		exit.Note = fmt.Sprintf("left %d processes behind, ended after %v", n, h.grace)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.over = true
	windows.CloseHandle(h.object) // ends what may have come since
	return exit
}

// linger gives what the process left behind its grace to end by itself, then ends it. It returns
// how many were ended.
func (h *handle) linger() uint32 {
	deadline := time.NewTimer(h.grace)
	defer deadline.Stop()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		n := active(h.object)
		if n == 0 {
			return 0
		}
		select {
		case <-look.C:
		case <-h.killed:
			return 0
		case <-deadline.C:
			_ = windows.TerminateJobObject(h.object, 1) // closing the object does the same
			return n
		}
	}
}

// accounting is JOBOBJECT_BASIC_ACCOUNTING_INFORMATION.
type accounting struct {
	TotalUserTime, TotalKernelTime           int64
	ThisPeriodUserTime, ThisPeriodKernelTime int64
	PageFaults, Processes, Active, Ended     uint32
}

// active is how many processes of a job object are alive.
func active(object windows.Handle) uint32 {
	var info accounting
	err := windows.QueryInformationJobObject(object, windows.JobObjectBasicAccountingInformation,
		uintptr(unsafe.Pointer(&info)), uint32(unsafe.Sizeof(info)), nil)
	if err != nil {
		return 0
	}
	return info.Active
}
