package journal

import "parallax/runner"

// gils writes what was seen of interpreters' locks. What is not known, or is 0 for most, is left out.
func (l *line) gils(gs []runner.GIL) {
	list(l, "gils", gs, func(g runner.GIL) {
		l.b = append(l.b, '{')
		l.int("pid", int64(g.PID))
		if g.Interpreter != 0 {
			l.int("interpreter", int64(g.Interpreter))
		}
		if g.Host != 0 {
			l.int("host", int64(g.Host))
		}
		if g.Task >= 0 {
			l.int("task", int64(g.Task))
		}
		if g.Python != "" {
			l.str("python", g.Python)
		}
		if g.Free {
			l.key("free")
			l.b = append(l.b, "true"...)
		}
		if g.Why != "" {
			l.str("why", g.Why)
		}
		l.seconds("span", g.Span)
		for _, f := range []struct {
			name   string
			value  float64
			places int
		}{{"held", g.Held, 3}, {"handoffs", g.Handoffs, 1}, {"waiting", g.Waiting, 2}} {
			if f.value >= 0 {
				l.key(f.name)
				l.number(f.value, f.places)
			}
		}
		l.b = append(l.b, '}')
	})
}

func (d *decoder) gil(s *scanner) runner.GIL {
	g := runner.GIL{Task: -1, Held: -1, Handoffs: -1, Waiting: -1}
	s.object(func(key []byte) {
		switch string(key) {
		case "pid":
			g.PID = int(s.int())
		case "interpreter":
			g.Interpreter = int(s.int())
		case "host":
			g.Host = int(s.int())
		case "task":
			g.Task = int(s.int())
			d.task(s, g.Task)
		case "python":
			g.Python = s.str()
		case "free":
			g.Free = s.bool()
		case "why":
			g.Why = s.str()
		case "span":
			g.Span = seconds(s)
		case "held":
			g.Held = min(max(s.float(), 0), 1)
		case "handoffs":
			g.Handoffs = max(s.float(), 0)
		case "waiting":
			g.Waiting = max(s.float(), 0)
		default:
			d.skip(s, "sampled.gils", key)
		}
	})
	return g
}
