package choice

// limits are the thresholds of all rules, and nothing else is one; docs/compare.md has the table for
// users. Shares are parts of 1. Where no source is given they are rules of thumb of our own.
var limits = struct {
	margin   float64 // a way is slower when the interval of its wall time over the fastest's lies above it
	easy     float64 // the same where the price counts for more: for all of jobs that wait, and for hybrid in those that do both
	tie      float64 // within noise: the interval holds 1, and the ratio itself is no more
	unsure   float64 // a cheaper way whose interval ends above it is only suggested
	unknown  float64 // and above this nothing is said
	loaded   float64 // margin where others hold much of the cores: who runs more at once gets more of them
	few      float64 // by which a ratio of fewer than the rounds needed may be off, either way
	rounds   int     // fewer never recommend, they suggest
	nextStep int     // rounds that + adds
	patience int     // more than so many further rounds are not advised

	waits    float64 // computing, of computing and blocked, in jobs that wait ("on a core < 20 %")
	computes float64 // likewise in jobs that compute
	gilWait  float64 // of the threads' time in which they do not wait for a core: it is the GIL that holds them back,
	gilLeast float64 // and of all of their time, so that little is not made of less
	gains    float64 // a speed-up below it gains nothing
	busy     float64 // of the cores: more workers find none
	memory   float64 // of what was free: a way that holds more is out
	crowd    float64 // a way's memory is spoken of when fewer than so many times as many jobs would fill what is free

	foreign    float64 // of the cores, kept busy by other programs: doubtful, if it was felt
	foreignBad float64 // likewise, so that only large differences count
	felt       float64 // of the time in which the baseline wants a core, without one: with one job at a time, that is others' doing
	feltBad    float64
	lost       float64 // of the cores that a way could have used: above, others had them,
	taken      float64 // if they had so much of what it did not get
	held       float64 // of all of the baseline's time, waiting for a core: below it one way by itself is not in doubt
	stolen     float64 // of the cores' time: "a few %"
	throttled  float64 // of the time
	identity   float64 // by which S and A/(I*A_s) may differ
	idle       float64 // A_s of a baseline that computes: below, something else took its time
	over       float64 // more than the cores there are, by this factor, cannot be
	cheaper    float64 // CPU inflation below it: work was saved, so a speed-up above the cores is possible
	starting   float64 // of a way's wall time: starting is what it mostly does
}{
	margin:   1.05,
	easy:     1.15,
	tie:      1.10,
	unsure:   1.25,
	unknown:  2.0,
	loaded:   1.5,
	few:      1.5,
	rounds:   3,
	nextStep: 5,
	patience: 20,

	waits:    0.20,
	computes: 0.80,
	gilWait:  0.30,
	gilLeast: 0.10,
	gains:    1.05,
	busy:     0.85,
	memory:   0.90,
	crowd:    8,

	foreign:    0.20,
	foreignBad: 0.35,
	felt:       0.10,
	feltBad:    0.25,
	lost:       0.25,
	taken:      0.50,
	held:       0.05,
	stolen:     0.05,
	throttled:  0.05,
	identity:   0.10,
	idle:       0.90,
	over:       1.05,
	cheaper:    0.90,
	starting:   0.50,
}
