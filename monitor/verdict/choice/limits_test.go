package choice_test

import (
	"testing"

	"parallax/monitor/verdict/choice"
	"parallax/monitor/verdict/stats"
)

// Each threshold, from both sides.
func TestWhereTheBoundsLie(t *testing.T) {
	computing := func(share float64) *choice.Table {
		return table(5, but(pureSerial, func(r *ran) { r.on, r.core = share, 0 }), pureThreads, pureProcesses)
	}
	waiting := func(gil float64) *choice.Table {
		return table(5, pureSerial, but(pureThreads, func(r *ran) { r.gil = gil }), pureProcesses)
	}
	busyWaiting := func(gil float64) *choice.Table {
		return table(5, pureSerial, but(pureThreads, func(r *ran) { r.on, r.core, r.gil = 0.02, 0.8, gil }), pureProcesses)
	}
	unseen := func(wall float64) *choice.Table {
		tab := table(5, pureSerial, but(pureThreads, func(r *ran) { r.wall = wall }), pureProcesses)
		tab.Columns[1].WaitGIL = stats.Estimate{}
		return tab
	}
	for _, c := range []struct {
		name  string
		table *choice.Table
		want  choice.Bound
	}{
		{"computing 18 %", computing(0.18), choice.IO},
		{"computing 22 %", computing(0.22), choice.Mixed},
		{"computing 78 %", computing(0.78), choice.Mixed},
		{"computing 82 %", computing(0.82), choice.GIL},
		{"waiting for the GIL 26 % of 89 %", waiting(0.26), choice.CPU},
		{"waiting for the GIL 28 % of 89 %", waiting(0.28), choice.GIL},
		{"hardly ever there, and waiting for the GIL 9 %", busyWaiting(0.09), choice.CPU},
		{"hardly ever there, and waiting for the GIL 11 %", busyWaiting(0.11), choice.GIL},
		{"a wait that is not measured, and threads gain 1 %", unseen(8), choice.GIL},
		{"a wait that is not measured, and threads gain 10 %", unseen(7.3), choice.CPU},
	} {
		t.Run(c.name, func(t *testing.T) {
			if v := choice.Decide(c.table); v.Bound != c.want {
				t.Errorf("%s, want %s:\n%s", v.Bound, c.want, all(v))
			}
		})
	}
}

// with is the table of the scripts in pure Python, changed.
func with(change func(tab *choice.Table, base, threads, processes *choice.Column)) *choice.Table {
	tab := table(5, pureSerial, pureThreads, pureProcesses)
	change(tab, &tab.Columns[0], &tab.Columns[1], &tab.Columns[2])
	return tab
}

func foreign(tab *choice.Table, cores, wait float64) {
	for i := range tab.Columns {
		tab.Columns[i].Foreign = cores
	}
	tab.Columns[0].OnCore.Mean, tab.Columns[0].WaitCore.Mean = 1-wait, wait
}

