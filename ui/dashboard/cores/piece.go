package cores

import "parallax/runner"

// piece is what one character of a lane shows: a share of a core that somebody had.
type piece struct {
	who  int32 // a task, runner.Foreign, runner.Idle or unsampled
	fill uint8 // how much of the character that fills from below, in percent
	over bool  // who is a task, and what is above the fill is load of others
}

// slice is the level-th of n rows of cells, from below. With several rows, what our tasks had stands
// at the bottom and what others had above it, so that a little of ours is seen below a lot of
// theirs. The upper row keeps an eighth free, which tells a full core from its neighbour.
func slice(cells []runner.Cell, level, n int) []piece {
	out := make([]piece, len(cells))
	for i, c := range cells {
		if n == 1 {
			out[i] = single(c)
			continue
		}
		ours, load := part(c.Ours, level, n), part(c.Load, level, n)
		if level == n-1 {
			ours, load = min(ours, 87), min(load, 87)
		}
		switch {
		case c.Task == unsampled, load < 3 && level > 0:
			out[i] = piece{who: unsampled}
		case c.Task >= 0 && load == 100 && ours > 0 && ours < 100 && c.Ours >= seen:
			out[i] = piece{c.Task, uint8(ours), true}
		case c.Task >= 0 && ours > 0 && 2*ours >= load:
			out[i] = piece{who: c.Task, fill: uint8(load)}
		case load > 0 && (level > 0 || c.Load >= idleBelow):
			out[i] = piece{who: runner.Foreign, fill: uint8(load)}
		default:
			out[i] = piece{who: runner.Idle}
		}
	}
	return out
}

// single is the one character of a cell: who had more of it, our task or others.
func single(c runner.Cell) piece {
	switch {
	case c.Task == unsampled:
		return piece{who: unsampled}
	case c.Load < idleBelow:
		return piece{who: runner.Idle}
	case c.Task >= 0 && int(c.Ours)*2 < int(c.Load):
		return piece{who: runner.Foreign, fill: c.Load}
	}
	return piece{who: c.Task, fill: c.Load}
}

const (
	// idleBelow is the load, in percent, below which a core is drawn as idle.
	idleBelow = 3
	// seen is the percentage of a core from which a task of ours is shown below the load of others.
	seen = 4
)

// part is how much, in percent, of the level-th of n rows a share of a core fills.
func part(share uint8, level, n int) int { return min(max(int(share)*n-100*level, 0), 100) }
