// Package comparison keeps what was measured in a comparison of ways to run the same jobs: a folder
// with a line for each trial and, below it, the folder of each of its runs.
//
//	ID/comparison.ndjson   what is compared, then a line for each thing that was found
//	ID/runs/…              the trials, each a run like any other (package journal)
//
// A line is written whole and at once, so that a comparison which was ended half-way can be read as far
// as it came. Nothing that can be computed from the trials is kept: a verdict is made anew.
package comparison
