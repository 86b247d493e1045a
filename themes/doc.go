// Package themes gives every colour on the screen its meaning and every meaning its look.
//
// A [Theme] is a set of [Tokens]: colours by what they say (good, waiting for the GIL, the third
// job), not by where they are drawn. [New] turns a theme into [Styles], ready to draw, for what the
// terminal can show: 16 million colours, 256, 16 or none. Where there are fewer colours nothing is
// lost: what a colour says is then said by bold, underline, reverse, an icon or a letter.
//
// [Detect] chooses the theme and the number of colours, [Load] reads the user's own themes.
// The screen's background is the terminal's own and is never painted.
package themes
