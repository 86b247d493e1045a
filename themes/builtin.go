package themes

// Theme is a named set of tokens.
type Theme struct {
	Name string
	Dark bool // made for a dark background
	Mono bool // draws no colours, whatever its tokens say
	Tokens
}

// Builtin returns the themes that come with the program, the default first, in the order in which
// they follow each other on the screen.
func Builtin() []Theme {
	return []Theme{night, dusk, solar, paper, contrast, safe, ansi, ansiLight, monochrome}
}

// The colours of jobs come from Okabe and Ito's set ("Color universal design", 2008) where a theme
// has no reason for others: they stay apart for most eyes.

var night = Theme{Name: "night", Dark: true, Tokens: Tokens{
	Background: "#101218", Text: "#cdd6e0", Dim: "#7f8899", Faint: "#4f586b",
	Border: "#343b4a", BarRest: "#2e3542", Selected: "#1c2030",
	Accent: "#7aa2f7", Good: "#9ece6a", Warn: "#e0af68", Bad: "#f7768e",
	Match: "#8a97c4", Foreign: "#5c6679",
	Jobs: []string{"#56b4e9", "#e69f00", "#2ec4a6", "#f0e442", "#cc79a7", "#d55e00", "#9d8cff", "#8bd450"},
}}

var dusk = Theme{Name: "dusk", Dark: true, Tokens: Tokens{
	Background: "#1d1a26", Text: "#e2d9e8", Dim: "#9b91ab", Faint: "#6a6079",
	Border: "#463e55", BarRest: "#413a50", Selected: "#2b2638",
	Accent: "#d79bd6", Good: "#8fcfa6", Warn: "#efb97e", Bad: "#f2798a",
	Match: "#a79bc9", Foreign: "#776d86",
	Jobs: []string{"#f2a65e", "#6db9ea", "#e58fb5", "#8fc95a", "#b79cf5", "#e9d66b", "#e06c5f", "#5fcfa8"},
}}

var solar = Theme{Name: "solar", Dark: true, Tokens: Tokens{
	Background: "#002b36", Text: "#c3cfcf", Dim: "#8fa1a3", Faint: "#5f787f",
	Border: "#2a5360", BarRest: "#1f4a57", Selected: "#083947",
	Accent: "#4fb0ea", Good: "#9dbd2f", Warn: "#e0a030", Bad: "#f2766f",
	Match: "#93a1c8", Foreign: "#6b838a",
	Jobs: []string{"#4fb0ea", "#e0a800", "#2fc2b4", "#e86aa6", "#a9bd1f", "#f0743e", "#9d98ea", "#f0e08a"},
}}

var paper = Theme{Name: "paper", Tokens: Tokens{
	Background: "#fbfaf7", Text: "#2b3038", Dim: "#646c7a", Faint: "#969dab",
	Border: "#c6cad3", BarRest: "#c9ced8", Selected: "#e4e8f1",
	Accent: "#2f5fd0", Good: "#3d7a1c", Warn: "#96600a", Bad: "#c4314b",
	Match: "#5a6ca8", Foreign: "#a3a9b5",
	Jobs: []string{"#1f7fc4", "#c27a00", "#009478", "#2f4a7d", "#c04b92", "#c94f00", "#6b55d9", "#4d8c12"},
}}

var contrast = Theme{Name: "contrast", Dark: true, Tokens: Tokens{
	Background: "#000000", Text: "#ffffff", Dim: "#d6d6d6", Faint: "#a8a8a8",
	Border: "#8c8c8c", BorderFocus: "#ffff00", BarRest: "#5a5a5a", Selected: "#003a6e",
	Accent: "#66ccff", Good: "#5cff5c", Warn: "#ffd000", Bad: "#ff8080",
	Match: "#d0d0ff", MatchCurrent: "#ffff00", Foreign: "#a0a0a0", Blocked: "#808080",
	Jobs: []string{"#4db8ff", "#ffa200", "#00e0b0", "#ffff4d", "#ff8ad0", "#ff6a3d", "#b8a0ff", "#8cff4d"},
}}

// safe says good and bad in blue and orange, and its jobs differ in lightness as well as in hue.
var safe = Theme{Name: "safe", Dark: true, Tokens: Tokens{
	Background: "#101218", Text: "#d5dae0", Dim: "#8891a0", Faint: "#545d6e",
	Border: "#383f4d", BarRest: "#303744", Selected: "#1d2232",
	Accent: "#a9c4e8", Good: "#56b4e9", Warn: "#f0e442", Bad: "#f0803c",
	Match: "#9aa3c0", Foreign: "#5f6878",
	OnCore: "#56b4e9", WaitCore: "#f0e442", WaitGIL: "#f0803c",
	Jobs: []string{"#56b4e9", "#e69f00", "#009e73", "#f0e442", "#cc79a7", "#d55e00", "#4477ff", "#e8e8e8"},
}}

// ansi and ansiLight use the 16 colours as the user's terminal has them.
var ansi = Theme{Name: "ansi", Dark: true, Tokens: Tokens{
	Background: "black", Text: "default", Dim: "white", Faint: "bright-black", Border: "bright-black",
	Accent: "bright-cyan", Good: "bright-green", Warn: "bright-yellow", Bad: "bright-red",
	Match: "white", Foreign: "bright-black", Blocked: "bright-black",
	Jobs: []string{"bright-cyan", "bright-yellow", "bright-magenta", "bright-green", "bright-red", "bright-blue", "yellow", "cyan"},
}}

var ansiLight = Theme{Name: "ansi-light", Tokens: Tokens{
	Background: "bright-white", Text: "default", Dim: "bright-black", Faint: "bright-black", Border: "white",
	Accent: "blue", Good: "green", Warn: "magenta", Bad: "red",
	Match: "bright-black", Foreign: "bright-black", Blocked: "bright-black",
	Jobs: []string{"blue", "red", "green", "magenta", "cyan", "black", "yellow", "bright-red"},
}}

var monochrome = Theme{Name: "mono", Dark: true, Mono: true}
