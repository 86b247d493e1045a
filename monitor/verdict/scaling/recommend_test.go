package scaling

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// spread is five rounds around a mean: all loads of a round are slowed by the same, and each load by
// a little of its own (at most a hundredth), which turns with its number.
func spread(mean float64, own int) []float64 {
	round := []float64{1, 1.04, 0.97, 1.01, 0.98}
	small := []float64{0.01, -0.004, -0.01, 0.006, -0.002}
	xs := make([]float64, len(round))
	for i := range xs {
		xs[i] = mean * round[i] * (1 + small[(i+own)%len(small)])
	}
	return xs
}

// curve has one load for each wall time: 1, 2, 4, 8 ... workers.
func curve(walls ...float64) []Load {
	loads := make([]Load, len(walls))
	for i, wall := range walls {
		loads[i] = Load{N: 1 << i, Walls: spread(wall, i)}
	}
	return loads
}

// with adds CPU seconds and peaks in MiB.
func with(loads []Load, cpu, peak []float64) []Load {
	for i := range loads {
		loads[i].CPU, loads[i].Peak = spread(cpu[i], i+2), []float64{peak[i] * (1 << 20)}
	}
	return loads
}

func TestRecommend(t *testing.T) {
	cpu, peak := []float64{8, 8.1, 8.4, 12}, []float64{20, 40, 80, 160}
	for _, c := range []struct {
		name          string
		curve         []Load
		target        Target
		n             int
		stops, slower int
		open          bool
		says          []string
	}{
		{"two cores", curve(8, 4.1, 4.15, 4.3), Time, 2, 2, 0, false, []string{
			"2 workers: 4.1", "1.95 (1.9", "times as fast as 1 worker", "With 4 workers the wall time is 1.01 (1.00-1.03) times that, which gains nothing.",
		}},
		// 8 workers are 2 % faster than 4: not worth four more
		{"a last per cent", curve(8, 4.1, 2.1, 2.06), Time, 4, 4, 0, false, []string{"the least of all: not clearly above 1.05"}},
		{"more makes it worse for once only", curve(8, 4.1, 5, 4.1), Time, 2, 2, 0, false, nil},
		{"more makes it worse", curve(8, 4.1, 5, 7), Time, 2, 2, 4, false, []string{"From 4 workers on it is clearly slower again"}},
		{"threads under a GIL", curve(4, 4.05, 4.1), Time, 1, 1, 0, false, []string{"1 worker: 4.", "With 2 workers the wall time is 1.01 ("}},
		{"it goes on", curve(8, 4.1, 2.1, 1.1), Time, 8, 8, 0, true, []string{"8 workers are the most that was measured: more may pay"}},
		// CPU x wall: 64, 33.2, 17.6, 22.8
		{"cost counts the CPU that the last gain takes", with(curve(8, 4.1, 2.1, 1.9), cpu, peak), Cost, 4, 8, 0, false, []string{
			"for 8.4 s of CPU time", "For time alone, more than 8 workers would not pay",
		}},
		// walls to the fastest: 4.2, 2.2, 1.053, 1: the last two are in, and the interval of 1.053 reaches
		// below 1.05
		{"memory takes the smaller of what is fast enough", with(curve(8, 4.1, 2.0, 1.9), cpu, peak), Memory, 4, 4, 0, false, []string{
			"with a peak of 80 MiB", "1.05 (1.", "the fastest, whose peak is 160 MiB",
		}},
		// 1.09 times the fastest: too slow for time, not for memory
		{"memory allows a tenth", with(curve(8, 4.1, 2.07, 1.9), cpu, peak), Memory, 4, 8, 0, false, []string{"1.09 ("}},
		{"memory is not always in step", with(curve(8, 4.1, 2, 1.9), cpu, []float64{20, 40, 160, 80}), Memory, 8, 4, 0, true, []string{"with a peak of 80 MiB"}},
		{"doubtful loads are left out", append(curve(8, 4.1, 4.15), Load{N: 16, Walls: []float64{1}, Doubt: "other programs kept 0.8 of 2 cores busy"}), Time, 2, 2, 0, false, []string{
			"16 workers are left out: other programs kept 0.8 of 2 cores busy.",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			rec := Recommend(c.curve, c.target)
			if !rec.Found || rec.N != c.n || rec.Stops != c.stops || rec.Slower != c.slower || rec.Open != c.open {
				t.Errorf("found %v: %d workers, stops at %d, slower from %d, open %v; want %d, %d, %d, %v",
					rec.Found, rec.N, rec.Stops, rec.Slower, rec.Open, c.n, c.stops, c.slower, c.open)
			}
			contains(t, rec.Reasons, c.says)
		})
	}
}

