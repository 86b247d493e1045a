package export

import (
	"io"
	"regexp"
	"strings"
	"testing"
)

// What GNU parallel 20221122 wrote of such jobs: a newline in a command is a NUL, a signal comes with an exit
// value of 0, what it has killed itself with -1, and times are cut to ms.
func TestJoblogIsThatOfGNUParallel(t *testing.T) {
	want := strings.Join([]string{
		"Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand",
		"2\t:\t1795338903.579\t     1.729\t0\t20\t-1\t9\ta.py 1",
		"3\t:\t1795338905.318\t     0.090\t0\t30\t2\t0\tfalse x",
		"3\t:\t1795338905.508\t     0.100\t0\t30\t0\t11\tfalse x",
		"4\t:\t1795338905.608\t     0.500\t0\t40\t-1\t15\tsleep 9",
		"1\t:\t1795338903.512\t     3.000\t0\t10\t0\t0\techo a\x00echo \"b\"\tc",
		"",
	}, "\n")
	r := eventful(t)
	got := written(t, func(w io.Writer) error { return WriteJoblog(w, r, true) })
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	// The pattern with which GNU parallel checks a job log before it resumes from it.
	row := regexp.MustCompile(`^\d+\s+[^\s]+\s+([-0-9.]+\s+){6}`)
	for _, line := range strings.Split(strings.TrimSpace(got), "\n")[1:] {
		if !row.MatchString(line) {
			t.Errorf("GNU parallel could not read %q", line)
		}
	}
	if more := written(t, func(w io.Writer) error { return WriteJoblog(w, r, false) }); !strings.HasSuffix(got, "\n"+more) || len(more) >= len(got) {
		t.Error("without a head the rows differ")
	}
}