func TestWhereWhatIsSaidBegins(t *testing.T) {
	for _, c := range []struct {
		name string
		text string
		no   func(tab *choice.Table, base, threads, processes *choice.Column)
		yes  func(tab *choice.Table, base, threads, processes *choice.Column)
	}{
		{
			"workers", "should not help",
			func(_ *choice.Table, _, _, p *choice.Column) { p.Parallelism.Mean = 1.66 },
			func(_ *choice.Table, _, _, p *choice.Column) { p.Parallelism.Mean = 1.74 },
		},
		{
			"threads gain nothing", "gained nothing",
			func(_ *choice.Table, _, th, _ *choice.Column) { th.Speedup.Mean = 1.07 },
			func(_ *choice.Table, _, th, _ *choice.Column) { th.Speedup.Mean = 1.03 },
		},
		{
			"memory that many would fill", "Memory holds about 30 of them at once: 11 MiB each",
			func(tab *choice.Table, _, _, _ *choice.Column) { tab.Memory = 370 * mib },
			func(tab *choice.Table, _, _, _ *choice.Column) { tab.Memory = 330 * mib },
		},
		{
			"too much memory", "too much to be recommended",
			func(tab *choice.Table, _, _, _ *choice.Column) { tab.Memory = 50 * mib },
			func(tab *choice.Table, _, _, _ *choice.Column) { tab.Memory = 48 * mib },
		},
		{
			"other programs", "Other programs kept",
			func(tab *choice.Table, _, _, _ *choice.Column) { foreign(tab, 0.38, 0.2) },
			func(tab *choice.Table, _, _, _ *choice.Column) { foreign(tab, 0.42, 0.2) },
		},
		{
			"other programs, as jobs feel them", "Other programs kept",
			func(tab *choice.Table, _, _, _ *choice.Column) { foreign(tab, 0.6, 0.09) },
			func(tab *choice.Table, _, _, _ *choice.Column) { foreign(tab, 0.6, 0.11) },
		},
		{
			"other programs that spoil much", "The figures suggest",
			func(tab *choice.Table, _, _, _ *choice.Column) { foreign(tab, 0.68, 0.4) },
			func(tab *choice.Table, _, _, _ *choice.Column) { foreign(tab, 0.72, 0.4) },
		},
		{
			"other programs that spoil much, as jobs feel them", "The figures suggest",
			func(tab *choice.Table, _, _, _ *choice.Column) { foreign(tab, 1, 0.24) },
			func(tab *choice.Table, _, _, _ *choice.Column) { foreign(tab, 1, 0.26) },
		},
		{
			"a GIL that can be blamed", "The figures suggest processes.",
			func(tab *choice.Table, _, th, _ *choice.Column) { foreign(tab, 1, 0.4); th.WaitGIL.Mean = 0.26 },
			func(tab *choice.Table, _, th, _ *choice.Column) { foreign(tab, 1, 0.4); th.WaitGIL.Mean = 0.28 },
		},
		{
			"cores that others had", "lacked 2",
			func(_ *choice.Table, _, th, _ *choice.Column) {
				th.WaitGIL.Mean, th.WaitCore.Mean, th.Parallelism.Mean, th.Foreign = 0.05, 0.6, 1.52, 0.3
			},
			func(_ *choice.Table, _, th, _ *choice.Column) {
				th.WaitGIL.Mean, th.WaitCore.Mean, th.Parallelism.Mean, th.Foreign = 0.05, 0.6, 1.48, 0.3
			},
		},
		{
			"cores that others were seen to have", "lacked 3", // it lacks 0.6 of 2
			func(_ *choice.Table, _, th, _ *choice.Column) {
				th.WaitGIL.Mean, th.WaitCore.Mean, th.Parallelism.Mean, th.Foreign = 0.05, 0.6, 1.4, 0.29
			},
			func(_ *choice.Table, _, th, _ *choice.Column) {
				th.WaitGIL.Mean, th.WaitCore.Mean, th.Parallelism.Mean, th.Foreign = 0.05, 0.6, 1.4, 0.31
			},
		},
		{
			"steal", "hypervisor",
			func(_ *choice.Table, _, th, _ *choice.Column) { th.Stolen = 0.049 },
			func(_ *choice.Table, _, th, _ *choice.Column) { th.Stolen = 0.051 },
		},
		{
			"throttling", "quota",
			func(_ *choice.Table, _, th, _ *choice.Column) { th.Throttled = 0.049 },
			func(_ *choice.Table, _, th, _ *choice.Column) { th.Throttled = 0.051 },
		},
		{
			"identity", "by its CPU time",
			func(_ *choice.Table, _, _, p *choice.Column) { p.Inflation.Mean *= 1.09 },
			func(_ *choice.Table, _, _, p *choice.Column) { p.Inflation.Mean *= 1.115 },
		},
		{
			"a baseline that idles", "of a core busy",
			func(_ *choice.Table, b, _, _ *choice.Column) { b.Parallelism.Mean = 0.91 },
			func(_ *choice.Table, b, _, _ *choice.Column) { b.Parallelism.Mean = 0.89 },
		},
		{
			"a speed-up above the cores", "cannot explain",
			func(_ *choice.Table, _, _, p *choice.Column) { p.Speedup.Low = 2.08 },
			func(_ *choice.Table, _, _, p *choice.Column) { p.Speedup.Low = 2.12 },
		},
		{
			"one that CPU time explains", "cannot explain",
			func(_ *choice.Table, _, _, p *choice.Column) { p.Speedup.Low, p.Inflation.Mean = 2.12, 0.89 },
			func(_ *choice.Table, _, _, p *choice.Column) { p.Speedup.Low, p.Inflation.Mean = 2.12, 0.91 },
		},
		{
			"more cores than there are", "kept 2.1",
			func(_ *choice.Table, _, _, p *choice.Column) { p.Parallelism.Mean = 2.095 },
			func(_ *choice.Table, _, _, p *choice.Column) { p.Parallelism.Mean = 2.11 },
		},
		{
			"short jobs", "The jobs are short",
			func(_ *choice.Table, _, _, p *choice.Column) { p.Startup.Mean = 0.49 * p.Wall.Mean },
			func(_ *choice.Table, _, _, p *choice.Column) { p.Startup.Mean = 0.51 * p.Wall.Mean },
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			decided(t, with(c.no), "-"+c.text)
			decided(t, with(c.yes), c.text)
		})
	}
}

// walls are jobs on which threads and processes differ by a factor, and nothing else does.
func walls(slower float64, on float64) *choice.Table {
	return table(5, but(pureSerial, func(r *ran) { r.on = on }), but(pureThreads, func(r *ran) { r.wall, r.gil = 4.2*slower, 0.05 }), pureProcesses)
}

// spread are threads as quick as processes on average, with rounds that lie far apart.
func spread(noise float64) *choice.Table {
	threads := but(pureThreads, func(r *ran) { r.wall, r.gil = 4.25, 0.05 })
	return table(5, but(pureSerial, func(r *ran) { r.wall = 40 }), noisy(threads, noise), noisy(pureProcesses, noise))
}

func TestWhereTheMarginsLie(t *testing.T) {
	decided(t, walls(1.03, 0.99), "Use threads.")
	decided(t, walls(1.08, 0.99), "Use processes.")
	decided(t, walls(1.12, 0.1), "Use threads.", "\nio\n")
	decided(t, walls(1.18, 0.1), "Use processes.", "\nio\n")
	decided(t, spread(0.48), "The figures suggest threads.", "from 0.5")
	decided(t, spread(0.56), "Inconclusive between threads and processes.")
	decided(t, table(5, mixed(1.12)...), "Use hybrid.")
	decided(t, table(5, mixed(1.18)...), "Use processes.")
}
