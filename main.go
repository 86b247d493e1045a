// Command parallax runs scripts side by side, as goroutines or processes, and shows where every
// core goes while they run.
package main

import (
	"os"

	_ "parallax/themes/quiet/done" // else bubbletea asks the terminal for its colours before main
	"parallax/ui/cli"
)

func main() {
	os.Exit(cli.Run(os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
