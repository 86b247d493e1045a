package remote

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"parallax/runner"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// play is a run that does what the test says.
type play struct {
	feed *runner.Feed
	do   func(runner.Command)
	look func(task int) (string, error)

	mu   sync.Mutex
	told []runner.Command
}

func (p *play) Do(c runner.Command) {
	p.mu.Lock()
	p.told = append(p.told, c)
	p.mu.Unlock()
	if p.do != nil {
		p.do(c)
	}
}

func (p *play) Stack(task int) (string, error) { return p.look(task) }

func (p *play) commands() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return fmt.Sprintf("%T%v", p.told, p.told)
}

// put makes events happen.
func (p *play) put(evs ...runner.Event) { p.feed.Put(evs) }

// stand is a server of a play with four tasks: 0 and 1 run, 2 is over, 3 waits.
type stand struct {
	*play
	*Server
	dir  string
	stop context.CancelFunc
	done chan struct{}
}

func serve(t *testing.T) *stand {
	t.Helper()
	return serveWith(t, func(*Server) {})
}

// serveWith is serve of a server that was changed before it began.
func serveWith(t *testing.T, change func(*Server)) *stand {
	t.Helper()
	short, err := os.MkdirTemp("", "px")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(short) })
	t.Setenv("XDG_RUNTIME_DIR", short)
	p := &play{feed: runner.NewFeed()}
	p.put(runner.RunStarted{ID: id, Jobs: make([]runner.Job, 4), Workers: 2})
	for i := range 4 {
		p.put(runner.TaskQueued{Task: i, Try: 1})
	}
	for i := range 3 {
		p.put(runner.TaskStarted{Task: i, Try: 1, Identity: runner.Identity{Label: fmt.Sprintf("pid %d", 70+i)}})
	}
	p.put(runner.TaskEnded{Task: 2, Try: 1, Status: runner.Failed})
	dir := t.TempDir()
	s, err := Listen(Options{ID: id, Dir: dir, Tasks: 4, Run: p})
	if err != nil {
		t.Fatal(err)
	}
	change(s)
	ctx, stop := context.WithCancel(context.Background())
	d := &stand{play: p, Server: s, dir: dir, stop: stop, done: make(chan struct{})}
	go func() {
		defer close(d.done)
		s.Run(ctx, p.feed)
	}()
	t.Cleanup(func() {
		stop()
		<-d.done
	})
	d.until(2, func(now seen) bool { return now.status == runner.Failed })
	return d
}

// until waits until the server knows of a task what has happened: what is put is taken up a moment later,
// and who asks in that moment would hear it as an answer.
func (d *stand) until(task int, known func(seen) bool) {
	for {
		now, _, changed, _ := d.book.look([]int{task})
		if known(now[0]) {
			return
		}
		<-changed
	}
}

func (d *stand) ask(t *testing.T, req Request) Answer {
	t.Helper()
	req.Run = id
	a, err := Ask(t.Context(), d.dir, req)
	if err != nil {
		t.Fatalf("%+v: %v", req, err)
	}
	return a
}

// said is an answer in short.
func said(a Answer) string {
	var b strings.Builder
	for _, o := range a.Tasks {
		fmt.Fprintf(&b, "%d %s", o.Task, o.Now)
		if o.Why != "" {
			fmt.Fprintf(&b, " (%s)", o.Why)
		}
		b.WriteString("; ")
	}
	return fmt.Sprintf("%s%v", b.String(), a.Counts)
}

