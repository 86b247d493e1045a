// Package done ends what package quiet began: see there. It imports bubbletea so that it comes after.
package done

import (
	_ "github.com/charmbracelet/bubbletea" // initialised before this package

	"parallax/themes/quiet"
)

func init() { quiet.Restore() }
