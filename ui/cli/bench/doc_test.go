// Package bench_test measures the real program from outside: its speed next to the tool that people
// use otherwise, its memory and its processor time. What it is compared with runs by turns with it,
// so that whatever else the machine does hits both, and the median of the rounds counts.
//
//	go test ./ui/cli/bench -run '^$' -bench . -benchtime 5x -timeout 60m
//
// An iteration is a round. The metric "load" is the machine's load average before the rounds: figures
// taken above the number of its cores say little. docs/performance.md has the figures that were taken
// last and what they mean.
package bench_test