func TestWhatWasAskedIsAnsweredWhenItIsDone(t *testing.T) {
	d := serve(t)
	d.do = func(c runner.Command) {
		switch c.(type) {
		case runner.Pause:
			d.put(runner.TaskPaused{Task: 0})
		case runner.Resume:
			d.put(runner.TaskResumed{Task: 0})
		case runner.Cancel:
			d.put(runner.TaskEnded{Task: 1, Try: 1, Status: runner.Cancelled})
		case runner.Restart:
			d.put(runner.TaskQueued{Task: 2, Try: 2}, runner.TaskStarted{Task: 2, Try: 2})
		case runner.SetWorkers:
			d.put(runner.Sampled{Workers: 7})
		}
	}
	for _, c := range []struct {
		req  Request
		want string
	}{
		{Request{Do: Pause, Tasks: []int{0, 2, 3}}, "0 paused; 2 failed (it is over); 3 queued (it has not started); map[paused:1]"},
		{Request{Do: Pause, Tasks: []int{0}}, "0 paused (it is paused already); map[]"},
		{Request{Do: Resume, Tasks: []int{0, 1}}, "0 running; 1 running (it is not paused); map[running:1]"},
		{Request{Do: Cancel, Tasks: []int{1}}, "1 cancelled; map[cancelled:1]"},
		{Request{Do: Cancel, Tasks: []int{1}}, "1 cancelled (it is over); map[]"},
		{Request{Do: Restart, Tasks: []int{2}}, "2 running; map[running:1]"},
		{Request{Do: Workers, Workers: 7}, "map[]"},
	} {
		a := d.ask(t, c.req)
		if got := said(a); got != c.want {
			t.Errorf("%s %v: %s, want %s", c.req.Do, c.req.Tasks, got, c.want)
		}
		if c.req.Do == Workers && a.Workers != 7 {
			t.Errorf("%d workers", a.Workers)
		}
	}
	const want = "[]runner.Command[{[0 2 3]} {[0 1]} {[1]} {[2]} {7}]"
	if got := d.commands(); got != want { // what means nothing for any task is not passed on
		t.Errorf("the run was told %s, want %s", got, want)
	}
}

func TestAllIsAllThatItMeansSomethingTo(t *testing.T) {
	d := serve(t)
	d.do = func(runner.Command) {
		d.put(runner.RunPaused{}, runner.TaskPaused{Task: 0}, runner.TaskPaused{Task: 1})
	}
	if got, want := said(d.ask(t, Request{Do: Pause, All: true})), "0 paused; 1 paused; map[paused:2]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := d.commands(); got != "[]runner.Command[{[]}]" {
		t.Errorf("the run was told %s", got)
	}
}

func TestARunIsHeldAndLetGoThoughNoTaskIs(t *testing.T) {
	d := serve(t)
	for i := range 2 {
		d.put(runner.TaskEnded{Task: i, Try: 1, Status: runner.Succeeded})
		d.until(i, func(now seen) bool { return now.status == runner.Succeeded })
	}
	for _, c := range []struct {
		does runner.Event
		req  Request
		want string
	}{
		{nil, Request{Do: Resume, All: true}, ""},
		{runner.RunPaused{}, Request{Do: Pause, All: true}, Held},
		{nil, Request{Do: Pause, Tasks: []int{3}}, ""},
		{nil, Request{Do: Pause, All: true}, Held}, // again
		{runner.RunResumed{}, Request{Do: Resume, All: true}, Released},
		{nil, Request{Do: Resume, All: true}, ""},
		{nil, Request{Do: Pause, All: true}, ""}, // the run does not do it
	} {
		d.do = func(runner.Command) {
			if c.does == nil {
				return
			}
			time.AfterFunc(10*time.Millisecond, func() { d.put(c.does) }) // the answer waits for it
		}
		if a := d.ask(t, c.req); a.Run != c.want {
			t.Errorf("%s: the run is %q, want %q", c.req.Do, a.Run, c.want)
		}
	}
}

