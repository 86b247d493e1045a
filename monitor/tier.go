package monitor

import "fmt"

// Tier is how finely a run may be measured. A sampler uses the finest that the machine offers and that
// is no finer than asked for. Each tier is coarser than the one before it in all that it names.
type Tier uint8

const (
	// Exact is what nobody asks for by name: each context switch is recorded.
	Exact Tier = iota
	// Sampled looks at the cores now and then, as where the kernel tells no context switches.
	Sampled
	// Ticks also has times in ticks of 10 ms and no waiting for a core apart from being blocked, as where
	// the kernel keeps no scheduler statistics.
	Ticks
	// Load also tells of the lanes only how busy each core is, and that twice a second, as on systems that
	// do not tell which thread has which core.
	Load
)

// TierEnv is the variable of the environment by which a user chooses a Tier, named where a figure is
// coarser because of it.
const TierEnv = "PARALLAX_LANES"

var tierNames = [...]string{"exact", "sampled", "ticks", "load"}

// ParseTier reads the name of a tier.
func ParseTier(s string) (Tier, error) {
	for i, name := range tierNames {
		if s == name {
			return Tier(i), nil
		}
	}
	return 0, fmt.Errorf("%q: write exact (the finest that the machine offers), sampled, ticks or load", s)
}

func (t Tier) String() string { return tierNames[t] }

// asked says why something is coarser than it could be, where that was asked for.
func (t Tier) asked() string { return TierEnv + "=" + t.String() }
