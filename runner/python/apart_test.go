//go:build unix

package python

import (
	"strings"
	"testing"

	"parallax/runner/python/which"
)

func TestEachScriptTellsLoggingForItself(t *testing.T) {
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		first := b.script("import logging, sys, time, os\nlogging.basicConfig(level=logging.DEBUG, format='FIRST %(message)s')\nlogging.getLogger('lib').setLevel(logging.CRITICAL)\nlogging.getLogger('lib').disabled = True\nlogging.disable(logging.INFO)\nprint('ready')\nwhile not os.path.exists(sys.argv[0] + '.go'): time.sleep(0.01)\nlogging.warning('late')\nlogging.info('off')")
		first.says("ready")
		for range 2 { // the second finds what the first has left
			plain := b.script("import logging\nlogging.warning('plain')\nlogging.info('off')\nlogging.getLogger('lib').error('told')\nprint(logging.getLogger('lib').level, logging.root.level, logging.root.handlers == logging.getLogger().handlers, len(logging.root.handlers))")
			if exit := plain.wait(); exit.Code != 0 || plain.stderrText() != "WARNING:root:plain\nERROR:lib:told\n" || plain.stdout() != "0 30 True 1\n" {
				t.Errorf("%+v\n%s%s", exit, plain.stdout(), plain.stderrText())
			}
		}
		b.write("s1.py.go", "")
		if exit := first.wait(); exit.Code != 0 || first.stderrText() != "FIRST late\n" {
			t.Errorf("%+v\n%s", exit, first.stderrText())
		}
	})
}

func TestWarningFiltersAreGoneWithTheLastScript(t *testing.T) {
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		b.script("import warnings\nwarnings.filterwarnings('ignore')\nwarnings.showwarning = None").wait()
		r := b.script("import warnings\nwarnings.warn('careful')")
		if exit := r.wait(); exit.Code != 0 || !strings.Contains(r.stderrText(), "UserWarning: careful") {
			t.Errorf("%+v\n%s", exit, r.stderrText())
		}
	})
}