func TestWhatIsRefusedOrTakesLongIsSaid(t *testing.T) {
	d := serve(t)
	d.put(runner.Advised{Task: 1, Code: "refused", Text: "an old one"})
	d.until(1, func(now seen) bool { return now.refusal.why != "" })
	d.do = func(runner.Command) {
		d.put(
			runner.Advised{Task: 0, Level: runner.Warning, Code: "refused", Text: "cannot pause: it is 3.13"},
			runner.Sampled{Workers: 2, Pausing: []int{1}},
		)
	}
	got := said(d.ask(t, Request{Do: Pause, Tasks: []int{0, 1}}))
	if want := "0 running (cannot pause: it is 3.13); 1 pausing; map[pausing:1]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	d.do = func(runner.Command) { d.put(runner.Sampled{Workers: 2, Stopping: []int{0}}) }
	if got, want := said(d.ask(t, Request{Do: Restart, Tasks: []int{0}})), "0 ending; map[ending:1]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	d.do = nil
	if got, want := said(d.ask(t, Request{Do: Cancel, Tasks: []int{1}})), "1 running (it was not done within 1s); map[]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestStacks(t *testing.T) {
	d := serve(t)
	d.look = func(task int) (string, error) {
		if task == 1 {
			return "", errors.New("it is stopped")
		}
		return strings.Repeat("deep\n", maxStack) + "end\n", nil
	}
	a := d.ask(t, Request{Do: Stack, All: true})
	if got, want := said(a), "0 running; 1 running (it is stopped); map[]"; got != want {
		t.Fatalf("%s, want %s", got, want)
	}
	if o := a.Tasks[0]; o.Label != "pid 70" || len(o.Text) > maxStack || !strings.HasPrefix(o.Text, "...\n") || !strings.HasSuffix(o.Text, "deep\nend\n") {
		t.Errorf("label %q, %d bytes that end with %q", o.Label, len(o.Text), o.Text[max(len(o.Text)-20, 0):])
	}
	if got, want := said(d.ask(t, Request{Do: Stack, Tasks: []int{2, 3}})), "2 failed (it is over); 3 queued (it has not started); map[]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestAPanicIsPassedOn(t *testing.T) {
	d := serve(t)
	d.look = func(int) (string, error) { panic("lost my mind") }
	broke := make(chan any, 1)
	d.broke = func(value any, _ []byte) { broke <- value }
	d.ask(t, Request{Do: Stack, Tasks: []int{0}})
	if got := <-broke; got != "lost my mind" {
		t.Errorf("told of %v", got)
	}
}

// dial is a client that does not play by the rules.
func (d *stand) dial(t *testing.T) net.Conn {
	t.Helper()
	c, err := net.Dial("unix", d.path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestAWaitingRequestIsAnsweredAtTheEndOfTheRun(t *testing.T) {
	d := serve(t)
	d.do = func(runner.Command) {
		d.put(runner.TaskEnded{Task: 0, Try: 1, Status: runner.Cancelled}, runner.RunEnded{})
		d.stop()
	}
	if got, want := said(d.ask(t, Request{Do: Cancel, Tasks: []int{0, 1}})), "0 cancelled; 1 running (the run ended first); map[cancelled:1]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	<-d.done
	for _, path := range []string{d.path, filepath.Join(d.dir, recordName)} {
		if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is left behind: %v", path, err)
		}
	}
	if _, err := Ask(t.Context(), d.dir, Request{Do: Pause, All: true}); !errors.Is(err, ErrNoAnswer) {
		t.Errorf("a run that is over answers: %v", err)
	}
}

func TestBadClientsDisturbNobody(t *testing.T) {
	d := serve(t)
	d.look = func(int) (string, error) { return strings.Repeat("x", maxStack), nil }
	silent := d.dial(t)
	half := d.dial(t)
	if _, err := io.WriteString(half, `{"version":1,"do":`); err != nil {
		t.Fatal(err)
	}
	deaf := d.dial(t) // asks, and never reads
	line := fmt.Sprintf(`{"version":1,"run":%q,"do":"stack","tasks":[0]}`+"\n", id)
	go func() { _, _ = io.WriteString(deaf, strings.Repeat(line, 200)) }()

	wrong := bufio.NewReader(d.send2(t, "nonsense\n"+line))
	for _, want := range []string{"this is no request", `"ok":true`} {
		if got, err := wrong.ReadString('\n'); err != nil || !strings.Contains(got, want) {
			t.Errorf("answered %.100q, %v; want %q", got, err, want)
		}
	}
	long := bufio.NewReader(d.send2(t, strings.Repeat("x", maxRequest+9999)))
	if got, err := long.ReadString('\n'); err != nil || !strings.Contains(got, "too long") {
		t.Errorf("answered %.100q, %v", got, err)
	}
	if _, err := long.ReadString('\n'); err == nil {
		t.Error("who sends a line without end is not disconnected")
	}
	d.ask(t, Request{Do: Stack, Tasks: []int{0}}) // all this time others are answered
	began := time.Now()
	d.stop()
	<-d.done
	if took := time.Since(began); took > lastTime+5*time.Second {
		t.Errorf("the end took %v", took)
	}
	if _, err := io.ReadAll(silent); err != nil {
		t.Errorf("the silent one is not disconnected: %v", err)
	}
}

// send2 sends text from a goroutine, for the server may not take it all.
func (d *stand) send2(t *testing.T, text string) net.Conn {
	c := d.dial(t)
	var all sync.WaitGroup
	all.Go(func() { _, _ = io.WriteString(c, text) })
	t.Cleanup(all.Wait)
	return c
}

func TestNotTooManyAtOnce(t *testing.T) {
	d := serve(t)
	for range maxClients {
		d.dial(t)
	}
	line, err := bufio.NewReader(d.dial(t)).ReadString('\n')
	if err != nil || !strings.Contains(line, "too many") {
		t.Errorf("%q, %v", line, err)
	}
}

func TestPlacesForASocket(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no modes")
	}
	short, err := os.MkdirTemp("/tmp", "px")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(short) })
	for name, make := range map[string]func() string{
		"too long": func() string { return filepath.Join(short, strings.Repeat("x", longest)) },
		"open to others": func() string {
			dir := filepath.Join(short, "open")
			for _, d := range []string{dir, filepath.Join(dir, "parallax")} {
				if err := os.Mkdir(d, 0o700); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Chmod(filepath.Join(dir, "parallax"), 0o755); err != nil {
				t.Fatal(err)
			}
			return dir
		},
		"a link": func() string {
			dir := filepath.Join(short, "link")
			if err := errors.Join(os.Mkdir(dir, 0o700), os.Symlink(short, filepath.Join(dir, "parallax"))); err != nil {
				t.Fatal(err)
			}
			return dir
		},
		"not there": func() string { return filepath.Join(short, "nowhere") },
		"relative":  func() string { return "." },
	} {
		t.Run(name, func(t *testing.T) {
			temp := filepath.Join(short, "t"+name[:1])
			if err := os.Mkdir(temp, 0o700); err != nil {
				t.Fatal(err)
			}
			t.Setenv("XDG_RUNTIME_DIR", make())
			t.Setenv("TMPDIR", temp)
			l, path, err := open(id)
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			if filepath.Dir(filepath.Dir(path)) != temp {
				t.Errorf("the socket is %s, not below %s", path, temp)
			}
			dir, err := os.Stat(filepath.Dir(path))
			if err != nil || dir.Mode().Perm() != 0o700 {
				t.Errorf("folder: %v, %v", dir, err)
			}
			if info, err := os.Lstat(path); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("socket: %v, %v", info, err)
			}
		})
	}
}