func contains(t *testing.T, reasons, says []string) {
	t.Helper()
	all := strings.Join(reasons, "\n")
	for _, want := range says {
		if !strings.Contains(all, want) {
			t.Errorf("nothing says %q:\n%s", want, all)
		}
	}
}

func TestRecommendIsInconclusive(t *testing.T) {
	doubtful := curve(8, 4, 2)
	doubtful[0].Doubt, doubtful[2].Doubt = "steal", "steal"
	short := curve(8, 4, 2)
	short[1].Walls = short[1].Walls[:2]
	for _, c := range []struct {
		name   string
		curve  []Load
		target Target
		guess  int
		says   string
	}{
		{"nothing", nil, Time, 0, "Inconclusive: two loads at least"},
		{"one load", curve(3), Time, 0, "two loads at least"},
		{"a load that always failed", []Load{{N: 1, Walls: spread(3, 0)}, {N: 2}}, Time, 0, "2 workers are left out: no wall time"},
		{"too few rounds", short, Time, 0, "2 workers had 2 rounds"},
		{"foreign load, and rounds that agree", doubtful, Time, 4, "Inconclusive: 2 of 3 loads are in doubt: steal, so measure again when the machine is quiet."},
		{"no CPU times", curve(8, 4), Cost, 0, "the CPU time of 1 worker was not measured"},
		{"no peaks", curve(8, 4), Memory, 0, "the peak memory of 1 worker was not measured"},
		// relative deviations 0.3 and -0.3 in turn: 1.25 times, t(2)·s/√3 is far above 1
		{"intervals too wide", []Load{
			{N: 1, Walls: []float64{4, 5, 6}}, {N: 2, Walls: []float64{5, 4, 3}},
		}, Time, 2, "Inconclusive: the wall time of 1 worker is 1.25 ("},
		// its interval holds 1.05 and ends below 1.25, but on average it is 1.12 times slower
		{"slower on average, though not clearly", []Load{
			{N: 1, Walls: []float64{1.07, 1.12, 1.17}}, {N: 2, Walls: []float64{1, 1, 1}},
		}, Time, 2, "Inconclusive: the wall time of 1 worker is 1.12 ("},
	} {
		t.Run(c.name, func(t *testing.T) {
			rec := Recommend(c.curve, c.target)
			if rec.Found || rec.N != c.guess {
				t.Errorf("found %v with a guess of %d, want %d", rec.Found, rec.N, c.guess)
			}
			contains(t, rec.Reasons, []string{c.says})
		})
	}
}

func TestLoadsInDoubtAreSaidInOneSentence(t *testing.T) {
	busy := func(loads []Load, cores ...string) []Load {
		for i := range cores {
			if cores[i] != "" {
				loads[i].Doubt = "other programs kept " + cores[i] + " of 2 cores busy"
			}
		}
		return loads
	}
	rec := Recommend(busy(curve(8, 4.1, 4.15, 4.2), "0.5", "1.2", "0.7", "1.0"), Time)
	if rec.Found || rec.N != 2 || len(rec.Reasons) != 2 {
		t.Errorf("found %v, %d workers: %q; want a guess of 2 in two sentences", rec.Found, rec.N, rec.Reasons)
	}
	contains(t, rec.Reasons, []string{
		"Inconclusive: all 4 loads are in doubt: other programs kept 0.5 to 1.2 of 2 cores busy, so measure again when the machine is quiet.",
		"Their rounds agree all the same, which is worth a guess: 2 workers: 4.1",
	})
	rec = Recommend(busy(curve(8, 4.1, 4.15, 4.2, 4.2), "", "", "", "0.8", "0.6"), Time)
	contains(t, rec.Reasons, []string{"8 and 16 workers are left out: other programs kept 0.6 to 0.8 of 2 cores busy."})
	mixed := busy(curve(8, 4.1, 4.15, 4.2, 4.2), "0.6")
	mixed[4].Doubt = "the quota of 2 cores held the jobs back 6.0 % of the time"
	contains(t, Recommend(mixed, Time).Reasons, []string{"1 worker is left out: other programs", "16 workers are left out: the quota of 2 cores"})
	apart := []Load{{N: 1, Walls: []float64{4, 5, 6}, Doubt: "steal"}, {N: 2, Walls: []float64{5, 4, 3}, Doubt: "steal"}}
	if rec := Recommend(apart, Time); rec.N != 0 || rec.Found || len(rec.Reasons) != 1 {
		t.Errorf("a guess of %d of rounds that do not agree: %q", rec.N, rec.Reasons)
	}
}

