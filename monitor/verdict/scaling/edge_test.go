package scaling_test

import (
	"strings"
	"testing"

	"parallax/monitor/verdict/scaling"
)

// Jobs that sleep grow faster just as there are more of them, but for noise: what is measured lies now
// above and now below the line.
func TestACurveOnItsEdgeHasNoTraceOfContention(t *testing.T) {
	walls := map[int]float64{1: 3.43, 2: 1.76, 3: 1.25, 4: 0.869, 6: 0.696, 8: 0.454}
	for _, scale := range []float64{1, 0.97, 1.01, 1.03} {
		var points []scaling.Point
		var loads []scaling.Load
		for n, wall := range walls {
			if n == 8 {
				wall *= scale
			}
			points = append(points, scaling.Point{N: float64(n), X: 1 / wall})
			loads = append(loads, scaling.Load{N: n, Walls: []float64{wall, wall, wall}})
		}
		u, err := scaling.Fit(points)
		if err != nil || u.Sigma > 0 && u.Sigma < 1e-9 || u.Kappa > 0 && u.Kappa < 1e-12 {
			t.Errorf("%+v, %v", u, err)
		}
		said := strings.Join(scaling.Recommend(loads, scaling.Time).Reasons, " ")
		if u.Sigma == 0 && u.Kappa == 0 && !strings.Contains(said, "nothing limits the gain") {
			t.Errorf("of %+v it is said: %s", u, said)
		}
	}
}
