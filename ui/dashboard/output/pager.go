// Package output shows the output of one job in full, and that of all jobs merged. It reads no
// more of a log than what is on the screen, however long the log is.
package output

import (
	"context"
	"path/filepath"

	tea "github.com/charmbracelet/bubbletea"

	"parallax/ui/logs"
)

// Pager is where one is in the output of a task. Its methods that move return a command that reads
// the log; the command's answer goes to Update. The zero Pager is closed.
type Pager struct {
	Task   int
	Follow bool // the end is shown as it grows; then the lines come from the scene's tails
	Wrap   bool
	Col    int  // columns scrolled to the right
	Stderr bool // the file of standard error is shown

	dir    string
	log    string
	limit  int64 // bytes of the log that exist for this reader; -1 for all there are
	height int
	lines  []logs.Line
	owed   int // lines to scroll by that no answer has come for: more may be asked meanwhile
	size   int64
	asked  string // the text of query
	query  logs.Query
	hit    logs.Line
	found  bool
	status string // what the last search or read came to
	gen    int    // answers to older requests are dropped
	cancel context.CancelFunc
}

// Opened makes a pager for a task's log that follows its end.
func Opened(task int, dir, log string, wrap bool) Pager {
	return Pager{Task: task, Follow: true, Wrap: wrap, dir: dir, log: log, limit: -1, cancel: func() {}}
}

// Page is the answer to a request for lines.
type Page struct {
	gen   int
	lines []logs.Line
	size  int64
	err   error
}

// Hit is the answer to a search.
type Hit struct {
	gen   int
	line  logs.Line
	found bool
	err   error
}

// Resize tells the pager how many rows it has, and how much of the log there is.
func (p *Pager) Resize(height int, limit int64) { p.height, p.limit = max(height, 1), limit }

// Point makes the pager read another file of the same task: its next try, or its other stream.
func (p *Pager) Point(log string) {
	if log == p.log {
		return
	}
	p.log, p.lines, p.Follow, p.found, p.owed = log, nil, true, false, 0
	p.gen++
}

// Log is the file that is shown, relative to the run's folder.
func (p *Pager) Log() string { return p.log }

// Scroll moves by lines, down for a positive n. tail is what a following pager shows.
func (p *Pager) Scroll(n int, tail []logs.Line) tea.Cmd {
	shown := p.lines
	if p.Follow {
		if n > 0 || len(tail) == 0 {
			return nil
		}
		shown, p.owed = tail[max(0, len(tail)-p.height):], 0
	}
	if len(shown) == 0 {
		return nil
	}
	p.Follow, p.lines = false, shown
	p.owed += n
	n, from, limit, height := p.owed, shown[0].From, p.limit, p.height
	to := shown[len(shown)-1].To
	return p.read(func(path string) ([]logs.Line, error) {
		if n < 0 { // counted from the last line: right after opening, only a pane's worth is known
			above, err := logs.Before(path, to, limit, height-n)
			return above[:min(height, len(above))], err
		}
		below, err := logs.Page(path, from, limit, height+n)
		if len(below) <= height { // near the end: stop when its last line is on the last row
			return lastPage(path, limit, height)
		}
		return below[min(n, len(below)-height):], err
	})
}

// Start goes to the first line.
func (p *Pager) Start() tea.Cmd {
	limit, height := p.limit, p.height // read now: the command runs beside the main loop
	p.Follow, p.owed = false, 0
	return p.read(func(path string) ([]logs.Line, error) { return logs.Page(path, 0, limit, height) })
}

func lastPage(path string, limit int64, n int) ([]logs.Line, error) {
	t, err := logs.Tail(path, limit, n)
	return t.Lines, err
}

// read runs get off the main loop.
func (p *Pager) read(get func(path string) ([]logs.Line, error)) tea.Cmd {
	p.gen++
	gen, path, limit := p.gen, filepath.Join(p.dir, p.log), p.limit
	return func() tea.Msg {
		lines, err := get(path)
		page := Page{gen: gen, lines: lines, err: err}
		if t, err := logs.Tail(path, limit, 1); err == nil {
			page.size = t.Size
		}
		return page
	}
}

// Find searches for query from what is shown, backwards or forwards.
func (p *Pager) Find(query string, tail []logs.Line) tea.Cmd {
	p.asked, p.found, p.status = query, false, ""
	var err error
	if p.query, err = logs.Compile(query, false); err != nil {
		p.status = err.Error()
		return nil
	}
	if p.query.Empty() {
		return nil
	}
	from := int64(0)
	if shown := p.shown(tail); len(shown) > 0 {
		from = shown[0].From
	}
	return p.search(from, false)
}

// Next goes to the next match, or the one before.
func (p *Pager) Next(backward bool, tail []logs.Line) tea.Cmd {
	if p.query.Empty() {
		return nil
	}
	if !p.found {
		return p.Find(p.asked, tail)
	}
	if backward {
		return p.search(p.hit.From, true)
	}
	return p.search(p.hit.To, false)
}

func (p *Pager) search(from int64, backward bool) tea.Cmd {
	p.cancel()
	ctx, cancel := context.WithCancel(context.Background())
	p.cancel = cancel
	p.gen++
	p.status = "searching …"
	gen, path, limit, query := p.gen, filepath.Join(p.dir, p.log), p.limit, p.query
	return func() tea.Msg {
		defer cancel()
		line, found, err := logs.Search(ctx, path, query, from, limit, backward)
		if err == nil && !found { // once round
			if wrapped := int64(0); !backward {
				line, found, err = logs.Search(ctx, path, query, wrapped, limit, false)
			} else if t, terr := logs.Tail(path, limit, 1); terr == nil {
				line, found, err = logs.Search(ctx, path, query, t.Size, limit, true)
			}
		}
		return Hit{gen: gen, line: line, found: found, err: err}
	}
}

// Close ends a search that is still running.
func (p *Pager) Close() {
	if p.cancel != nil {
		p.cancel()
	}
	*p = Pager{}
}

// Update takes the answer to a command; a stale one changes nothing.
func (p *Pager) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case Page:
		if msg.gen != p.gen || p.Follow {
			return nil
		}
		p.size, p.status, p.owed = msg.size, "", 0
		if msg.err != nil {
			p.status = msg.err.Error()
			return nil
		}
		p.lines = msg.lines
	case Hit:
		if msg.gen != p.gen {
			return nil
		}
		p.found, p.status = msg.found, ""
		switch {
		case msg.err != nil:
			p.status = msg.err.Error()
		case !msg.found:
			p.status = "no match"
		default:
			p.hit, p.Follow, p.owed = msg.line, false, 0
			from, limit, height := msg.line.From, p.limit, p.height
			return p.read(func(path string) ([]logs.Line, error) {
				above, err := logs.Before(path, from, limit, height/3)
				if err == nil && len(above) > 0 {
					from = above[0].From
				}
				return logs.Page(path, from, limit, height)
			})
		}
	}
	return nil
}

// shown is what is on the screen.
func (p *Pager) shown(tail []logs.Line) []logs.Line {
	if p.Follow {
		return tail[max(0, len(tail)-p.height):]
	}
	return p.lines
}