func TestRecommendFindsTheLaw(t *testing.T) {
	var loads []Load
	for i, n := range []int{1, 2, 3, 4, 6, 8, 12} {
		x := USL{Lambda: 0.1, Sigma: 0.05, Kappa: 0.02}.Predict(float64(n))
		loads = append(loads, Load{N: n, Walls: spread(1/x, i)})
	}
	rec := Recommend(loads, Time)
	if rec.Law == nil {
		t.Fatal("seven loads carry no curve")
	}
	near(t, "σ", rec.Law.Sigma, 0.05, 0.02)
	near(t, "best", rec.Law.Best, 6.9, 0.5)
	contains(t, rec.Reasons, []string{"The curve fits a contention of 0.0", "its top is near 7 workers"})
	for i := range loads {
		loads[i].Label = "1x" + loads[i].Name()
	}
	if rec := Recommend(loads, Time); rec.Law != nil {
		t.Error("one curve goes through several shapes")
	}
}

// Of several shapes with the same number of workers, the one with less memory is the cheaper.
func TestRecommendShapes(t *testing.T) {
	shapes := []Load{
		{N: 4, Label: "4x1", Walls: spread(2, 0), Peak: []float64{80e6}},
		{N: 4, Label: "2x2", Walls: spread(2.01, 1), Peak: []float64{40e6}},
		{N: 4, Label: "1x4", Walls: spread(4, 2), Peak: []float64{20e6}},
		{N: 1, Label: "1x1", Walls: spread(8, 3), Peak: []float64{20e6}},
	}
	for range 4 {
		rec := Recommend(shapes, Time)
		if !rec.Found || rec.Label != "2x2" {
			t.Errorf("recommends %s (%v): %q", rec.Label, rec.Found, rec.Reasons)
		}
		shapes = append(shapes[1:], shapes[0])
	}
}

func TestRecommendWhateverIsMeasured(t *testing.T) {
	number := rapid.OneOf(rapid.Float64(), rapid.Float64Range(0, 10), rapid.Just(1.))
	load := rapid.Custom(func(t *rapid.T) Load {
		return Load{
			N:     rapid.IntRange(-1, 9).Draw(t, "n"),
			Label: rapid.SampledFrom([]string{"", "", "2x2"}).Draw(t, "label"),
			Walls: rapid.SliceOfN(number, 0, 4).Draw(t, "walls"),
			CPU:   rapid.SliceOfN(number, 0, 4).Draw(t, "cpu"),
			Peak:  rapid.SliceOfN(number, 0, 4).Draw(t, "peak"),
			Doubt: rapid.SampledFrom([]string{"", "", "steal"}).Draw(t, "doubt"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		loads := rapid.SliceOfN(load, 0, 8).Draw(t, "loads")
		target := rapid.SampledFrom(Targets()).Draw(t, "target")
		rec := Recommend(loads, target)
		if len(rec.Reasons) == 0 {
			t.Error("no reason is given")
		}
		measured := slices.ContainsFunc(loads, func(l Load) bool { return l.N == rec.N && l.Label == rec.Label && (l.Doubt == "" || !rec.Found) })
		if (rec.Found || rec.N != 0) && !measured {
			t.Errorf("recommends %d workers %q, which were not measured", rec.N, rec.Label)
		}
		for _, reason := range rec.Reasons {
			if !strings.HasSuffix(reason, ".") || strings.ToUpper(reason[:1]) != reason[:1] {
				t.Errorf("not a sentence: %q", reason)
			}
		}
	})
}

func TestRecommendTakesLoadsInAnyOrder(t *testing.T) {
	loads := with(curve(8, 4.1, 2.1, 1.9), []float64{8, 8.1, 8.4, 12}, []float64{20, 40, 80, 160})
	for _, target := range Targets() {
		want := Recommend(loads, target)
		mixed := slices.Clone(loads)
		for i := range mixed {
			mixed[0], mixed[i] = mixed[i], mixed[0]
			got := Recommend(mixed, target)
			if got.N != want.N || !slices.Equal(got.Reasons, want.Reasons) {
				t.Errorf("%d %q, in another order %d %q", want.N, want.Reasons, got.N, got.Reasons)
			}
		}
	}
}

func TestParseTarget(t *testing.T) {
	for _, target := range Targets() {
		if got, err := ParseTarget(string(target)); got != target || err != nil {
			t.Errorf("%s is read as %s (%v)", target, got, err)
		}
	}
	if _, err := ParseTarget("speed"); err == nil || !strings.Contains(err.Error(), "time, cost or memory") {
		t.Errorf("speed: %v", err)
	}
}
