package choice

import "parallax/runner"

// Bound says what holds the jobs back.
type Bound string

// What can hold jobs back.
const (
	CPU          Bound = "cpu"          // they compute, and nothing keeps them from doing so side by side
	GIL          Bound = "gil"          // they compute, and as threads wait for the GIL
	IO           Bound = "io"           // they wait for what is no core
	Mixed        Bound = "mixed"        // both
	Inconclusive Bound = "inconclusive" // the figures do not say
)

// Verdict is one recommendation, with its reasons.
type Verdict struct {
	Model runner.Model // the one to use; "" where it is inconclusive
	// Serial says that one job after the other, in Model, is as quick as anything: side by side does not pay.
	Serial bool
	// Workers is how many jobs ran at once in it, over so many Interpreters, if the model is hybrid; 0 and 0 where
	// it is inconclusive.
	Workers, Interpreters int
	// Suggested says that the figures suggest it and are not sure enough to recommend it.
	Suggested bool
	Bound     Bound
	// Headline is the recommendation in a few words: "Use processes.", "The figures suggest
	// processes.", "Inconclusive between threads and processes.".
	Headline string
	// Reasons are sentences with numbers, the weightiest first. Of an inconclusive verdict they say why.
	Reasons []string
	// Changes are sentences on what would change it: more cores, shorter jobs, less memory.
	Changes []string
	// Doubts are sentences on what makes the figures less sure than they look, or nothing.
	Doubts []string
}

// Conclusive reports whether there is a recommendation.
func (v Verdict) Conclusive() bool { return v.Model != "" }