func TestAFolderOfSomebodyElseIsNotUsed(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the folder is in the user's profile")
	}
	dir := "/" // which is root's
	if os.Getuid() == 0 {
		dir = t.TempDir()
		if err := errors.Join(os.Chmod(dir, 0o700), os.Chown(dir, 12345, -1)); err != nil {
			t.Fatal(err)
		}
	}
	if err := ownFolder(dir); err == nil || !strings.Contains(err.Error(), "belongs to user") {
		t.Errorf("%s is taken: %v", dir, err)
	}
}

func TestNoPlaceIsAnError(t *testing.T) {
	d := serve(t)
	if _, err := Listen(Options{ID: id, Dir: filepath.Join(d.dir, "not there")}); err == nil {
		t.Error("a run without a folder listens")
	}
	if _, _, err := open(strings.Repeat("x", longest)); err == nil || !strings.Contains(err.Error(), "no place for a socket") {
		t.Errorf("a path that no system takes: %v", err)
	}
}

func TestStaleSocketsAreRemoved(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a closed socket cannot be left there")
	}
	dir, err := os.MkdirTemp("", "px")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	listen := func(name string, age time.Duration) *net.UnixListener {
		path := filepath.Join(dir, name)
		l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
		if err != nil {
			t.Fatal(err)
		}
		l.SetUnlinkOnClose(false)
		if err := os.Chtimes(path, time.Time{}, time.Now().Add(-age)); err != nil {
			t.Fatal(err)
		}
		return l
	}
	live := listen("live.sock", time.Hour)
	defer live.Close()
	listen("stale.sock", time.Hour).Close()
	listen("young.sock", 0).Close()
	listen("other", time.Hour).Close()
	sweep(dir)
	var left []string
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		left = append(left, e.Name())
	}
	if got := strings.Join(left, " "); err != nil || got != "live.sock other young.sock" {
		t.Errorf("left %s, %v", got, err)
	}
}
