package scaling

import (
	"math"
	"math/rand/v2"
	"testing"
)

// What is recommended must be right or inconclusive, whatever the noise: wrong is a load that in truth
// is more than a tenth slower than the fastest.
func TestRecommendIsRarelyWrong(t *testing.T) {
	for _, c := range []struct {
		name     string
		walls    []float64 // in truth, with 1, 2, 4, 8 workers
		want     int
		rounds   int
		own      float64 // noise of each wall time, and
		round    float64 // of the round, in parts of 1
		conclude float64 // how often there must be a recommendation
	}{
		{"two cores, quiet", []float64{8, 4.1, 4.1, 4.2}, 2, 5, 0.02, 0.05, 0.99},
		{"two cores, usual", []float64{8, 4.1, 4.1, 4.2}, 2, 5, 0.05, 0.10, 0.95},
		{"two cores, busy", []float64{8, 4.1, 4.1, 4.2}, 2, 5, 0.15, 0.30, 0},
		{"under a GIL", []float64{4, 4.05, 4.1, 4.2}, 1, 5, 0.03, 0.10, 0.95},
		{"three rounds", []float64{8, 4.1, 4.1, 4.2}, 2, 3, 0.02, 0.05, 0.95},
		{"three rounds, usual", []float64{8, 4.1, 4.1, 4.2}, 2, 3, 0.05, 0.10, 0.6},
		{"eight cores", []float64{8, 4.1, 2.1, 1.1}, 8, 5, 0.05, 0.10, 0.95},
	} {
		t.Run(c.name, func(t *testing.T) {
			const times = 100
			r := rand.New(rand.NewPCG(5, 6))
			right, wrong, found := 0, 0, 0
			for range times {
				rec := Recommend(simulate(r, c.walls, c.rounds, c.own, c.round), Time)
				if !rec.Found {
					continue
				}
				found++
				took := c.walls[int(math.Log2(float64(rec.N)))]
				switch {
				case rec.N == c.want:
					right++
				case took > slack*c.walls[int(math.Log2(float64(c.want)))]:
					wrong++
				}
			}
			t.Logf("of %d: %d right, %d wrong, %d inconclusive", times, right, wrong, times-found)
			if wrong > times/100 {
				t.Errorf("%d of %d recommendations are wrong", wrong, found)
			}
			if float64(found) < c.conclude*times {
				t.Errorf("only %d of %d led to a recommendation", found, times)
			}
		})
	}
}

func simulate(r *rand.Rand, walls []float64, rounds int, own, round float64) []Load {
	loads := make([]Load, len(walls))
	for i := range loads {
		loads[i] = Load{N: 1 << i, Walls: make([]float64, rounds)}
	}
	for j := range rounds {
		slow := math.Exp(round * r.NormFloat64())
		for i, wall := range walls {
			loads[i].Walls[j] = wall * slow * math.Exp(own*r.NormFloat64())
		}
	}
	return loads
}
