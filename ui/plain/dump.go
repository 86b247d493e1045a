package plain

import (
	"bytes"
	"fmt"
	"regexp"
)

// dump finds, in what an interpreter prints itself, the stacks that Python's faulthandler prints of all
// threads: when it crashes, and when parallax asks it where its scripts are. They are long, and what
// matters of them is in the log of the script that they are about. The zero value is ready.
type dump struct {
	within bool // the last line was one of a dump
	fatal  bool // and the dump is of a crash
	told   bool // where the stacks are was said of this crash
}

// What faulthandler prints, from Python 3.8 on.
var (
	dumpBegins = regexp.MustCompile(`^(Current thread|Thread) 0x[0-9a-f]+.*\(most recent call first\):|^Stack \(most recent call first\):|^Current thread's C stack trace`)
	dumpGoesOn = regexp.MustCompile(`^(  |\.\.\.|Python runtime state: |Extension modules: |<Cannot show all threads|\r?\n?$)`)
)

// see looks at the next line, or at the beginning of a long one. hide: it is part of a dump. where: it
// is the first of a crash, so that it should be said where the dump is.
func (d *dump) see(line []byte) (hide, where bool) {
	switch {
	case bytes.HasPrefix(line, []byte("Fatal Python error: ")):
		*d = dump{within: true, fatal: true}
		return false, false // it is the reason
	case dumpBegins.Match(line):
		d.within = true
		where = d.fatal && !d.told
		d.told = d.told || where
		return true, where
	case d.within && dumpGoesOn.Match(line):
		return true, false
	}
	*d = dump{}
	return false, false
}

// hides reports whether a line, or the beginning of a long one, is part of a dump that is not printed,
// and says once for each crash where that is.
func (s *sink) hides(line []byte) (bool, error) {
	o := s.p.opts
	if s.t.host == nil || o.Format == JSON || o.Verbose || o.Mute {
		return false, nil
	}
	hide, where := s.t.dump.see(line)
	if !where {
		return hide, nil
	}
	if err := s.begin(); err != nil {
		return hide, err
	}
	return hide, s.part(fmt.Appendf(nil, "(stacks of all its threads: -v prints them; they are in %s)\n", s.t.streams[0].path), true)
}
